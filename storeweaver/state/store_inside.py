"""What a store is made of: its pods, their usage, its objects and its configuration."""

from __future__ import annotations

import reflex as rx

from provisioner.errors import NotFound, StoreWeaverError
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.rows import moment
from storeweaver.state.shell import entering, reporting
from storeweaver.state.store_rows import (
    Figure,
    ObjectEventRow,
    PodRow,
    ResourceRow,
    figures,
    object_event_row,
    pod_row,
    resource_row,
    untold,
    volume_figures,
)
from storeweaver.state.texts import text


class Inside(rx.State):
    """What the tabs of a store's page show besides the store itself; filled for the open tab."""

    pods: list[PodRow] = []
    pod_names: str = ""
    replicas: str = ""
    pods_running: str = ""
    restarts: int = 0
    figures: list[Figure] = []
    volumes: list[Figure] = []
    untold: str = ""
    unmeasured: str = ""
    is_stale: bool = False

    resources: list[ResourceRow] = []
    resources_problem: str = ""
    has_resources: bool = False

    object_kind: str = ""
    object_name: str = ""
    object_manifest: str = ""
    object_events: list[ObjectEventRow] = []

    configuration: str = ""
    configuration_problem: str = ""
    configuration_hint: str = ""
    has_configuration: bool = False
    chart: str = ""
    revision: str = ""
    applied: str = ""

    _store_id: str = ""
    _tab: str = ""

    @latest
    async def seen(self) -> None:
        """Sent by the server when the store looks different on the cluster."""
        async with entering(self):
            await self._read()

    @latest
    async def sampled(self) -> None:
        """Sent by the server when it knows anew what the store uses; the cluster is not asked."""
        async with entering(self):
            await self._read(is_usage_alone=True)

    @handler
    async def open_object(self, kind: str, name: str) -> None:
        """Show one object whole."""
        async with reporting(self):
            found = await PLATFORM.runtime.inspection.resource(
                acting(), self._store_id, kind=text(kind), name=text(name)
            )
            self.object_kind, self.object_name = found.resource.kind, found.resource.name
            self.object_manifest = found.manifest
            self.object_events = [object_event_row(event) for event in found.events]

    @handler
    async def close_object(self, is_open: bool = False) -> None:  # noqa: ARG002 - the dialog's
        """Back to the list."""
        self.object_kind = self.object_name = self.object_manifest = ""
        self.object_events = []

    async def _open(self, store_id: str, tab: str) -> None:
        """The page shows this tab of this store from now on."""
        if store_id != self._store_id:
            self.reset()  # type: ignore[no-untyped-call]  # Reflex left its type out
        self._store_id, self._tab = store_id, tab
        await self._read()

    async def _read(self, *, is_usage_alone: bool = False) -> None:
        if not self._store_id:
            return
        try:
            await self._read_running()
            if is_usage_alone:
                return
            if self._tab == "resources":
                await self._read_resources()
            elif self._tab == "configuration":
                await self._read_configuration()
        except NotFound:
            # the page says so itself
            self.reset()  # type: ignore[no-untyped-call]  # as above

    async def _read_running(self) -> None:
        running = await PLATFORM.runtime.inspection.running(acting(), self._store_id)
        self.pods = [pod_row(pod) for pod in running.pods]
        self.pod_names = " ".join(pod.name for pod in running.pods)
        wanted = running.replicas_wanted
        self.replicas = f"{running.replicas_ready} of {wanted}" if wanted else "none"
        self.pods_running = f"{running.pods_running} of {len(running.pods)}"
        self.restarts, self.is_stale = running.restarts, running.is_stale
        self.figures, self.volumes = figures(running.usage), volume_figures(running.usage)
        self.untold = untold(running.usage)
        self.unmeasured = running.usage.reason

    async def _read_resources(self) -> None:
        try:
            found = await PLATFORM.runtime.inspection.resources(acting(), self._store_id)
        except NotFound:
            raise
        except StoreWeaverError as error:
            self.resources_problem = f"{error.message} {error.hint}".strip()
        else:
            self.resources, self.resources_problem = [resource_row(each) for each in found], ""
        self.has_resources = True

    async def _read_configuration(self) -> None:
        try:
            found = await PLATFORM.runtime.inspection.configuration(acting(), self._store_id)
        except NotFound:
            raise
        except StoreWeaverError as error:
            self.configuration = ""
            self.configuration_problem, self.configuration_hint = error.message, error.hint
        else:
            self.configuration, self.configuration_problem = found.values, ""
            self.chart = f"{found.chart} {found.chart_version}"
            self.revision, self.applied = str(found.revision), moment(found.applied_at)
        self.has_configuration = True
