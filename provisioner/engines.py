"""The engine table: everything the platform knows about a kind of shop.

An engine is a chart, images and one entry here. Nothing else in Python names one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from provisioner.options import Choice, Option, country, currency

CHARTS = Path(__file__).parents[1] / "charts"


@dataclass(frozen=True, kw_only=True)
class Random:
    """A secret made once: `length` characters, hexadecimal or URL-safe, after `prefix`."""

    length: int
    alphabet: Literal["hex", "url"] = "hex"
    prefix: str = ""


@dataclass(frozen=True)
class Template:
    """A text with {id}, {name}, {host}, {email} of the owner, or keys that stand before it."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A value that its owner may see: its label on the page, and its key in the Secret."""

    label: str
    key: str
    is_secret: bool


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A page of the shop that answers 200 once the shop sells.

    Attributes:
        path: below the shop's URL.
        mark: what it holds only when it shows a product.
        is_named: whether it shows the shop's name or id as well.
    """

    path: str
    mark: str
    is_named: bool = True


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One kind of shop.

    Attributes:
        key: as in the database and the API.
        title: as people read it.
        summary: one sentence for the create dialog.
        images: from a key under the chart's `images` to the name of an image.
        secrets: from the name of each Secret that is made before the release to its keys, in
            the order in which they are made. No two have a key in common.
        credentials: what of them the owner may reveal.
        database: components whose readiness is the step Database.
        application: components of the step Application.
        admin_path: of the shop's own admin, below its URL.
        probes: the pages that are asked whether the shop sells; it does when all of them
            answer.
        chart: the folder of its Helm chart.
        pod_security: the Pod Security level enforced on the namespace.
        offers: what its owner gets, in a few words each, for the create dialog.
        options: what its owner may choose when it is made.
    """

    key: str
    title: str
    summary: str
    images: Mapping[str, str]
    secrets: Mapping[str, Mapping[str, Random | Template]]
    credentials: tuple[Credential, ...]
    database: tuple[str, ...]
    application: tuple[str, ...]
    admin_path: str
    probes: tuple[Probe, ...]
    chart: Path
    pod_security: Literal["restricted", "baseline"]
    offers: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()

    @property
    def components(self) -> tuple[str, ...]:
        """Every component that must be rolled out before the shop is asked."""
        return (*self.database, *self.application)

    @property
    def credential_secrets(self) -> tuple[str, ...]:
        """Names of the Secrets that hold what the owner may reveal."""
        shown = {credential.key for credential in self.credentials}
        return tuple(name for name, keys in self.secrets.items() if shown & keys.keys())


Engines = Mapping[str, Engine]

ENGINES: Engines = {
    engine.key: engine
    for engine in (
        Engine(
            key="woocommerce",
            title="WooCommerce",
            summary="WordPress with the most widely used shop plugin.",
            images={"wordpress": "wordpress-woocommerce", "mysql": "mysql"},
            secrets={
                "mysql-secret": {
                    "MYSQL_PASSWORD": Random(length=32),
                    "MYSQL_ROOT_PASSWORD": Random(length=32),
                },
                "wordpress-secret": {
                    "STORE_NAME": Template("{name}"),
                    "ADMIN_USER": Template("owner"),
                    "ADMIN_EMAIL": Template("{email}"),
                    "ADMIN_PASSWORD": Random(length=24, alphabet="url"),
                    "WORDPRESS_SALT_SEED": Random(length=64),
                },
            },
            credentials=(
                Credential(label="User", key="ADMIN_USER", is_secret=False),
                Credential(label="Email", key="ADMIN_EMAIL", is_secret=False),
                Credential(label="Password", key="ADMIN_PASSWORD", is_secret=True),
            ),
            database=("mysql",),
            application=("wordpress",),
            admin_path="/wp-admin/",
            probes=(
                Probe(path="/", mark="add_to_cart_button"),
                Probe(
                    path="/wp-json/wc/store/v1/products?per_page=1",
                    mark='"prices"',
                    is_named=False,
                ),
            ),
            chart=CHARTS / "woocommerce",
            pod_security="restricted",
            offers=("WordPress pages and blog", "Plugins and themes", "Cash on delivery"),
            options=(
                currency(),
                country(),
                Option(
                    key="size",
                    label="Size",
                    hint="How much the shop may use. It cannot be changed later.",
                    choices=(
                        Choice(value="standard", label="Standard"),
                        Choice(
                            value="large",
                            label="Large: twice the visitors, more room for pictures",
                            values={
                                "wordpress": {
                                    "resources": {
                                        "requests": {"cpu": "250m", "memory": "512Mi"},
                                        "limits": {"memory": "2Gi"},
                                    },
                                    "workers": 24,
                                    "content": {"storage": "8Gi"},
                                },
                                "mysql": {
                                    "storage": "10Gi",
                                    "resources": {
                                        "requests": {"cpu": "250m", "memory": "768Mi"},
                                        "limits": {"memory": "1536Mi"},
                                    },
                                    "bufferPool": "512M",
                                    "connections": 120,
                                },
                            },
                        ),
                    ),
                ),
            ),
        ),
        Engine(
            key="medusa",
            title="Medusa",
            summary="A fast storefront on a headless commerce backend.",
            images={
                "backend": "medusa-backend",
                "storefront": "medusa-storefront",
                "postgres": "postgres",
                "valkey": "valkey",
            },
            secrets={
                "medusa-secret": {
                    "STORE_NAME": Template("{name}"),
                    "ADMIN_EMAIL": Template("{email}"),
                    "ADMIN_PASSWORD": Random(length=24, alphabet="url"),
                    "POSTGRES_PASSWORD": Random(length=32),
                    "VALKEY_PASSWORD": Random(length=32),
                    "COOKIE_SECRET": Random(length=64),
                    "JWT_SECRET": Random(length=64),
                    "PUBLISHABLE_KEY": Random(length=64, prefix="pk_"),
                    "DATABASE_URL": Template(
                        "postgres://medusa:{POSTGRES_PASSWORD}@{id}-postgres:5432/medusa"
                    ),
                    "REDIS_URL": Template("redis://:{VALKEY_PASSWORD}@{id}-redis:6379"),
                },
            },
            credentials=(
                Credential(label="Email", key="ADMIN_EMAIL", is_secret=False),
                Credential(label="Password", key="ADMIN_PASSWORD", is_secret=True),
            ),
            database=("postgres", "redis"),
            application=("backend", "storefront"),
            admin_path="/app",
            probes=(Probe(path="/", mark='href="/products/'),),
            chart=CHARTS / "medusa",
            pod_security="restricted",
            offers=("Storefront made for speed", "Admin with an API", "Cash on delivery"),
            options=(
                currency(),
                country(),
                Option(
                    key="size",
                    label="Size",
                    hint="How much the shop may use. It cannot be changed later.",
                    choices=(
                        Choice(value="standard", label="Standard"),
                        Choice(
                            value="large",
                            label="Large: twice the orders, more room for pictures",
                            values={
                                "backend": {
                                    "resources": {
                                        "requests": {"cpu": "250m", "memory": "768Mi"},
                                        "limits": {"memory": "1536Mi"},
                                    },
                                    "uploads": {"storage": "8Gi"},
                                },
                                "postgres": {
                                    "storage": "10Gi",
                                    "resources": {
                                        "requests": {"cpu": "250m", "memory": "512Mi"},
                                        "limits": {"memory": "1Gi"},
                                    },
                                },
                            },
                        ),
                    ),
                ),
            ),
        ),
    )
}
