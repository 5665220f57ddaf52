"""The connection to PostgreSQL: sessions, named SQL, migrations."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import anyio
import psycopg
from sqlalchemy import TextClause, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from provisioner.errors import Unavailable

SCHEMA = "0004"
"""The newest of `migrations/`."""

LOCKS: Mapping[str, int] = {
    "migrate": 0x53570001,
    "count stores": 0x53570002,
    "admit": 0x53570003,
    "administrators": 0x53570004,
}
"""Keys of the advisory locks; the first half is ours, so that other users of the database
do not meet them."""

_CONNECT_TIMEOUT = 5
_CLOSE_TIMEOUT = 5
_STATEMENT_TIMEOUT = "15s"
_IDLE_TIMEOUT = "5s"
"""After which PostgreSQL ends a session that has begun a transaction and says nothing more: a
process that was stopped in the middle of one must not keep its locks from all others."""


class Database:
    """Gives out sessions; every failure to reach PostgreSQL is `Unavailable`."""

    def __init__(self, url: str, *, connections: int = 10) -> None:
        """`url` is a libpq address; `connections` bounds the pool."""
        self.url = url
        self._engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=connections,
            max_overflow=0,
            pool_pre_ping=False,
            connect_args={
                "connect_timeout": _CONNECT_TIMEOUT,
                "options": f"-c timezone=UTC -c statement_timeout={_STATEMENT_TIMEOUT} "
                f"-c idle_in_transaction_session_timeout={_IDLE_TIMEOUT}",
            },
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end, or rolled back as a whole.

        Raises:
            Unavailable: PostgreSQL cannot be reached, or the connection was lost.
        """
        try:
            session = self._sessions()
            try:
                # a connection that is being made when its task is cancelled is closed by nobody
                with anyio.CancelScope(shield=True):
                    await session.connection()
                yield session
                await session.commit()
            finally:
                # a connection that is given back only after the pool was closed stays open
                with anyio.move_on_after(_CLOSE_TIMEOUT, shield=True):
                    await session.close()
        except (OperationalError, InterfaceError) as error:
            raise _unavailable() from error
        except DBAPIError as error:
            # the schema is brought up as soon as there is a database; until then it is as away
            is_empty = isinstance(error.orig, psycopg.errors.UndefinedTable)
            if error.connection_invalidated or is_empty:
                raise _unavailable() from error
            raise
        except TimeoutError as error:
            raise _unavailable() from error

    async def migrate(self) -> None:
        """Bring the schema to this version; several may try at once.

        Raises:
            Unavailable: PostgreSQL cannot be reached.
        """
        try:
            async with self._engine.begin() as connection:
                await connection.execute(
                    text("select pg_advisory_xact_lock(:key)"), {"key": LOCKS["migrate"]}
                )
                if await _schema(connection) == SCHEMA:
                    return
                # Alembic takes a tenth of a second to load, at each start and mostly for nothing
                from provisioner.migrating import upgrade

                # migrations are loaded while the transaction is open
                await connection.execute(text("set local idle_in_transaction_session_timeout = 0"))
                await connection.run_sync(upgrade)
        except (OperationalError, InterfaceError) as error:
            raise _unavailable() from error

    async def listen(self, *channels: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
        """A connection of its own that has begun to listen; the caller closes it.

        Raises:
            Unavailable: PostgreSQL cannot be reached.
        """
        try:
            with anyio.CancelScope(shield=True):
                connection = await psycopg.AsyncConnection.connect(
                    self.url, autocommit=True, connect_timeout=_CONNECT_TIMEOUT
                )
            try:
                for channel in channels:
                    await connection.execute(
                        psycopg.sql.SQL("listen {}").format(psycopg.sql.Identifier(channel))
                    )
            except BaseException:
                with anyio.CancelScope(shield=True):
                    await connection.close()
                raise
        except psycopg.OperationalError as error:
            raise _unavailable() from error
        return connection

    async def check(self) -> None:
        """Ask something small.

        Raises:
            Unavailable: there was no answer.
        """
        async with self.transaction() as session:
            await session.execute(text("select 1"))


async def lock(session: AsyncSession, name: str) -> None:
    """Wait for one of `LOCKS`, and hold it to the end of the transaction."""
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCKS[name]})


def _unavailable() -> Unavailable:
    return Unavailable(
        "The database cannot be reached just now.",
        hint="Nothing is lost; it is tried again by itself. An operator sees the cause in the log.",
    )


async def _schema(connection: AsyncConnection) -> str:
    """The version that the database's schema has; "" where it has none."""
    known = await connection.execute(text("select to_regclass('alembic_version')"))
    if known.scalar_one() is None:
        return ""
    found = await connection.execute(text("select version_num from alembic_version"))
    return found.scalar_one_or_none() or ""


@cache
def _queries() -> dict[str, TextClause]:
    source = (Path(__file__).parent / "queries.sql").read_text()
    parts = re.split(r"^-- name: (\w+)$", source, flags=re.MULTILINE)[1:]
    return {name: text(body.strip()) for name, body in zip(parts[::2], parts[1::2], strict=True)}


def query(name: str) -> TextClause:
    """The statement of this name in `queries.sql`."""
    return _queries()[name]
