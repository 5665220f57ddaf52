"""What people do in a shop, for each engine: a guest buys, the owner looks after it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from tests.cluster.browsing import Customer, form

BUYER = "ada@example.com"
QUANTITY = 2


@dataclass(frozen=True)
class Place:
    """Where a shop answers on this machine, and its owner's credentials, as its Secrets hold them.

    Attributes:
        host: without a port.
        port: of the ingress.
    """

    host: str
    port: int
    credentials: Mapping[str, str]

    def customer(self) -> Customer:
        return Customer(self.host, self.port)


class Trade(Protocol):
    """One engine's ways."""

    database: str
    """The component that can be away for a while."""

    till: str
    """The component that makes the order."""

    product: str
    """The title of one that every new shop has."""

    def fill_cart(self, place: Place) -> Cart:
        """A guest's cart with QUANTITY of the product in it."""

    def owner(self, place: Place) -> Owner:
        """The owner, signed in with the credentials.

        Raises:
            AssertionError: they are refused.
        """


class Cart(Protocol):
    """A guest's, in one shop."""

    def check_out(self) -> None:
        """Order what is in it, for the address BUYER; a second time where the first one failed.

        Raises:
            AssertionError, httpx.HTTPError: the shop did not say that the order is placed.
        """

    def close(self) -> None:
        """Leave."""


class Owner(Protocol):
    """A shop's owner in its admin."""

    def orders(self) -> list[tuple[str, int]]:
        """Buyer's email and number of things of each order."""

    def upload(self, content: bytes) -> str:
        """Add a PNG picture; its path at the shop's host."""

    def rename(self, name: str) -> None:
        """Give another name to what the first page shows: a product, or else the shop."""

    def close(self) -> None:
        """Leave."""


def buy(trade: Trade, place: Place) -> None:
    """From a product to the confirmation, as a guest with the address BUYER."""
    cart = trade.fill_cart(place)
    cart.check_out()
    cart.close()


class MedusaTrade:
    """By the storefront's pages, and the admin's API."""

    database = "postgres"
    till = "backend"
    product = "Enamel Mug"

    def fill_cart(self, place: Place) -> MedusaCart:
        customer = place.customer()
        page = customer.get("/products/enamel-mug")
        assert page.status_code == 200
        add = form(page, "quantity")
        add.fields["quantity"] = str(QUANTITY)
        cart = customer.post(add.action, add.fields)
        assert self.product in cart.text
        return MedusaCart(customer)

    def owner(self, place: Place) -> MedusaOwner:
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{place.port}", headers={"host": place.host}, timeout=60
        )
        wanted = {
            "email": place.credentials["ADMIN_EMAIL"],
            "password": place.credentials["ADMIN_PASSWORD"],
        }
        with ExitStack() as refused:
            refused.callback(client.close)
            answer = client.post("/auth/user/emailpass", json=wanted)
            assert answer.status_code == 200, answer.text
            refused.pop_all()
        client.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return MedusaOwner(client)


@dataclass(frozen=True)
class MedusaCart:
    """In a customer's cookie."""

    customer: Customer

    def check_out(self) -> None:
        checkout = form(self.customer.get("/checkout"), "email")
        checkout.fields |= {
            "email": BUYER,
            "first_name": "Ada",
            "last_name": "Lovelace",
            "address_1": "1 Main Street",
            "city": "Springfield",
            "postal_code": "12345",
            "phone": "5551234567",
        }
        placed = self.customer.post(checkout.action, checkout.fields)
        assert placed.status_code == 200, placed.text
        assert "Ada" in placed.text, placed.text
        assert MedusaTrade.product in placed.text

    def close(self) -> None:
        self.customer.client.close()


@dataclass(frozen=True)
class MedusaOwner:
    """Signed in to the admin API."""

    client: httpx.Client

    def orders(self) -> list[tuple[str, int]]:
        found = self.client.get("/admin/orders?fields=*items,email").json()["orders"]
        return [
            (order["email"], sum(item["quantity"] for item in order["items"])) for order in found
        ]

    def upload(self, content: bytes) -> str:
        files = {"files": ("mug.png", content, "image/png")}
        answer = self.client.post("/admin/uploads", files=files)
        assert answer.status_code == 200, answer.text
        return urlsplit(str(answer.json()["files"][0]["url"])).path

    def rename(self, name: str) -> None:
        found = _json(self.client.get("/admin/products", params={"q": MedusaTrade.product}))
        _json(
            self.client.post(f"/admin/products/{found['products'][0]['id']}", json={"title": name})
        )

    def close(self) -> None:
        self.client.close()


