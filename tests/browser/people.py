"""Accounts and stores for browser tests, put straight into the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import psycopg
from pwdlib.hashers.argon2 import Argon2Hasher

from provisioner import secrecy
from provisioner.links import path
from provisioner.naming import NAMESPACE_PREFIX, namespace_for, new_id

PASSWORD = "four words and more"


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    id: str
    email: str


@cache
def _hash() -> str:
    return Argon2Hasher().hash(PASSWORD)


def add_person(database_url: str, email: str, *, role: str = "user") -> Person:
    """An account whose password is PASSWORD."""
    person = Person(new_id(), email)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into users (id, email, password_hash, role) values (%s, %s, %s, %s)",
            (person.id, email, _hash(), role),
        )
    return person


def let_sign_in(database_url: str, email: str) -> Person:
    """An account that is there gets the password PASSWORD."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "update users set password_hash = %s where email = %s returning id", (_hash(), email)
        ).fetchone()
    assert row, email
    return Person(row[0], email)


def add_invitation(database_url: str) -> str:
    """The path of a one-time link by which anybody can register."""
    token = secrecy.new_token()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into links (id, purpose, expires_at) "
            "values (%s, 'invitation', now() + interval '1 day')",
            (secrecy.digest(token),),
        )
    return path(token)


def add_store(database_url: str, owner: Person, name: str, *, status: str = "ready") -> str:
    """A store that no worker looks after; returns its id."""
    store_id = new_id()
    slug = namespace_for(name, store_id=store_id).removeprefix(NAMESPACE_PREFIX)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into stores (id, type, name, namespace, status, url, admin_url, user_id, "
            "not_before, started_at) values (%s, 'medusa', %s, %s, %s, %s, %s, %s, null, now())",
            (
                *(store_id, name, f"store-{slug}", status),
                *(f"http://{slug}.localhost", f"http://{slug}.localhost/app", owner.id),
            ),
        )
    return store_id


def change_store(database_url: str, store_id: str, status: str) -> None:
    """As a worker would write it."""
    with psycopg.connect(database_url) as connection:
        connection.execute("update stores set status = %s where id = %s", (status, store_id))


def stores_of(database_url: str, owner: Person) -> list[tuple[str, str, str]]:
    """Name, status and wish of somebody's stores."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "select name, status, desired from stores where user_id = %s order by id", (owner.id,)
        ).fetchall()
