"""Brings the schema of the database to this version; loaded only where it is not."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def upgrade(connection: Connection) -> None:
    """Apply what is missing, in the connection's transaction.

    One at a time: Alembic keeps what it works on in globals.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
