"""What docs/engines.md promises of a shop, for every entry of the engine table.

Each shop is made, repaired and deleted by the platform itself on the real cluster. Where an
image was built without what the engine sells with, everything but selling is proved.
"""

from __future__ import annotations

import base64
import html
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from cluster import bringup, image_archive
from cluster.image_recipes import recipes
from cluster.progress import Progress
from provisioner.engines import ENGINES, Engine
from provisioner.naming import SECRETS_COPY
from provisioner.views import StoreView
from tests.cluster.conftest import LocalCluster, describe
from tests.cluster.endings import exit_status, pods, running_pod
from tests.cluster.identity import workers_kubeconfig
from tests.cluster.trading import BUYER, PICTURE, QUANTITY, TRADES, Cart, Owner, Place, Trade, buy
from tests.cluster.waiting import until
from tests.cluster.working import Platform, settings_for, working
from tests.postgresql import TEMPLATE, Server

NAME = 'Bob\'s "Söhne" & <Co> 🛒'
DELETE_WITHIN = 60.0
"""Seconds; some four on an idle cluster."""


@dataclass
class Made:
    """A store that the platform made.

    Attributes:
        lacks: what its images were built without, or "".
        uploaded: path of the owner's picture, once there is one.
        sold: orders that were placed.
        renamed: the name that its owner gave to what the first page shows.
    """

    engine: Engine
    view: StoreView
    place: Place
    lacks: str
    uploaded: str = ""
    sold: int = 0
    renamed: str = ""

    @property
    def namespace(self) -> str:
        return self.view.namespace

    def sells(self) -> None:
        """Skip the test where it cannot, and say why."""
        if self.lacks:
            pytest.skip(f"{self.engine.title} takes no order: {self.lacks}")

    def front(self) -> str:
        """Its first page; "" while it is not served."""
        customer = self.place.customer()
        answer = customer.get("/")
        customer.client.close()
        return answer.text if answer.status_code == 200 else ""

    def is_up(self) -> bool:
        page = self.front()
        return self.view.id in page or NAME in html.unescape(page)

    @property
    def trade(self) -> Trade:
        return TRADES[self.engine.key]

    def owner(self) -> Owner:
        return self.trade.owner(self.place)

    def is_its_owners(self) -> bool:
        """Whether what the owner changed is as the owner left it."""
        return self.renamed in self.front() and self.serves_the_picture()

    def keeps_its_orders(self, owner: Owner) -> bool:
        return not self.sold or owner.orders() == [(BUYER, QUANTITY)] * self.sold

    def serves_the_picture(self) -> bool:
        customer = self.place.customer()
        answer = customer.client.get(self.uploaded)
        customer.client.close()
        return answer.status_code == 200 and answer.content == PICTURE


