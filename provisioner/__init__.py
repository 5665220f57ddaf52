"""What makes desired state real: accounts, stores, and the worker that runs Helm."""
