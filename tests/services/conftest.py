"""The services on a real database; no cluster is there, and none is asked."""

from __future__ import annotations

import pytest

from provisioner.accounts import Accounts
from provisioner.database import Database
from provisioner.engines import ENGINES
from provisioner.errors import Unavailable
from provisioner.people import People
from provisioner.preparation import ImageReady, Preparation
from provisioner.settings import Settings
from provisioner.stores import Secrets, StoreService
from provisioner.tokens import Tokens
from provisioner.views import Actor
from tests.services.people import person


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def accounts(database: Database, settings: Settings) -> Accounts:
    return Accounts(database, settings)


@pytest.fixture
def people(database: Database, settings: Settings) -> People:
    return People(database, settings)


@pytest.fixture
def tokens(database: Database) -> Tokens:
    return Tokens(database)


@pytest.fixture
def stores(database: Database, settings: Settings) -> StoreService:
    return service(database, settings)


EVERYTHING_READY = Preparation(
    images={
        name: ImageReady(reference=f"localhost/{name}:1", reason="")
        for engine in ENGINES.values()
        for name in engine.images.values()
    }
)


def service(
    database: Database, settings: Settings, *, preparation: Preparation | None = None
) -> StoreService:
    """The service on a platform that is prepared so far."""

    def no_cluster() -> Secrets:
        raise Unavailable("Kubernetes cannot be reached just now.")

    return StoreService(
        database,
        settings,
        engines=ENGINES,
        preparation=lambda: preparation or Preparation(),
        secrets=no_cluster,
    )


@pytest.fixture
async def owner(database: Database) -> Actor:
    return await person(database, "owner@example.com")


@pytest.fixture
async def stranger(database: Database) -> Actor:
    return await person(database, "stranger@example.com")


@pytest.fixture
async def administrator(database: Database) -> Actor:
    return await person(database, "administrator@example.com", role="administrator")
