"""The local cluster's API as a benchmark asks it: one connection, no process for each question."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from cluster.home import Home
from cluster.identities import ADMINISTRATOR


@contextmanager
def client(home: Home, port: int) -> Iterator[httpx.Client]:
    """An administrator's client of the API server at `port`."""
    pair = home.pki / "cluster" / ADMINISTRATOR.name
    context = ssl.create_default_context(cafile=home.pki / "cluster" / "ca.crt")
    context.load_cert_chain(f"{pair}.crt", f"{pair}.key")
    with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=context, timeout=60) as api:
        yield api
