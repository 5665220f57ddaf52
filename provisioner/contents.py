"""What lies in a store's namespace and is told to go: pods with their logs, claims, volumes."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from provisioner import decoding
from provisioner.connection import Answer, Connection
from provisioner.errors import ActionFailed
from provisioner.lease import Leased
from provisioner.requests import decode, expect, path_of, this_one

LARGEST_LOG = 64 * 1024
"""Bytes that are read of one log."""

_PAGE = 500


class Contents:
    """Pods and volumes of stores, with the errors of `provisioner.kube.Kube`."""

    def __init__(self, connection: Connection | Leased) -> None:
        self._connection = connection

    # --- volumes

    async def volumes_of(self, namespace: str) -> list[str]:
        """Names of the PersistentVolumes that were made for claims in this namespace.

        They outlive the namespace for as long as their storage is being cleared.
        """
        found: list[str] = []
        query = {"limit": str(_PAGE)}
        while True:
            answer = await self._get(
                path_of("persistentvolumes"), query=query, doing="show its volumes"
            )
            page = decode(answer, decoding.Listed[decoding.Volume])
            for volume in page.items or ():
                claim = volume.spec.claim_ref if volume.spec else None
                if claim is not None and claim.namespace == namespace:
                    found.append(volume.metadata.name)
            if not page.metadata.continue_:
                return sorted(found)
            query["continue"] = page.metadata.continue_

    async def delete_volume(self, name: str, *, namespace: str) -> None:
        """Have a PersistentVolume deleted that was made for a claim in this namespace.

        One that is kept by its reclaim policy is handed to its storage's own deletion, so
        that its data goes too. Does nothing where it is gone.

        Raises:
            ActionFailed: it is in use, or was made for another namespace (permanent).
        """
        doing = f"delete the volume {name}"
        path = path_of("persistentvolumes", name)
        answer = await self._connection.request("GET", path)
        if answer.status == 404:
            return
        expect(answer, 200, doing=doing)
        found = decode(answer, decoding.Volume)
        phase = found.status.phase if found.status else ""
        if found.claimed_in != namespace or phase not in {"Released", "Failed"}:
            raise ActionFailed(
                f"The volume {name} is not left behind, and is left alone.",
                hint="Look at the list again.",
                detail=f"{phase}, claimed in {found.claimed_in}",
                is_permanent=True,
            )
        if found.spec and found.spec.persistent_volume_reclaim_policy == "Retain":
            answer = await self._connection.request(
                "PATCH",
                path,
                body={
                    "metadata": {
                        "uid": found.metadata.uid,
                        "resourceVersion": found.metadata.resource_version,
                    },
                    "spec": {"persistentVolumeReclaimPolicy": "Delete"},
                },
                content_type="application/merge-patch+json",
            )
            expect(answer, 200, 404, doing=doing)
            return
        answer = await self._connection.request("DELETE", path, body=this_one(found.metadata.uid))
        expect(answer, 200, 202, 404, doing=doing)

    async def delete_claims(self, namespace: str) -> None:
        """Have every PersistentVolumeClaim of the namespace deleted, with its data.

        One by one: to delete them as a collection is a right of its own, which a user of
        an existing cluster may lack.
        """
        path = path_of("namespaces", namespace, "persistentvolumeclaims")
        doing = f"delete the volume claims of {namespace}"
        answer = await self._get(path, doing=doing)
        for claim in decode(answer, decoding.Listed[decoding.Claim]).items or ():
            if claim.metadata.deletion_timestamp is not None:
                continue
            answer = await self._connection.request(
                "DELETE", f"{path}/{claim.metadata.name}", body=this_one(claim.metadata.uid)
            )
            expect(answer, 200, 202, 404, 409, doing=doing)

    async def volume_state(self, name: str) -> str:
        """How a PersistentVolume fares, in a few words; "" where it is gone."""
        answer = await self._connection.request("GET", path_of("persistentvolumes", name))
        if answer.status == 404:
            return ""
        expect(answer, 200, doing=f"show the volume {name}")
        volume = decode(answer, decoding.Volume)
        status = volume.status or decoding.VolumeStatus()
        parts = [status.phase or "there", status.message]
        if volume.spec and volume.spec.persistent_volume_reclaim_policy == "Retain":
            parts.append("its class keeps volumes (reclaim policy Retain)")
        if finalizers := volume.metadata.finalizers:
            parts.append(f"held by {', '.join(finalizers)}")
        return "; ".join(part for part in parts if part)

    # --- ingresses

    async def holders_of(self, host: str) -> list[str]:
        """Every Ingress of the cluster with that host, as NAMESPACE/NAME."""
        found: list[str] = []
        query = {"limit": str(_PAGE)}
        path = path_of("ingresses", group="networking.k8s.io")
        while True:
            answer = await self._get(path, query=query, doing="show its Ingresses")
            page = decode(answer, decoding.Listed[decoding.Ingress])
            for each in page.items or ():
                rules = (each.spec and each.spec.rules) or ()
                if any(rule.host == host for rule in rules):
                    found.append(f"{each.metadata.namespace}/{each.metadata.name}")
            if not page.metadata.continue_:
                return sorted(found)
            query["continue"] = page.metadata.continue_

    # --- pods

    async def delete_pods(self, namespace: str) -> None:
        """Tell every pod of the namespace to stop; each has its own grace to do so."""
        path = path_of("namespaces", namespace, "pods")
        doing = f"stop the pods of {namespace}"
        answer = await self._get(path, doing=doing)
        for pod in decode(answer, decoding.Listed[decoding.Pod]).items or ():
            if pod.metadata.deletion_timestamp is not None:
                continue
            answer = await self._connection.request(
                "DELETE",
                f"{path}/{quote(pod.metadata.name, safe='')}",
                body={
                    "apiVersion": "v1",
                    "kind": "DeleteOptions",
                    "preconditions": {"uid": pod.metadata.uid},
                },
            )
            expect(answer, 200, 202, 404, 409, doing=doing)

    async def last_lines(
        self, namespace: str, pod: str, container: str, *, number: int, is_previous: bool
    ) -> bytes:
        """The last lines that a container has printed, as they are; at most `LARGEST_LOG`.

        Args:
            is_previous: of the run before the present one; where there was none, of this one.

        Raises:
            ActionFailed: there is no such log, or it may not be read.
        """
        query = {
            "container": container,
            "tailLines": str(number),
            "limitBytes": str(LARGEST_LOG),
        }
        path = path_of("namespaces", namespace, "pods", pod, "log")
        answer = await self._connection.request(
            "GET", path, query={**query, "previous": "true"} if is_previous else query
        )
        if is_previous and answer.status != 200:
            answer = await self._connection.request("GET", path, query=query)
        expect(answer, 200, doing=f"show the log of {pod} in {namespace}")
        return answer.body[:LARGEST_LOG]

    async def _get(
        self, path: str, *, doing: str, query: Mapping[str, str] | None = None
    ) -> Answer:
        answer = await self._connection.request("GET", path, query=query)
        expect(answer, 200, doing=doing)
        return answer
