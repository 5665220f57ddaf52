"""`python -m cluster.platform`."""

import sys

from cluster.platform.cli import main

if __name__ == "__main__":
    sys.exit(main())
