"""What the watches have seen, by store; plain and synchronous.

An object belongs to a store when it carries the store's label and lies in the store's
namespace: the namespace that carries the same label. Whoever labels an object elsewhere
adds nothing to anybody's store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from provisioner.observed import (
    EventSeen,
    Found,
    IngressSeen,
    NamespaceSeen,
    Observed,
    PodSeen,
    SealSeen,
    VolumeSeen,
    WorkloadSeen,
)

MOST_EVENTS = 50
"""Warnings kept of one store."""

Seen = WorkloadSeen | PodSeen | VolumeSeen | IngressSeen | SealSeen
"""What an object in a store's namespace is shown as."""

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sighting:
    """An object in a namespace, with the store that its label names."""

    namespace: str
    name: str
    store_id: str
    seen: Seen


@dataclass(slots=True)
class _Place:
    """A namespace and what lies in it; `shown` is kept until something of it changes."""

    namespace: NamespaceSeen | None = None
    created: datetime = _NEVER
    objects: dict[tuple[str, str], Sighting] = field(default_factory=dict)
    events: dict[str, EventSeen] = field(default_factory=dict)
    shown: Observed | None = None

    @property
    def store_id(self) -> str:
        return self.namespace.store_id if self.namespace else ""


class Sightings:
    """Everything seen. `announce` is told the id of each store that looks different now."""

    def __init__(self, announce: Callable[[str], None]) -> None:
        self._announce = announce
        self._places: dict[str, _Place] = {}
        self._namespaces: dict[str, set[str]] = {}

    def observed(self, store_id: str, *, is_stale: bool) -> Observed:
        """What is known of a store; the same object as before while nothing has changed."""
        place = self._place_of(store_id)
        if place is None:
            return Observed(is_stale=is_stale)
        if place.shown is None:
            place.shown = _show(place, is_stale=is_stale)
        elif place.shown.is_stale != is_stale:
            place.shown = replace(place.shown, is_stale=is_stale)
        return place.shown

    def namespaces(self) -> list[NamespaceSeen]:
        """Every namespace that carries the label, by name."""
        found = (self._places[name].namespace for name in sorted(self._places))
        return [each for each in found if each is not None]

    def found(self) -> list[Found]:
        """Every namespace in which something carries a store's label, by name."""
        return [
            Found(
                name=name,
                namespace=place.namespace,
                created=None if place.created is _NEVER else place.created,
                store_ids=frozenset(
                    each.store_id for each in place.objects.values() if each.store_id
                ),
                volumes=tuple(
                    each.seen
                    for each in place.objects.values()
                    if isinstance(each.seen, VolumeSeen)
                ),
            )
            for name, place in sorted(self._places.items())
        ]

    # --- namespaces

    def put_namespace(self, seen: NamespaceSeen, *, created: datetime | None) -> None:
        place = self._places.setdefault(seen.name, _Place())
        if place.namespace == seen and place.created == (created or _NEVER):
            return
        self._set_namespace(place, seen.name, seen, created)

    def remove_namespace(self, name: str) -> None:
        """Forget the namespace and its events; its objects are deleted by their own watches."""
        place = self._places.get(name)
        if place is None or place.namespace is None:
            return
        self._set_namespace(place, name, None, None)
        place.events.clear()
        self._drop_if_empty(name, place)

    def replace_namespaces(self, listed: Iterable[tuple[NamespaceSeen, datetime | None]]) -> None:
        """Take a complete list: what is not in it is gone."""
        by_name = {seen.name: (seen, created) for seen, created in listed}
        for name in [name for name in self._places if name not in by_name]:
            self.remove_namespace(name)
        for seen, created in by_name.values():
            self.put_namespace(seen, created=created)

    def _set_namespace(
        self, place: _Place, name: str, seen: NamespaceSeen | None, created: datetime | None
    ) -> None:
        before = place.store_id
        place.namespace, place.created, place.shown = seen, created or _NEVER, None
        after = place.store_id
        if before and before != after:
            holders = self._namespaces[before]
            holders.discard(name)
            if not holders:
                del self._namespaces[before]
            self._announce(before)
        if after:
            self._namespaces.setdefault(after, set()).add(name)
            self._announce(after)

    # --- objects in namespaces

    def put(self, kind: str, sighting: Sighting) -> None:
        place = self._places.setdefault(sighting.namespace, _Place())
        before = place.objects.get((kind, sighting.name))
        if before == sighting:
            return
        place.objects[kind, sighting.name] = sighting
        self._changed(place, before, sighting)

    def remove(self, kind: str, *, namespace: str, name: str) -> None:
        place = self._places.get(namespace)
        before = place.objects.pop((kind, name), None) if place else None
        if place is not None and before is not None:
            self._changed(place, before)
            self._drop_if_empty(namespace, place)

    def replace(self, kind: str, listed: Collection[Sighting]) -> None:
        """Take a complete list of one kind: what is not in it is gone."""
        present = {(each.namespace, each.name) for each in listed}
        gone = [
            (namespace, name)
            for namespace, place in self._places.items()
            for of, name in place.objects
            if of == kind and (namespace, name) not in present
        ]
        for namespace, name in gone:
            self.remove(kind, namespace=namespace, name=name)
        for each in listed:
            self.put(kind, each)

    # --- events

    def put_event(self, seen: EventSeen, *, namespace: str, name: str) -> None:
        """Keep a warning; of a namespace without the label nothing is kept."""
        place = self._places.get(namespace)
        if place is None or place.namespace is None or place.events.get(name) == seen:
            return
        place.events[name] = seen
        if len(place.events) > MOST_EVENTS:
            oldest = min(place.events, key=lambda each: place.events[each].at)
            del place.events[oldest]
            if oldest == name:
                return
        self._touch(place)

    def remove_event(self, *, namespace: str, name: str) -> None:
        place = self._places.get(namespace)
        if place is not None and place.events.pop(name, None) is not None:
            self._touch(place)

    def replace_events(self, listed: Iterable[tuple[str, str, EventSeen]]) -> None:
        """Take a complete list of namespace, name and event: what is not in it is gone."""
        by_key = {(namespace, name): seen for namespace, name, seen in listed}
        gone = [
            (namespace, name)
            for namespace, place in self._places.items()
            for name in place.events
            if (namespace, name) not in by_key
        ]
        for namespace, name in gone:
            self.remove_event(namespace=namespace, name=name)
        for (namespace, name), seen in by_key.items():
            self.put_event(seen, namespace=namespace, name=name)

    # --- common

    def _changed(self, place: _Place, *versions: Sighting | None) -> None:
        if any(each is not None and each.store_id == place.store_id for each in versions):
            self._touch(place)

    def _touch(self, place: _Place) -> None:
        place.shown = None
        if place.store_id:
            self._announce(place.store_id)

    def _drop_if_empty(self, name: str, place: _Place) -> None:
        if place.namespace is None and not place.objects:
            del self._places[name]

    def _place_of(self, store_id: str) -> _Place | None:
        """The store's namespace; the oldest, should somebody have copied its label."""
        names = self._namespaces.get(store_id)
        if not names:
            return None
        places = [(self._places[name].created, name) for name in names]
        return self._places[min(places)[1]]


def _show(place: _Place, *, is_stale: bool) -> Observed:
    workloads: list[WorkloadSeen] = []
    pods: list[PodSeen] = []
    volumes: list[VolumeSeen] = []
    ingresses: list[IngressSeen] = []
    secrets: set[str] = set()
    for sighting in place.objects.values():
        if sighting.store_id != place.store_id:
            continue
        match sighting.seen:
            case WorkloadSeen() as workload:
                workloads.append(workload)
            case PodSeen() as pod:
                pods.append(pod)
            case VolumeSeen() as volume:
                volumes.append(volume)
            case IngressSeen() as ingress:
                ingresses.append(ingress)
            case SealSeen() as seal:
                secrets.add(seal.secret)
    return Observed(
        namespace=place.namespace,
        workloads=tuple(sorted(workloads, key=lambda each: (each.kind, each.name))),
        pods=tuple(sorted(pods, key=lambda each: each.name)),
        volumes=tuple(sorted(volumes, key=lambda each: each.name)),
        ingresses=tuple(sorted(ingresses, key=lambda each: each.name)),
        secrets=frozenset(secrets),
        events=tuple(sorted(place.events.values(), key=lambda each: (each.at, each.name))),
        is_stale=is_stale,
    )
