"""One file a page: what it looks like."""
