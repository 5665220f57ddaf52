"""The kubeconfig by which the app's worker reaches the cluster."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from cluster.existing import ExistingCluster
from cluster.home import Home
from cluster.identities import PROVISIONER
from cluster.listeners import read_ports
from cluster.platform.account import Account
from cluster.platform.place import Place
from cluster.platform.told import replace_file


def write_limited(home: Home, account: Account) -> bool:
    """Write the worker's kubeconfig for the local cluster; whether there is one now.

    Certificate and key stand in the file itself, so that a renewal replaces both at once.
    """
    ports = read_ports(home)
    folder = home.pki / "cluster"
    try:
        authority, certificate, key = (
            (folder / name).read_bytes()
            for name in ("ca.crt", f"{PROVISIONER.name}.crt", f"{PROVISIONER.name}.key")
        )
    except FileNotFoundError:
        return False
    if ports is None:
        return False
    content = render(
        server=f"https://127.0.0.1:{ports.api}",
        authority=authority,
        certificate=certificate,
        key=key,
    )
    _put(Place.of(home).kubeconfig, content, account)
    return True


def write_named(cluster: ExistingCluster, place: Place, account: Account) -> None:
    """Write the user's own kubeconfig, cut down to the context that they named.

    Raises:
        CommandFailed: kubectl cannot read it.
    """
    content = cluster.kubectl("config", "view", "--minify", "--flatten", "--raw")
    _put(place.kubeconfig, content, account)


def render(*, server: str, authority: bytes, certificate: bytes, key: bytes) -> str:
    """A kubeconfig with everything in it, as JSON, which is YAML."""

    def text(content: bytes) -> str:
        return base64.b64encode(content).decode()

    cluster = {"server": server, "certificate-authority-data": text(authority)}
    user = {"client-certificate-data": text(certificate), "client-key-data": text(key)}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "storeweaver", "cluster": cluster}],
            "users": [{"name": PROVISIONER.name, "user": user}],
            "contexts": [
                {
                    "name": "storeweaver",
                    "context": {"cluster": "storeweaver", "user": PROVISIONER.name},
                }
            ],
            "current-context": "storeweaver",
        },
        indent=1,
    )


def _put(path: Path, content: str, account: Account) -> None:
    if path.exists() and path.read_text() == content:
        return
    replace_file(path, content, mode=0o600, owner=None if account.is_caller else account.number)
