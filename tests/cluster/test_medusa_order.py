"""What the product is for: a shop comes up, a customer orders, the owner finds the order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from provisioner.engines import ENGINES
from tests.cluster import medusa_admin
from tests.cluster.browsing import Customer, form
from tests.cluster.conftest import LocalCluster, describe
from tests.cluster.endings import exit_status, pods, running_pod
from tests.cluster.shops import Shop, run_helm
from tests.cluster.trading import BUYER, PICTURE, QUANTITY, MedusaOwner, MedusaTrade, Place, buy
from tests.cluster.waiting import until

TRADE = MedusaTrade()
PRODUCT = TRADE.product


@pytest.fixture(scope="module")
def shop(cluster: LocalCluster, helm: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A store whose storefront answers with its name and a product."""
    made = Shop.new(ENGINES["medusa"], id="sorder123456", name="Grüße & <Co>")
    made.prepare(cluster)
    made.install(cluster, helm)
    customer = Customer(made.host, cluster.http_port)
    try:
        until("the storefront shows a product", lambda: PRODUCT in customer.get("/").text)
    except AssertionError:
        describe(cluster, made.namespace)
        raise
    finally:
        customer.client.close()
    yield made
    if request.session.testsfailed:
        describe(cluster, made.namespace)


@pytest.fixture(scope="module")
def customer(cluster: LocalCluster, shop: Shop) -> Iterator[Customer]:
    made = Customer(shop.host, cluster.http_port)
    yield made
    made.client.close()


@pytest.fixture(scope="module")
def place(cluster: LocalCluster, shop: Shop) -> Place:
    return Place(shop.host, cluster.http_port, shop.values)


@pytest.fixture(scope="module")
def signed_in(place: Place) -> Iterator[MedusaOwner]:
    made = TRADE.owner(place)
    yield made
    made.close()


@pytest.fixture(scope="module")
def owner(signed_in: MedusaOwner) -> httpx.Client:
    """The shop's owner, signed in to the admin API with the generated credentials."""
    return signed_in.client


@dataclass(frozen=True)
class Picture:
    """What the owner uploaded: its path at the shop's host, and its content."""

    path: str
    content: bytes

    def is_served(self, customer: Customer) -> bool:
        answer = customer.client.get(self.path)
        return answer.status_code == 200 and answer.content == self.content


@pytest.fixture(scope="module")
def picture(shop: Shop, cluster: LocalCluster, owner: httpx.Client) -> Picture:
    """A picture that the owner uploaded in the admin, shown by a product."""
    content = PICTURE
    answer = owner.post("/admin/uploads", files={"files": ("mug.png", content, "image/png")})
    assert answer.status_code == 200, answer.text
    address = urlsplit(answer.json()["files"][0]["url"])
    port = "" if cluster.http_port == 80 else f":{cluster.http_port}"
    assert address.netloc == f"{shop.host}{port}"
    product = owner.get("/admin/products?handle=enamel-mug").json()["products"][0]
    changed = owner.post(f"/admin/products/{product['id']}", json={"thumbnail": address.geturl()})
    assert changed.status_code == 200, changed.text
    return Picture(address.path, content)


def test_the_shop_carries_its_name_as_text(customer: Customer) -> None:
    page = customer.get("/").text
    assert "Grüße &amp; &lt;Co&gt;" in page
    assert "<Co>" not in page


def test_every_picture_comes_from_the_shop_itself(customer: Customer) -> None:
    page = customer.get("/").text
    pictures = set(re.findall(r'<img[^>]* src="([^"]+)"', page))
    assert pictures
    for picture in pictures:
        assert picture.startswith("/"), picture
        answer = customer.client.get(picture)
        assert answer.status_code == 200, picture
        assert answer.headers["content-type"].startswith("image/")


def test_a_customer_orders_and_the_owner_finds_the_order(
    place: Place, signed_in: MedusaOwner
) -> None:
    buy(TRADE, place)
    assert signed_in.orders() == [(BUYER, QUANTITY)]


def test_a_form_with_mistakes_comes_back_with_what_was_typed(place: Place) -> None:
    cart = TRADE.fill_cart(place)
    customer = cart.customer
    checkout = form(customer.get("/checkout"), "email")
    checkout.fields |= {"email": "not an address", "city": "Springfield"}
    answer = customer.post(checkout.action, checkout.fields)
    assert "aria-invalid" in answer.text
    assert "not an address" in answer.text
    assert "Springfield" in answer.text
    cart.close()


def test_the_keys_and_credentials_are_the_callers(
    shop: Shop, cluster: LocalCluster, owner: httpx.Client
) -> None:
    keys = owner.get("/admin/api-keys?type=publishable").json()["api_keys"]
    assert [key["token"] for key in keys] == [shop.values["PUBLISHABLE_KEY"]]
    answer = httpx.post(
        f"http://127.0.0.1:{cluster.http_port}/auth/user/emailpass",
        headers={"host": shop.host},
        json={"email": shop.values["ADMIN_EMAIL"], "password": "supersecret"},
        timeout=60,
    )
    assert answer.status_code == 401


def test_the_admin_page_is_served(customer: Customer) -> None:
    page = customer.get("/app/")
    assert page.status_code == 200
    assert "<script" in page.text


