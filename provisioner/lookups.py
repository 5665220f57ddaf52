"""Reading in stores' namespaces, for somebody who looks: lists, objects, events, logs, usage.

A connection of its own, so that open logs never take one from the work on stores.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
import anyio
import msgspec

from provisioner import decoding
from provisioner.connection import CONNECT_SECONDS, JSON, Answer, Connection, refusal
from provisioner.decoding import STORE_LABEL
from provisioner.errors import NotFound
from provisioner.inspected import Manifest
from provisioner.settings import Settings
from provisioner.watching import Kind, Reflector

NAMES_ONLY = f"{JSON};as=PartialObjectMetadata{{}};g=meta.k8s.io;v=v1"
"""Media type of an answer without what the objects hold; the braces take `List` or nothing."""

SILENCE_SECONDS = 90.0
METRICS_SECONDS = 5.0

_MOST = 500
"""Objects of one kind that are listed."""


@dataclass(frozen=True)
class Resource:
    """A kind that a store's namespace may hold.

    Attributes:
        root: of its API group, with the version.
        is_secret: what it holds is never asked for.
    """

    kind: str
    root: str
    plural: str
    is_secret: bool = False

    def path(self, namespace: str, name: str = "") -> str:
        parts = ("namespaces", namespace, self.plural, *([name] if name else []))
        return "/".join((self.root, *(quote(part, safe="") for part in parts)))

    @property
    def identity(self) -> dict[str, object]:
        """What an object says of its kind; in a list it says nothing, and without its content
        something else."""
        version = self.root.removeprefix("/apis/").removeprefix("/api/")
        return {"apiVersion": version, "kind": self.kind}

    @property
    def accept(self) -> str:
        return NAMES_ONLY if self.is_secret else JSON


RESOURCES = {
    each.kind: each
    for each in (
        Resource("Deployment", "/apis/apps/v1", "deployments"),
        Resource("StatefulSet", "/apis/apps/v1", "statefulsets"),
        Resource("Job", "/apis/batch/v1", "jobs"),
        Resource("Pod", "/api/v1", "pods"),
        Resource("Service", "/api/v1", "services"),
        Resource("Ingress", "/apis/networking.k8s.io/v1", "ingresses"),
        Resource("PersistentVolumeClaim", "/api/v1", "persistentvolumeclaims"),
        Resource("ConfigMap", "/api/v1", "configmaps"),
        Resource("Secret", "/api/v1", "secrets", is_secret=True),
        Resource("ServiceAccount", "/api/v1", "serviceaccounts"),
        Resource("NetworkPolicy", "/apis/networking.k8s.io/v1", "networkpolicies"),
        Resource("PodDisruptionBudget", "/apis/policy/v1", "poddisruptionbudgets"),
        Resource("ResourceQuota", "/api/v1", "resourcequotas"),
        Resource("LimitRange", "/api/v1", "limitranges"),
    )
}
"""What the charts make, in the order in which it is shown."""


class Lookups:
    """Reads of one cluster. Every method raises `Unavailable` and `ActionFailed` as `Kube`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def connected(cls, settings: Settings) -> AsyncIterator[Lookups]:
        """The cluster that the settings name, until the context is left."""
        connection = Connection(settings)
        try:
            yield cls(connection)
        finally:
            with anyio.CancelScope(shield=True):
                await connection.aclose()

    async def listed(self, resource: Resource, namespace: str) -> Sequence[Manifest]:
        """The objects of a kind; of Secrets only their names."""
        answer = await self._get(
            resource.path(namespace),
            query={"limit": str(_MOST)},
            accept=resource.accept.format("List"),
            doing=f"show {resource.plural}",
        )
        page = msgspec.json.decode(answer.body, type=decoding.Listed[dict[str, object]])
        return [each | resource.identity for each in page.items or ()]

    async def one(self, resource: Resource, namespace: str, name: str) -> Manifest:
        """An object; of a Secret only its metadata.

        Raises:
            NotFound: there is none by that name.
        """
        path = resource.path(namespace, name)
        answer = await self._connection.request("GET", path, accept=resource.accept.format(""))
        if answer.status == 404:
            raise NotFound(f"There is no {resource.kind} {name[:80]} any more.")
        if answer.status != 200:
            raise refusal(answer, doing=f"show the {resource.kind}")
        found: dict[str, object] = msgspec.json.decode(answer.body)
        return found | resource.identity

    async def events_about(self, kind: str, name: str, *, namespace: str) -> list[decoding.Event]:
        """What was reported about one object."""
        selector = f"involvedObject.kind={kind},involvedObject.name={name}"
        answer = await self._get(
            _events(namespace),
            query={"fieldSelector": selector, "limit": str(_MOST)},
            doing="show its events",
        )
        return msgspec.json.decode(answer.body, type=decoding.Listed[decoding.Event]).items or []

    def events(
        self,
        namespace: str,
        *,
        put: Callable[[decoding.Event], None],
        on_problem: Callable[[str], None],
    ) -> Reflector[decoding.Event]:
        """All events of a namespace, told one by one while the reflector runs."""
        reflector: Reflector[decoding.Event]

        def replace(listed: Sequence[decoding.Event]) -> None:
            for each in listed:
                put(each)

        reflector = Reflector(
            Kind(
                name="events of a store",
                path=_events(namespace),
                query={},
                read=decoding.Event,
                replace=replace,
                put=put,
                # an event that ran out still happened
                remove=lambda _: None,
                is_bookmarked=False,
            ),
            connection=self._connection,
            silence_seconds=SILENCE_SECONDS,
            on_problem=lambda: on_problem(reflector.problem),
        )
        return reflector

    async def log(
        self, namespace: str, pod: str, container: str, *, query: Mapping[str, str]
    ) -> AsyncGenerator[bytes, None]:
        """A container's log as it comes; ends with the log, or when the iterator is closed."""
        path = RESOURCES["Pod"].path(namespace, pod) + "/log"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        async with self._connection.exchange(
            "GET",
            path,
            query={"container": container, "timestamps": "true", **query},
            accept="*/*",
            timeout=timeout,
        ) as response:
            if response.status != 200:
                raise refusal(Answer(response.status, await response.read()), doing="show this log")
            async for chunk in response.content.iter_any():
                yield chunk

    async def usage(self, store_ids: Collection[str]) -> list[decoding.PodUsage] | None:
        """What the pods of these stores use now, by one call; None where nothing measures it."""
        answer = await self._connection.request(
            "GET",
            "/apis/metrics.k8s.io/v1beta1/pods",
            query={"labelSelector": f"{STORE_LABEL} in ({','.join(sorted(store_ids))})"},
            seconds=METRICS_SECONDS,
        )
        if answer.status in {403, 404}:
            return None
        if answer.status != 200:
            raise refusal(answer, doing="show what its pods use")
        page = msgspec.json.decode(answer.body, type=decoding.Listed[decoding.PodUsage])
        return page.items or []

    async def _get(
        self, path: str, *, doing: str, query: Mapping[str, str], accept: str = JSON
    ) -> Answer:
        answer = await self._connection.request("GET", path, query=query, accept=accept)
        if answer.status != 200:
            raise refusal(answer, doing=doing)
        return answer


def _events(namespace: str) -> str:
    return f"/api/v1/namespaces/{quote(namespace, safe='')}/events"
