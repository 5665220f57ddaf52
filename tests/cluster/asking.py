"""Requests from inside the cluster's network namespace, where its parts reach each other."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from cluster.commands import run
from cluster.sandbox import inside
from tests.cluster.conftest import LocalCluster

_SCRIPT = """
import json, ssl, sys, urllib.error, urllib.request
url, authority, certificate, key, body = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=authority) if authority else None
if certificate:
    context.load_cert_chain(certificate, key)
request = urllib.request.Request(url, data=body.encode() if body else None)
try:
    with urllib.request.urlopen(request, timeout=10, context=context) as answer:
        print(json.dumps([answer.status, answer.read().decode()]))
except urllib.error.HTTPError as error:
    print(json.dumps([error.code, error.read().decode()]))
except OSError as error:
    print(json.dumps([0, str(error)]))
"""


@dataclass(frozen=True)
class Answer:
    """What came back; `status` 0 when the connection was refused, `text` then says how."""

    status: int
    text: str


def ask(
    cluster: LocalCluster,
    url: str,
    *,
    authority: Path | None = None,
    pair: Path | None = None,
    body: str = "",
) -> Answer:
    """Ask as somebody inside; `pair` is a certificate and key without their endings."""
    words = [
        url,
        str(authority or ""),
        f"{pair}.crt" if pair else "",
        f"{pair}.key" if pair else "",
        body,
    ]
    prefix = inside(cluster.running.supervisor)
    status, text = json.loads(run([*prefix, sys.executable, "-c", _SCRIPT, json.dumps(words)]))
    return Answer(status, text)
