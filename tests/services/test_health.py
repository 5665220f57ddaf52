"""Whether a shop sells: asked over real HTTP, as a customer would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from provisioner.causes import Diagnosis
from provisioner.health import ShopProbe
from tests.cluster.simulated_shops import SHOP, Storefronts, storefronts

pytestmark = pytest.mark.anyio

URL = "http://tea.localhost:8080"
NAMES = ("Tea & Pots", "tabcdefghijk")


@pytest.fixture
def shops() -> Iterator[Storefronts]:
    with storefronts() as found:
        yield found


async def ask(shops: Storefronts) -> Diagnosis | None:
    async with ShopProbe() as probe:
        return await probe.ask(SHOP, url=URL, address=shops.address, names=NAMES)


@pytest.mark.parametrize(
    ("page", "code", "words"),
    [
        (None, "shop-wrong-answer", "status 404: no such shop"),
        ("<h1>Another</h1><a data-product>", "host-taken", "Something else answers"),
        ("<h1>Tea &amp; Pots</h1> coming soon", "shop-empty", "shows no product"),
        ("<h1>Tea &amp; Pots</h1><a data-product>", "", ""),
        ("<!-- tabcdefghijk --><a data-product>", "", ""),
    ],
)
async def test_only_a_page_with_the_name_and_a_product_counts(
    shops: Storefronts, page: str | None, code: str, words: str
) -> None:
    if page is not None:
        shops.pages["tea.localhost"] = page
    found = await ask(shops)
    assert (found.code if found else "") == code
    assert words in (found.cause if found else "")


async def test_the_shop_is_asked_by_its_host(shops: Storefronts) -> None:
    await ask(shops)
    assert shops.asked == ["tea.localhost"]


async def test_nobody_at_home_is_a_sentence() -> None:
    away = replace(Storefronts(), port=9)
    found = await ask(away)
    assert found is not None
    assert found.code == "shop-silent"


async def test_what_a_wrong_answer_says_is_kept_as_words_without_secrets(
    shops: Storefronts,
) -> None:
    script = "<script>var x = 'not for people'</script>"
    shops.pages["tea.localhost"] = f"<h1>Oops</h1>{script}<p>password=hunter22 \x1b[31mis wrong"
    found = await ask(shops)
    assert found is not None
    address, said = found.evidence
    assert address == "GET http://tea.localhost:8080/ was answered with status 200:"
    assert said == "Oops password=••••• is wrong"
