"""One file a page: variables of the browser and thin handlers."""
