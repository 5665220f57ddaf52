"""One store, by its own address: a module a tab."""

from storeweaver.pages.store.page import store_page

__all__ = ["store_page"]
