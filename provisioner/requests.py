"""What all requests to the API server share: their paths, and what may come back."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

import msgspec

from provisioner.connection import Answer, refusal
from provisioner.decoding import Status
from provisioner.errors import ActionFailed, Unavailable

T = TypeVar("T")


def path_of(*parts: str, group: str = "") -> str:
    """Of an object or a kind from the server's root; each part may hold anything."""
    root = f"/apis/{group}/v1" if group else "/api/v1"
    return "/".join((root, *(quote(part, safe="") for part in parts)))


def this_one(uid: str) -> dict[str, object]:
    """Options by which nothing is deleted that came in its place since it was read."""
    return {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}


def expect(answer: Answer, *statuses: int, doing: str) -> None:
    """Nothing where the status is one of these.

    Args:
        doing: completes "The cluster refused to …".

    Raises:
        Unavailable: what was read is not what is there now.
        ActionFailed: it is refused.
    """
    if answer.status in statuses:
        return
    refused = refusal(answer, doing=doing)
    if answer.status == 409:
        # what was read is not what is there now; the next look sees it
        raise Unavailable(
            "The cluster has changed in this moment.", hint="It is tried again by itself."
        ) from refused
    raise refused


def expect_there(answer: Answer, *, doing: str) -> None:
    """Created just now, or before; 409 has other meanings too."""
    expect(answer, 201, 409, doing=doing)
    if answer.status == 409 and decode(answer, Status).reason != "AlreadyExists":
        raise refusal(answer, doing=doing)


def decode(answer: Answer, kind: type[T]) -> T:
    """The answer as a value.

    Raises:
        ActionFailed: it is no such thing.
    """
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.MsgspecError as failure:
        raise ActionFailed(
            "What the cluster answered is not understood.",
            hint="Is it a Kubernetes API server that KUBECONFIG names?",
            detail=str(failure),
        ) from failure
