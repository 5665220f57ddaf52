"""What the platform does to a cluster besides Helm: namespaces, rights, Secrets, volumes.

Every request is idempotent: it creates what is absent, applies what is its own, or deletes
what is still there; nothing is read, changed and written back.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import anyio

from provisioner import decoding, seeing
from provisioner.connection import Answer, Connection
from provisioner.contents import Contents
from provisioner.decoding import STORE_LABEL
from provisioner.errors import ActionFailed
from provisioner.lease import Lease, Leased
from provisioner.requests import decode, expect, expect_there, path_of, this_one
from provisioner.settings import Settings

ROLE = "storeweaver-store"
"""ClusterRole with what the provisioner may do in a store's namespace."""

ROLE_BINDING = "storeweaver-provisioner"

RIGHTS_SECONDS = 3.0
"""How long a new RoleBinding may take to be noticed by the API server: some milliseconds."""

T = TypeVar("T")

_ACCOUNT = "system:serviceaccount:"


@dataclass(frozen=True)
class SecretRead:
    """A Secret with its values by their keys."""

    uid: str
    values: dict[str, str]


class Kube:
    """The cluster's API, as a store's life needs it. May be shared by any number of tasks.

    Every method raises `Unavailable` when the API server cannot be reached, does not answer
    within 10 s or cannot serve just now, and `ActionFailed` when it refuses; that is
    permanent where the same request will be refused again.

    Attributes:
        contents: what lies in the namespaces.
    """

    def __init__(self, connection: Connection | Leased) -> None:
        self._connection = connection
        self.contents = Contents(connection)
        self._subject: dict[str, str] | None = None

    @classmethod
    @asynccontextmanager
    async def connected(cls, settings: Settings) -> AsyncIterator[Kube]:
        """The cluster that the settings name, until the context is left.

        Raises:
            Unavailable: the kubeconfig does not exist yet or cannot be used. Nothing has
                been asked of the cluster then; try again.
        """
        connection = Connection(settings)
        try:
            await connection.open()
            yield cls(connection)
        finally:
            with anyio.CancelScope(shield=True):
                await connection.aclose()

    def under(self, lease: Lease) -> Kube:
        """The same for the holder of a claim: no request begins or lasts beyond the lease;
        what would raises `ClaimLost`.
        """
        if isinstance(self._connection, Leased):
            raise TypeError("it is under a lease already")
        leased = Kube(Leased(self._connection, lease))
        leased._subject = self._subject
        return leased

    async def version(self) -> str:
        """The cluster's version, such as `v1.37.1`: whether it answers at all."""
        answer = await self._get("/version", doing="tell its version")
        return decode(answer, decoding.Version).git_version

    # --- namespaces

    async def ensure_namespace(
        self, name: str, *, labels: Mapping[str, str], annotations: Mapping[str, str]
    ) -> None:
        """Create the namespace; one that is there for the same store is left as it is.

        Args:
            labels: must have the store's.

        Raises:
            ActionFailed: it belongs to another store or to nobody we know (permanent), or
                is still being deleted.
        """
        doing = f"create the namespace {name}"
        manifest = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": {**labels}, "annotations": {**annotations}},
        }
        answer = await self._connection.request("POST", "/api/v1/namespaces", body=manifest)
        if answer.status != 409:
            expect(answer, 201, doing=doing)
            return
        found = await self._namespace(name)
        if found is None or found.metadata.deletion_timestamp is not None:
            raise ActionFailed(
                f"The namespace {name} is still being deleted.",
                hint="It is created anew as soon as it is gone.",
            )
        owner = found.metadata.store_id
        if owner != labels[STORE_LABEL]:
            raise ActionFailed(
                f"The namespace {name} belongs to "
                + (f"the store {owner}." if owner else "something else in this cluster."),
                hint="Choose another name for the store.",
                is_permanent=True,
            )

    async def annotate_namespace(
        self, name: str, annotations: Mapping[str, str | None], *, uid: str = ""
    ) -> None:
        """Set annotations, or with None remove them; other annotations stay.

        Args:
            annotations: by key without its prefix `storeweaver.dev/`.
            uid: of the namespace that is meant; another of its name is left alone.

        Raises:
            Unavailable: another namespace has come in its place.
        """
        changes = {seeing.PREFIX + key: value for key, value in annotations.items()}
        metadata: dict[str, object] = {"annotations": changes}
        if uid:
            metadata["uid"] = uid
        answer = await self._connection.request(
            "PATCH",
            path_of("namespaces", name),
            body={"metadata": metadata},
            content_type="application/merge-patch+json",
        )
        expect(answer, 200, doing=f"annotate the namespace {name}")

    async def delete_namespace(self, name: str, *, store_id: str, uid: str = "") -> None:
        """Have the namespace deleted, with all that is in it; it is gone some seconds later.

        Does nothing where it is gone or going already.

        Args:
            uid: of the namespace that is meant; another of its name is left alone.

        Raises:
            ActionFailed: it does not carry the store's label (permanent).
            Unavailable: another namespace has come in its place.
        """
        found = await self._namespace(name)
        if found is None or found.metadata.deletion_timestamp is not None:
            return
        if found.metadata.store_id != store_id:
            raise ActionFailed(
                f"The namespace {name} does not belong to this store, and is left alone.",
                hint="An administrator can see whose it is by its label.",
                detail=f"{STORE_LABEL}={found.metadata.store_id or '(none)'}",
                is_permanent=True,
            )
        answer = await self._connection.request(
            "DELETE",
            path_of("namespaces", name),
            body=this_one(uid or found.metadata.uid),
        )
        expect(answer, 200, 202, 404, doing=f"delete the namespace {name}")

    async def namespace_exists(self, name: str, *, store_id: str) -> bool:
        """Whether the API server has it for this store, be it while it is being deleted."""
        found = await self._namespace(name)
        return found is not None and found.metadata.store_id == store_id

    # --- what a store is given before its release

    async def ensure_role_binding(self, namespace: str) -> None:
        """Give the provisioner its rights in the namespace; afterwards they are in force.

        Where the ClusterRole `storeweaver-store` does not exist or may not be read, the
        provisioner acts by rights that its user has anyway, and nothing is done.
        """
        doing = f"give the platform its rights in {namespace}"
        if not await self._has_role():
            return
        answer = await self._connection.request(
            "POST",
            path_of("namespaces", namespace, "rolebindings", group="rbac.authorization.k8s.io"),
            body={
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": {"name": ROLE_BINDING, "namespace": namespace},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": ROLE,
                },
                "subjects": [await self._own_subject()],
            },
        )
        expect_there(answer, doing=doing)
        await self._until_rights_are_in_force(namespace)

    async def secrets_of(self, namespace: str) -> dict[str, SecretRead]:
        """The namespace's Secrets by their names, Helm's own aside."""
        page = await self.read(
            path_of("namespaces", namespace, "secrets"),
            decoding.Listed[decoding.Secret],
            query={"fieldSelector": "type=Opaque"},
            doing=f"show the Secrets in {namespace}",
        )
        return {
            each.metadata.name: SecretRead(each.metadata.uid, _values(each))
            for each in page.items or ()
        }

    async def ensure_secret(
        self, namespace: str, name: str, *, values: Mapping[str, str], labels: Mapping[str, str]
    ) -> str:
        """Create the Secret; one that is there is kept with its values, whatever they are.

        Returns:
            Its UID.
        """
        answer = await self._connection.request(
            "POST",
            path_of("namespaces", namespace, "secrets"),
            body={
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "namespace": namespace, "labels": {**labels}},
                "type": "Opaque",
                "stringData": {**values},
            },
        )
        expect_there(answer, doing=f"create the Secret {name} in {namespace}")
        if answer.status == 201:
            return decode(answer, decoding.Object).metadata.uid
        return (await self._secret(namespace, name)).metadata.uid

    async def change_secret(self, namespace: str, name: str, *, values: Mapping[str, str]) -> None:
        """Set values of a Secret that is there; others that it has stay."""
        answer = await self._connection.request(
            "PATCH",
            path_of("namespaces", namespace, "secrets", name),
            body={"stringData": {**values}},
            content_type="application/merge-patch+json",
        )
        expect(answer, 200, doing=f"change the Secret {name} in {namespace}")

    async def seal_secret(
        self, namespace: str, name: str, *, uid: str, labels: Mapping[str, str]
    ) -> None:
        """Give the Secret a seal: a Lease of its name, which Kubernetes removes with it.

        Args:
            uid: of the Secret; a seal of one that had its name before becomes this one's.
        """
        group = "coordination.k8s.io"
        owner = {"apiVersion": "v1", "kind": "Secret", "name": name, "uid": uid}
        metadata = {"name": name, "labels": {**labels}, "ownerReferences": [owner]}
        answer = await self._connection.request(
            "PATCH",
            path_of("namespaces", namespace, "leases", name, group=group),
            query={"fieldManager": "storeweaver", "force": "true"},
            body={"apiVersion": f"{group}/v1", "kind": "Lease", "metadata": metadata},
            content_type="application/apply-patch+yaml",
        )
        expect(answer, 200, 201, doing=f"seal the Secret {name} in {namespace}")

    async def read_secret(self, namespace: str, name: str) -> dict[str, str]:
        """The Secret's values.

        Raises:
            ActionFailed: there is none by that name, or it may not be read.
        """
        return _values(await self._secret(namespace, name))

    # --- common

    async def read(
        self, path: str, kind: type[T], *, doing: str, query: Mapping[str, str] | None = None
    ) -> T:
        """What is at a path of the API, decoded.

        Args:
            doing: completes "The cluster refused to …".
        """
        return decode(await self._get(path, doing=doing, query=query), kind)

    async def _get(
        self, path: str, *, doing: str, query: Mapping[str, str] | None = None
    ) -> Answer:
        answer = await self._connection.request("GET", path, query=query)
        expect(answer, 200, doing=doing)
        return answer

    async def _namespace(self, name: str) -> decoding.Namespace | None:
        answer = await self._connection.request("GET", path_of("namespaces", name))
        if answer.status == 404:
            return None
        expect(answer, 200, doing=f"show the namespace {name}")
        return decode(answer, decoding.Namespace)

    async def _secret(self, namespace: str, name: str) -> decoding.Secret:
        return await self.read(
            path_of("namespaces", namespace, "secrets", name),
            decoding.Secret,
            doing=f"show the Secret {name} in {namespace}",
        )

    async def _has_role(self) -> bool:
        answer = await self._connection.request(
            "GET", path_of("clusterroles", ROLE, group="rbac.authorization.k8s.io")
        )
        expect(answer, 200, 403, 404, doing=f"show the ClusterRole {ROLE}")
        return answer.status == 200

    async def _own_subject(self) -> dict[str, str]:
        if self._subject is None:
            user = (await self._review("authentication.k8s.io", "SelfSubjectReview")).user_info
            self._subject = _subject(user.username if user else "")
        return self._subject

    async def _until_rights_are_in_force(self, namespace: str) -> None:
        asked = {"namespace": namespace, "verb": "get", "resource": "secrets"}
        with anyio.move_on_after(RIGHTS_SECONDS):
            while True:
                answer = await self._review(
                    "authorization.k8s.io", "SelfSubjectAccessReview", resourceAttributes=asked
                )
                if answer.allowed:
                    return
                await anyio.sleep(0.02)
        raise ActionFailed(
            f"The platform has not got its rights in {namespace}.",
            hint=f"See the ClusterRole {ROLE}: it must allow to read Secrets.",
        )

    async def _review(self, group: str, kind: str, **spec: object) -> decoding.ReviewStatus:
        """Ask the API server about ourselves; a review is answered, and kept nowhere."""
        answer = await self._connection.request(
            "POST",
            path_of(f"{kind.lower()}s", group=group),
            body={"apiVersion": f"{group}/v1", "kind": kind, **({"spec": spec} if spec else {})},
        )
        expect(answer, 201, doing="tell what the platform may do")
        return decode(answer, decoding.Review).status or decoding.ReviewStatus()


def _values(secret: decoding.Secret) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in (secret.data or {}).items()}


def _subject(username: str) -> dict[str, str]:
    if username.startswith(_ACCOUNT):
        namespace, _, name = username.removeprefix(_ACCOUNT).partition(":")
        return {"kind": "ServiceAccount", "namespace": namespace, "name": name}
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": username}
