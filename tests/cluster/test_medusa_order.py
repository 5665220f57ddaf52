"""What the product is for: a shop comes up, a customer orders, the owner finds the order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cluster.browsing import Customer, form
from tests.cluster.conftest import LocalCluster, describe
from tests.cluster.shops import MedusaShop, run_helm
from tests.cluster.waiting import until

PRODUCT = "Enamel Mug"


@pytest.fixture(scope="module")
def shop(cluster: LocalCluster, helm: Path, request: pytest.FixtureRequest) -> Iterator[MedusaShop]:
    """A store whose storefront answers with its name and a product."""
    made = MedusaShop(id="sorder123456", name="Grüße & <Co>")
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
def customer(cluster: LocalCluster, shop: MedusaShop) -> Iterator[Customer]:
    made = Customer(shop.host, cluster.http_port)
    yield made
    made.client.close()


@pytest.fixture(scope="module")
def owner(cluster: LocalCluster, shop: MedusaShop) -> Iterator[httpx.Client]:
    """The shop's owner, signed in to the admin API with the generated credentials."""
    client = httpx.Client(
        base_url=f"http://127.0.0.1:{cluster.http_port}", headers={"host": shop.host}, timeout=60
    )
    answer = client.post(
        "/auth/user/emailpass", json={"email": shop.email, "password": shop.password}
    )
    assert answer.status_code == 200, answer.text
    client.headers["authorization"] = f"Bearer {answer.json()['token']}"
    yield client
    client.close()


def fill_cart(customer: Customer) -> None:
    page = customer.get("/products/enamel-mug")
    assert page.status_code == 200
    add = form(page, "quantity")
    add.fields["quantity"] = "2"
    cart = customer.post(add.action, add.fields)
    assert PRODUCT in cart.text


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
    customer: Customer, owner: httpx.Client
) -> None:
    fill_cart(customer)
    checkout = form(customer.get("/checkout"), "email")
    checkout.fields |= {
        "email": "ada@example.com",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "address_1": "1 Main Street",
        "city": "Springfield",
        "postal_code": "12345",
        "phone": "5551234567",
    }
    placed = customer.post(checkout.action, checkout.fields)
    assert placed.status_code == 200, placed.text
    assert "Ada" in placed.text, placed.text
    assert PRODUCT in placed.text
    orders = owner.get("/admin/orders?fields=*items,email,total,payment_status").json()["orders"]
    mine = [order for order in orders if order["email"] == "ada@example.com"]
    assert len(mine) == 1
    assert mine[0]["items"][0]["product_title"] == PRODUCT
    assert mine[0]["items"][0]["quantity"] == 2


def test_a_form_with_mistakes_comes_back_with_what_was_typed(customer: Customer) -> None:
    fill_cart(customer)
    checkout = form(customer.get("/checkout"), "email")
    checkout.fields |= {"email": "not an address", "city": "Springfield"}
    answer = customer.post(checkout.action, checkout.fields)
    assert "aria-invalid" in answer.text
    assert "not an address" in answer.text
    assert "Springfield" in answer.text


def test_the_keys_and_credentials_are_the_callers(
    shop: MedusaShop, cluster: LocalCluster, owner: httpx.Client
) -> None:
    keys = owner.get("/admin/api-keys?type=publishable").json()["api_keys"]
    assert [key["token"] for key in keys] == [shop.key]
    answer = httpx.post(
        f"http://127.0.0.1:{cluster.http_port}/auth/user/emailpass",
        headers={"host": shop.host},
        json={"email": shop.email, "password": "supersecret"},
        timeout=60,
    )
    assert answer.status_code == 401


def test_the_admin_page_is_served(customer: Customer) -> None:
    page = customer.get("/app/")
    assert page.status_code == 200
    assert "<script" in page.text


def test_a_restart_changes_nothing_that_the_owner_changed(
    shop: MedusaShop, cluster: LocalCluster, owner: httpx.Client, customer: Customer
) -> None:
    product = owner.get("/admin/products?handle=canvas-tote").json()["products"][0]
    answer = owner.post(f"/admin/products/{product['id']}", json={"title": "Owner's Own Tote"})
    assert answer.status_code == 200, answer.text
    cluster.kubectl(
        "delete", "pod", "-n", shop.namespace, "-l", "app.kubernetes.io/instance=" + shop.id
    )
    until("the shop is back", lambda: "Own Tote" in customer.get("/").text)
    orders = owner.get("/admin/orders?fields=email").json()["orders"]
    assert [order["email"] for order in orders] == ["ada@example.com"]


def test_while_the_backend_is_away_the_storefront_says_so(
    shop: MedusaShop, cluster: LocalCluster, customer: Customer
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
    shop: MedusaShop, cluster: LocalCluster, helm: Path, owner: httpx.Client, customer: Customer
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


def test_no_secret_stands_in_the_release(
    shop: MedusaShop, cluster: LocalCluster, helm: Path
) -> None:
    told = run_helm(cluster, helm, "get", "all", shop.id, "--namespace", shop.namespace) + run_helm(
        cluster, helm, "status", shop.id, "--namespace", shop.namespace, "-o", "json"
    )
    for secret in (shop.password, shop.database_password, shop.key):
        assert secret not in told


def test_uninstalling_leaves_nothing(shop: MedusaShop, cluster: LocalCluster, helm: Path) -> None:
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
