"""An engine that cannot sell: the dialog and the API say why, and what mends it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from cluster.image_states import ImageState
from cluster.platform.told import ClusterTold, Told, write
from provisioner.engines import ENGINES
from tests.browser.dashboard import Dashboard
from tests.browser.people import PASSWORD, add_person, stores_of
from tests.browser.visits import sign_in

ENGINE = ENGINES["woocommerce"]
TAKES = Path(__file__).parents[2] / "docker/wordpress-woocommerce/build/take-release.php"


def sentence() -> str:
    """What an image that was built without WooCommerce says of itself."""
    found = re.search(r"const LACKS = ((?:'[^']*'[\s.]*)+);", TAKES.read_text())
    assert found, TAKES
    return "".join(re.findall(r"'([^']*)'", found[1]))


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "preparation.json"
    images = {name for engine in ENGINES.values() for name in engine.images.values()}
    write(
        file,
        Told(
            cluster=ClusterTold("ready", ""),
            images=tuple(
                ImageState(name, f"localhost/storeweaver/{name}:1", "lacking", sentence())
                if name == ENGINE.images["wordpress"]
                else ImageState(name, f"localhost/storeweaver/{name}:1", "ready")
                for name in sorted(images)
            ),
        ),
    )
    return {"PREPARATION_FILE": str(file)}


def test_an_engine_that_cannot_sell_is_refused_with_the_reason_and_what_mends_it(
    page: Page, dashboard: Dashboard
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    sign_in(page, ada)
    page.get_by_role("button", name="Create store").first.click()
    dialog = page.get_by_role("dialog")
    choice = dialog.get_by_role("radio", name=re.compile(ENGINE.title))
    expect(choice).to_be_disabled()
    card = dialog.locator("label").filter(has=page.get_by_role("radio"), has_text=ENGINE.title)
    for words in ("WooCommerce is not in the image", "WOOCOMMERCE_RELEASE", "make up"):
        expect(card).to_contain_text(words)
    expect(dialog.get_by_role("radio", name=re.compile("Medusa"))).to_be_checked()

    with httpx.Client(base_url=dashboard.url, timeout=20) as client:
        client.post("/auth/sign-in", data={"email": ada.email, "password": PASSWORD})
        listed = {each["engine"]: each for each in client.get("/api/engines").json()["engines"]}
        assert sentence() in listed[ENGINE.key].values()
        answer = client.post("/api/stores", json={"name": "Tea", "engine": ENGINE.key})
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert sentence() in answer.json()["error"]
    assert stores_of(dashboard.database_url, ada) == []
