"""Every page can be put together; whether it is right is for a browser to say."""

from __future__ import annotations

from storeweaver import api
from storeweaver.storeweaver import app


def test_every_page_is_put_together() -> None:
    assert app._unevaluated_pages
    for page in app._unevaluated_pages.values():
        assert callable(page.component)
        page.component()


def test_the_api_describes_itself() -> None:
    paths = api.build(is_secure=False).openapi()["paths"]
    assert "get" in paths["/api/stores/{store_id}/logs"]