def test_a_picture_that_the_owner_uploads_is_shown(picture: Picture, customer: Customer) -> None:
    answer = customer.client.get(picture.path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert answer.content == picture.content
    until(
        "the product's page shows it",
        lambda: f'src="{picture.path}"' in customer.get("/products/enamel-mug").text,
    )


def test_the_owner_adds_a_picture_on_the_admins_pages(
    shop: Shop, cluster: LocalCluster, place: Place, owner: httpx.Client, customer: Customer
) -> None:
    product = owner.get("/admin/products?handle=canvas-tote").json()["products"][0]["id"]
    before = images_of(owner, product)
    with medusa_admin.signed_in(place) as page:
        medusa_admin.add_picture(page, product, name="tote.png", content=PICTURE)
        (added,) = images_of(owner, product) - before
        page.goto(f"/app/products/{product}")
        page.wait_for_function(
            "url => [...document.images].some(i => i.src === url && i.naturalWidth > 0)", arg=added
        )
    path = urlsplit(added).path
    assert Picture(path, PICTURE).is_served(customer)
    # it lies in the volume that the chart claims for uploads, and not in the container
    volume = next(cluster.home.volumes.glob(f"*_{shop.namespace}_*uploads*"))
    assert [f.read_bytes() for f in volume.rglob(Path(path).name)] == [PICTURE]


def images_of(owner: httpx.Client, product: str) -> set[str]:
    """Addresses of a product's pictures."""
    found = owner.get(f"/admin/products/{product}?fields=*images").json()["product"]
    return {image["url"] for image in found["images"]}


def test_a_restart_changes_nothing_that_the_owner_changed(
    shop: Shop,
    cluster: LocalCluster,
    owner: httpx.Client,
    customer: Customer,
    picture: Picture,
) -> None:
    product = owner.get("/admin/products?handle=canvas-tote").json()["products"][0]
    answer = owner.post(f"/admin/products/{product['id']}", json={"title": "Owner's Own Tote"})
    assert answer.status_code == 200, answer.text
    cluster.kubectl(
        "delete", "pod", "-n", shop.namespace, "-l", "app.kubernetes.io/instance=" + shop.id
    )
    until("the shop is back", lambda: "Own Tote" in customer.get("/").text)
    orders = owner.get("/admin/orders?fields=email").json()["orders"]
    assert [order["email"] for order in orders] == [BUYER]
    assert picture.is_served(customer)


def test_while_the_backend_is_away_the_storefront_says_so(
    shop: Shop, cluster: LocalCluster, customer: Customer
) -> None:
    backend = f"deployment/{shop.id}-medusa"
    cluster.kubectl("scale", backend, "-n", shop.namespace, "--replicas=0")
    until(
        "the storefront says that it will be back",
        lambda: (
            "back in a moment" in customer.get("/cart").text
            or "back in a moment" in customer.get("/").text
        ),
    )
    cluster.kubectl("scale", backend, "-n", shop.namespace, "--replicas=1")
    until("products are shown again", lambda: PRODUCT in customer.get("/").text)


def test_upgrading_keeps_secrets_and_data(
    shop: Shop, cluster: LocalCluster, helm: Path, owner: httpx.Client, customer: Customer
) -> None:
    before = cluster.json("get", "secret", "medusa-secret", "-n", shop.namespace)["data"]
    shop.install(cluster, helm, "backend.resources.requests.memory=330Mi")
    until("the shop is back", lambda: PRODUCT in customer.get("/").text)
    until(
        "the upgraded backend answers",
        lambda: owner.get("/admin/orders").status_code == 200,
    )
    assert cluster.json("get", "secret", "medusa-secret", "-n", shop.namespace)["data"] == before
    assert owner.get("/admin/orders").json()["count"] == 1


def test_no_secret_stands_in_the_release(shop: Shop, cluster: LocalCluster, helm: Path) -> None:
    told = run_helm(cluster, helm, "get", "all", shop.id, "--namespace", shop.namespace) + run_helm(
        cluster, helm, "status", shop.id, "--namespace", shop.namespace, "-o", "json"
    )
    for key in ("ADMIN_PASSWORD", "POSTGRES_PASSWORD", "PUBLISHABLE_KEY"):
        assert shop.values[key] not in told


def test_the_backend_ends_in_order_also_when_its_database_is_gone(
    shop: Shop, cluster: LocalCluster
) -> None:
    serving = running_pod(cluster, shop.namespace, "backend")
    cluster.kubectl(
        *("scale", f"statefulset/{shop.id}-postgres", "-n", shop.namespace, "--replicas=0"),
        "--timeout=60s",
    )
    until("the database is gone", lambda: not pods(cluster, shop.namespace, "postgres"))
    assert exit_status(cluster, shop.namespace, serving) == 0
    waiting = running_pod(cluster, shop.namespace, "backend")
    assert waiting != serving
    until(
        "the next one waits for the database",
        lambda: "database" in cluster.kubectl("logs", "-n", shop.namespace, waiting).lower(),
    )
    assert exit_status(cluster, shop.namespace, waiting) == 0


def test_uninstalling_leaves_nothing(shop: Shop, cluster: LocalCluster, helm: Path) -> None:
    run_helm(cluster, helm, "uninstall", shop.id, "--namespace", shop.namespace)
    cluster.kubectl("delete", "namespace", shop.namespace, "--timeout=120s")
    until(
        "the volumes are gone",
        lambda: (
            not [
                volume
                for volume in cluster.json("get", "persistentvolumes")["items"]
                if volume["spec"]["claimRef"]["namespace"] == shop.namespace
            ]
        ),
    )
    assert not list(cluster.home.volumes.glob(f"*_{shop.namespace}_*"))
    found = cluster.json("get", "namespaces", "-l", f"storeweaver.dev/store={shop.id}")
    assert not found["items"]