@pytest.fixture(scope="module")
def platform(
    cluster: LocalCluster, helm: Path, postgresql: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    names = {name for engine in ENGINES.values() for name in engine.images.values()}
    result = bringup.up(cluster.home, progress=Progress(), names=names)
    assert not result.failed, result.failed
    folder = tmp_path_factory.mktemp("platform")
    postgresql.execute(f"create database engines template {TEMPLATE}")
    settings = settings_for(
        database_url=postgresql.url_of("engines"),
        kubeconfig=workers_kubeconfig(cluster, folder / "kubeconfig"),
        helm=helm,
        port=cluster.http_port,
        images={name: cluster.image(name) for name in names},
        state=folder / "state",
    )
    with working(settings) as made:
        yield made
    postgresql.execute("drop database engines with (force)")


@pytest.fixture(scope="module", params=ENGINES.values(), ids=lambda engine: engine.key)
def shop(
    platform: Platform, cluster: LocalCluster, request: pytest.FixtureRequest
) -> Iterator[Made]:
    engine: Engine = request.param
    lacks = lacking(cluster, engine)
    begun = time.monotonic()
    view = platform.create(NAME, engine.key)
    try:
        view = platform.until("the shop answers", view, lambda store: arrived(store, lacks))
        print(f"{engine.title}: click to shop in {time.monotonic() - begun:.1f} s")
        values = secrets(cluster, view.namespace)
        credentials = {
            key: value
            for name in engine.secrets
            for key, value in values[name].items()
            if key in {shown.key for shown in engine.credentials}
        }
        host = urlsplit(view.url).hostname
        assert host
        yield Made(engine, view, Place(host, cluster.http_port, credentials), lacks)
    finally:
        if platform.get(view) is not None:
            describe(cluster, view.namespace)
            platform.delete(view)


def lacking(cluster: LocalCluster, engine: Engine) -> str:
    """What the engine's images say that they were built without."""
    made = recipes(cluster.home, engine.images.values()).values()
    archives = [image_archive.read(recipe.archive(cluster.home)) for recipe in made]
    return " ".join(archive.lacks for archive in archives if archive.lacks)


def arrived(store: StoreView, lacks: str) -> bool:
    """Whether the store is Ready, or as far as it comes without what sells."""
    assert store.status != "failed", store.error_message
    if not lacks:
        return store.status == "ready"
    return {step.state for step in store.steps[:-1]} == {"done"} and any(
        "no product" in step.message or "404" in step.message for step in store.steps
    )


def secrets(cluster: LocalCluster, namespace: str) -> dict[str, dict[str, str]]:
    """The namespace's Secrets, Helm's own aside."""
    found = cluster.json("get", "secrets", "-n", namespace)["items"]
    return {
        secret["metadata"]["name"]: {
            key: base64.b64decode(value).decode() for key, value in secret["data"].items()
        }
        for secret in found
        if not secret["type"].startswith("helm.sh/")
    }


def restarts(cluster: LocalCluster, shop: Made, component: str) -> int:
    found = pods(cluster, shop.namespace, component)
    return sum(s["restartCount"] for pod in found for s in pod["status"]["containerStatuses"])


def is_started(cluster: LocalCluster, shop: Made, name: str) -> bool:
    status: Any = cluster.json("get", "pod", name, "-n", shop.namespace)["status"]
    return bool(status["containerStatuses"][0]["started"])


def is_placed(cart: Cart) -> bool:
    """Whether the shop says that what is in the cart is ordered; asks it to be."""
    try:
        cart.check_out()
    except (AssertionError, httpx.HTTPError):
        return False
    return True


def signed_in(shop: Made) -> Owner | None:
    """The owner; None while the admin does not let them in."""
    try:
        return shop.owner()
    except AssertionError:
        return None


def test_it_becomes_ready_only_when_it_sells(shop: Made) -> None:
    if shop.lacks:
        assert shop.view.status == "provisioning"
        assert shop.view.steps[-1].state == "active"
    else:
        assert shop.view.status == "ready"
        assert [step.state for step in shop.view.steps] == ["done"] * len(shop.view.steps)


def test_its_objects_are_named_and_kept_apart(shop: Made, cluster: LocalCluster) -> None:
    labels = cluster.json("get", "namespace", shop.namespace)["metadata"]["labels"]
    assert labels["storeweaver.dev/store"] == shop.view.id
    assert labels["pod-security.kubernetes.io/enforce"] == shop.engine.pod_security
    kinds = "deployments,statefulsets,services,ingresses,persistentvolumeclaims,networkpolicies"
    for made in cluster.json("get", kinds, "-n", shop.namespace)["items"]:
        assert made["metadata"]["labels"]["storeweaver.dev/store"] == shop.view.id
    for component in shop.engine.components:
        assert pods(cluster, shop.namespace, component), component


def test_its_secrets_are_those_of_the_table(
    shop: Made, cluster: LocalCluster, platform: Platform
) -> None:
    made = secrets(cluster, shop.namespace)
    assert made.keys() == shop.engine.secrets.keys() | {SECRETS_COPY}
    for name, keys in shop.engine.secrets.items():
        assert made[name].keys() == keys.keys()
    shown = platform.credentials(shop.view)
    assert list(shown) == [credential.label for credential in shop.engine.credentials]
    assert set(shown.values()) == set(shop.place.credentials.values())
    told = cluster.kubectl("get", "configmaps,pods", "-n", shop.namespace, "-o", "yaml")
    for name, keys in shop.engine.secrets.items():
        for key in keys:
            # what is long enough to be found by chance nowhere
            assert len(made[name][key]) < 20 or made[name][key] not in told, key


def test_its_images_name_what_an_owner_knows_by_name(shop: Made, cluster: LocalCluster) -> None:
    found: dict[str, str] = {}
    for recipe in recipes(cluster.home, shop.engine.images.values()).values():
        found |= image_archive.read(recipe.archive(cluster.home)).versions
    # its software and its database at least
    assert len(found) > 1
    assert all(version[:1].isdigit() for version in found.values()), found


def test_it_carries_its_name_as_text(shop: Made) -> None:
    page = shop.front()
    assert shop.is_up()
    assert "<Co>" not in page
    assert "&lt;Co&gt;" in page


def test_strangers_are_refused(shop: Made) -> None:
    guessed = {key: "supersecret" for key in shop.place.credentials if "PASSWORD" in key}
    assert guessed
    stranger = Place(shop.place.host, shop.place.port, {**shop.place.credentials, **guessed})
    with pytest.raises(AssertionError):
        shop.trade.owner(stranger)


def test_a_guest_orders_and_the_owner_finds_the_order(shop: Made) -> None:
    shop.sells()
    buy(shop.trade, shop.place)
    shop.sold += 1
    owner = shop.owner()
    assert shop.keeps_its_orders(owner)
    owner.close()


def test_a_pod_that_is_killed_during_a_checkout_costs_no_order_and_makes_no_second_one(
    shop: Made, cluster: LocalCluster
) -> None:
    shop.sells()
    cart = shop.trade.fill_cart(shop.place)
    victim = running_pod(cluster, shop.namespace, shop.trade.till)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(is_placed, cart)
        cluster.kubectl(
            *("delete", "pod", victim, "-n", shop.namespace),
            *("--grace-period=0", "--force", "--wait=false"),
        )
        print(f"{shop.engine.title}: the customer was told of the order: {first.result()}")
    running_pod(cluster, shop.namespace, shop.trade.till)
    owner = until("the owner is let in again", lambda: signed_in(shop))
    assert owner
    # an order whose confirmation was lost is there, and the cart is empty
    until("the order is there", lambda: len(owner.orders()) > shop.sold or is_placed(cart))
    shop.sold += 1
    assert shop.keeps_its_orders(owner)
    owner.close()
    cart.close()


def test_secrets_that_are_lost_are_made_anew_and_open_its_data(
    shop: Made, cluster: LocalCluster, platform: Platform
) -> None:
    shop.sells()
    cluster.kubectl("delete", "secrets", "--all", "-n", shop.namespace)
    platform.until("it is told", shop.view, lambda store: store.health == "degraded")
    platform.repair(shop.view)
    platform.until("the store is well", shop.view, lambda store: store.health == "ok")
    until("the shop is back", shop.is_up)
    # accounts inside the shop keep their passwords
    owner = until("the owner is let in again", lambda: signed_in(shop))
    assert owner
    assert shop.keeps_its_orders(owner)
    buy(shop.trade, shop.place)
    shop.sold += 1
    assert shop.keeps_its_orders(owner)
    owner.close()


def test_what_the_owner_changes_and_uploads_is_shown(shop: Made) -> None:
    owner = shop.owner()
    shop.uploaded = owner.upload(PICTURE)
    owner.rename("Only at Ada's")
    shop.renamed = "Only at Ada"
    owner.close()
    until("the change is shown", shop.is_its_owners)


def test_a_database_that_is_away_restarts_nothing(
    shop: Made, cluster: LocalCluster, platform: Platform
) -> None:
    database = shop.trade.database
    before = {name: restarts(cluster, shop, name) for name in shop.engine.application}
    (workload,) = cluster.json(
        *("get", "statefulsets", "-n", shop.namespace),
        *("-l", f"app.kubernetes.io/component={database}"),
    )["items"]
    name = f"statefulset/{workload['metadata']['name']}"
    cluster.kubectl("scale", name, "-n", shop.namespace, "--replicas=0")
    until("the database is gone", lambda: not pods(cluster, shop.namespace, database))
    cluster.kubectl("scale", name, "-n", shop.namespace, "--replicas=1")
    running_pod(cluster, shop.namespace, database)
    until("the shop is back", shop.is_up)
    if not shop.lacks:
        platform.until("the store is well", shop.view, lambda store: store.health == "ok")
    after = {name: restarts(cluster, shop, name) for name in shop.engine.application}
    assert after == before
    until("it is as its owner left it", shop.is_its_owners)


def test_pods_that_go_lose_nothing(shop: Made, cluster: LocalCluster) -> None:
    cluster.kubectl("delete", "pods", "--all", "-n", shop.namespace, "--timeout=60s")
    until("the shop is back", shop.is_up)
    until("it is as its owner left it", shop.is_its_owners)
    owner = until("the owner is let in again", lambda: signed_in(shop))
    assert owner
    assert shop.keeps_its_orders(owner)
    owner.close()


def test_its_pods_stop_in_order(shop: Made, cluster: LocalCluster) -> None:
    # those that ask go before those that are asked, as in a drain that takes no account of them
    for component in (*shop.engine.database, *shop.engine.application):
        name = running_pod(cluster, shop.namespace, component)
        until(f"{component} has started", partial(is_started, cluster, shop, name))
        assert exit_status(cluster, shop.namespace, name) == 0, component
    until("the shop is back", shop.is_up)


def test_what_was_removed_by_hand_is_repaired_with_its_data(
    shop: Made, cluster: LocalCluster, platform: Platform
) -> None:
    shop.sells()
    before = secrets(cluster, shop.namespace)
    cluster.kubectl("delete", "deployments,services,ingresses", "--all", "-n", shop.namespace)
    until("the shop is back", shop.is_up)
    platform.until("the store is well", shop.view, lambda store: store.health == "ok")
    assert secrets(cluster, shop.namespace) == before
    until("it is as its owner left it", shop.is_its_owners)
    owner = shop.owner()
    assert shop.keeps_its_orders(owner)
    owner.close()


def test_deleting_leaves_nothing(shop: Made, cluster: LocalCluster, platform: Platform) -> None:
    begun = time.monotonic()
    platform.delete(shop.view)
    until("it is gone", lambda: platform.get(shop.view) is None, patience=DELETE_WITHIN)
    print(f"{shop.engine.title}: deleted in {time.monotonic() - begun:.1f} s")
    left = cluster.json("get", "namespaces", "-l", f"storeweaver.dev/store={shop.view.id}")
    assert not left["items"]
    volumes = cluster.json("get", "persistentvolumes")["items"]
    assert not [v for v in volumes if v["spec"]["claimRef"]["namespace"] == shop.namespace]
    assert not list(cluster.home.volumes.glob(f"*_{shop.namespace}_*"))