class WooCommerceTrade:
    """By the API that the shop's own pages use, and WordPress's admin."""

    database = "mysql"
    till = "wordpress"
    product = "Stoneware mug"

    def fill_cart(self, place: Place) -> WooCommerceCart:
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{place.port}/wp-json/wc/store/v1",
            headers={"host": f"{place.host}:{place.port}"},
            timeout=60,
        )
        found = _json(client.get("/products", params={"search": self.product}))
        client.headers["cart-token"] = client.get("/cart").headers["cart-token"]
        wanted = {"id": found[0]["id"], "quantity": QUANTITY}
        _json(client.post("/cart/add-item", json=wanted))
        return WooCommerceCart(client)

    def owner(self, place: Place) -> WordPressOwner:
        customer = place.customer()
        with ExitStack() as refused:
            refused.callback(customer.client.close)
            login = form(customer.get("/wp-login.php"), "log")
            user, password = place.credentials["ADMIN_USER"], place.credentials["ADMIN_PASSWORD"]
            answer = customer.client.post(
                "/wp-login.php", data={**login.fields, "log": user, "pwd": password}
            )
            assert answer.status_code == 302, answer.text[-2000:]
            assert "/wp-admin" in answer.headers["location"]
            nonce = customer.client.get("/wp-admin/admin-ajax.php?action=rest-nonce")
            assert nonce.status_code == 200, nonce.text
            refused.pop_all()
        customer.client.headers["x-wp-nonce"] = nonce.text
        return WordPressOwner(customer)


@dataclass(frozen=True)
class WooCommerceCart:
    """By its token."""

    client: httpx.Client

    def check_out(self) -> None:
        address = {
            "first_name": "Ada",
            "last_name": "Lovelace",
            "address_1": "1 Main Street",
            "city": "Los Angeles",
            "state": "CA",
            "postcode": "90001",
            "country": "US",
            "phone": "5551234567",
        }
        people = {"billing_address": {**address, "email": BUYER}, "shipping_address": address}
        filled = _json(self.client.post("/cart/update-customer", json=people))
        assert "cod" in filled["payment_methods"]
        order = _json(self.client.post("/checkout", json={**people, "payment_method": "cod"}))
        assert order["status"] == "processing", order
        assert order["payment_result"]["payment_status"] == "success", order

    def close(self) -> None:
        self.client.close()


@dataclass(frozen=True)
class WordPressOwner:
    """Signed in to wp-admin by its form."""

    customer: Customer

    def orders(self) -> list[tuple[str, int]]:
        found = _json(self.customer.client.get("/wp-json/wc/v3/orders"))
        page = self.customer.get("/wp-admin/admin.php?page=wc-orders").text
        for order in found:
            # as a person finds it: #12 Ada Lovelace
            name = f"{order['billing']['first_name']} {order['billing']['last_name']}"
            assert re.search(rf"#{order['number']}\s+{re.escape(name)}", page), page
        return [
            (order["billing"]["email"], sum(item["quantity"] for item in order["line_items"]))
            for order in found
        ]

    def upload(self, content: bytes) -> str:
        headers = {
            "content-type": "image/png",
            "content-disposition": 'attachment; filename="mug.png"',
        }
        answer = self.customer.client.post("/wp-json/wp/v2/media", content=content, headers=headers)
        assert answer.status_code == 201, answer.text
        return urlsplit(str(answer.json()["source_url"])).path

    def rename(self, name: str) -> None:
        client = self.customer.client
        found = client.get("/wp-json/wc/v3/products", params={"search": WooCommerceTrade.product})
        if found.status_code == 404:
            _json(client.post("/wp-json/wp/v2/settings", json={"title": name}))
        else:
            _json(
                client.put(f"/wp-json/wc/v3/products/{_json(found)[0]['id']}", json={"name": name})
            )

    def close(self) -> None:
        self.customer.client.close()


TRADES: Mapping[str, Trade] = {"medusa": MedusaTrade(), "woocommerce": WooCommerceTrade()}
"""By the engine's key. An engine that is not here has no proof of an order."""

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q"
    "DwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""Of one pixel, as PNG."""


def _json(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.url} {answer.status_code} {answer.text[:2000]}"
    return answer.json()
