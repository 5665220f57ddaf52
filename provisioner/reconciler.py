"""One look at what is wanted and what is there, and the one thing to do next. Pure.

The action depends on the two states alone, never on who did what before: a worker that
dies at any line is followed by another that finds the same next action.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from provisioner import steps
from provisioner.causes import Diagnosis, diagnosis
from provisioner.diagnosis import UNKNOWN, diagnose, restless, trouble, unclaimed
from provisioner.holding import holder
from provisioner.naming import SECRETS_COPY
from provisioner.observed import NamespaceSeen, Observed
from provisioner.steps import Progress
from provisioner.views import Health, Status

GENERATION = "generation"
CREDENTIALS = "credentials"
RELEASE = "release"
STOPPED = "stopped"
"""Annotations by which a namespace tells what was done in it, under `storeweaver.dev/`."""

MADE = "sealed"
DONE = "done"


_VAGUE = frozenset({"deadline", "not-ready", "probe-failing"})
"""Causes that tell little without the step that took the time."""

LOST = "Its namespace was deleted by somebody, and its data with it. Repair makes it anew, empty."
DRIFT = "It runs another release than this platform would install now. Repair applies that one."


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the database says of a store.

    Attributes:
        generation: which wish of the owner it is.
        was_ready: whether it ever took orders; then its data is never removed but by
            a delete.
        components: of the engine, whose pods must be ready; `database` are those of the
            step Database.
        secrets: names of those that it must have.
        release: digest of the chart and the values that it should run.
        is_overdue: whether the time in which it had to become Ready is used up.
        is_repair: whether its owner wishes it repaired, and it was not yet.
        is_held_up: whether what it has was told to go so long ago that it should be gone.
        problem: what the last action or question came up against, and has not got over.
        slowest: the step that took the longest, in a sentence; only where it is overdue.
        lacking: what its images were built without, and what mends that; or "".
    """

    store_id: str
    namespace: str
    host: str
    status: Status
    generation: int
    was_ready: bool
    components: tuple[str, ...]
    database: tuple[str, ...]
    secrets: tuple[str, ...]
    release: str
    is_overdue: bool = False
    is_repair: bool = False
    is_held_up: bool = False
    problem: Diagnosis | None = None
    slowest: str = ""
    lacking: str = ""


@dataclass(frozen=True)
class EnsureNamespace:
    """Make the namespace."""


@dataclass(frozen=True)
class EnsureSecrets:
    """Take the right to work in the namespace, and make the shop's secrets where they are
    missing; those that are there stay. `reason` says which of them somebody removed."""

    reason: str = field(default="", compare=False)


@dataclass(frozen=True)
class ApplyRelease:
    """Install or upgrade the Helm release; `reason` says what of it somebody removed."""

    reason: str = field(default="", compare=False)


@dataclass(frozen=True)
class Repair:
    """Make the rights and Secrets that are missing, and apply the release again; what is
    there of Secrets and volumes stays."""


@dataclass(frozen=True)
class Probe:
    """Ask the shop itself; when it sells, it is Ready."""


@dataclass(frozen=True)
class Wait:
    """Nothing to do until the cluster changes; `reason` says for what, and `held_by` is what
    keeps something from going away that should be gone."""

    reason: str
    held_by: Diagnosis | None = None


@dataclass(frozen=True)
class Fail:
    """It cannot become Ready: keep the cause, and clean up."""

    diagnosis: Diagnosis


@dataclass(frozen=True)
class Stop:
    """Uninstall the release, and tell its pods and volumes to go."""


@dataclass(frozen=True)
class Remove:
    """Delete the namespace."""


@dataclass(frozen=True)
class ConfirmGone:
    """Ask the API server itself whether anything is left."""


@dataclass(frozen=True)
class Settle:
    """Nothing is left to do until something changes; record how the store fares.

    Attributes:
        drift: how its release differs from the one that it should run, or "".
    """

    health: Health
    message: str = ""
    drift: str = ""


Action = (
    EnsureNamespace
    | EnsureSecrets
    | ApplyRelease
    | Repair
    | Probe
    | Wait
    | Fail
    | Stop
    | Remove
    | ConfirmGone
    | Settle
)

TRANSITIONS: tuple[tuple[str, str, str], ...] = (
    ("", "provisioning", "create"),
    ("provisioning", "ready", "the shop answers"),
    ("provisioning", "failed", "a cause that waiting cannot mend, or the deadline"),
    ("failed", "provisioning", "retry"),
    ("provisioning", "deleting", "delete"),
    ("ready", "deleting", "delete"),
    ("failed", "deleting", "delete"),
    ("deleting", "", "nothing is left"),
)
"""Every change of a store's status: from, to, by what. The docs' diagram is made from it."""


_TOLD: dict[type[Action], str] = {
    EnsureNamespace: "The namespace was made.",
    EnsureSecrets: "Rights and Secrets were made.",
    ApplyRelease: "The release was applied.",
    Repair: "Rights, Secrets and release were put right.",
    Stop: "The release was uninstalled; its pods and volumes were told to go.",
    Remove: "The namespace was told to go.",
}


def lost_secrets(names: Iterable[str]) -> str:
    """What is said where these Secrets are gone, and the copy of them too."""
    return (
        f"Somebody removed {' and '.join(names)}, and with that what opens its data. Put it back "
        "from a backup, or repair the store: that makes new values and starts it anew."
    )


def told(action: Action) -> str:
    """What a timeline says of an action that was done."""
    return _TOLD[type(action)]


def next_action(wanted: Wanted, seen: Observed) -> Action:
    """What to do for a store, by its status and what is there."""
    if seen.is_stale:
        return Wait("Kubernetes is not answering; it goes on when it does.")
    match wanted.status:
        case "provisioning":
            return _provision(wanted, seen)
        case "ready":
            action = _keep(wanted, seen)
            if wanted.lacking and isinstance(action, Repair | ApplyRelease):
                # images that cannot sell would take from a shop what it sells with
                return Settle("degraded", wanted.lacking)
            return action
        case "failed":
            return _clean(wanted, seen)
        case "deleting":
            return _delete(wanted, seen)


def progress(wanted: Wanted, seen: Observed) -> Progress:
    """Which steps hold, and which are under way."""
    namespace = _own(wanted, seen.namespace)
    holds = {
        steps.NAMESPACE: namespace is not None,
        steps.SECRETS: namespace is not None and namespace.annotation(CREDENTIALS) == MADE,
        steps.DATABASE: not unready(wanted.database, seen),
        steps.APPLICATION: not unready(wanted.components, seen),
        steps.INGRESS: wanted.host in seen.ingress_hosts,
        steps.ANSWERS: wanted.status == "ready",
    }
    is_applied = namespace is not None and bool(namespace.annotation(RELEASE))
    if not holds[steps.NAMESPACE]:
        active = {steps.NAMESPACE}
    elif not holds[steps.SECRETS]:
        active = {steps.SECRETS}
    elif not is_applied:
        active = {steps.DATABASE}
    else:
        active = {
            name for name in (steps.DATABASE, steps.APPLICATION, steps.INGRESS) if not holds[name]
        } or ({steps.ANSWERS} if not holds[steps.ANSWERS] else set())
    done = {name for name, does in holds.items() if does}
    if not is_applied:
        done &= {steps.NAMESPACE, steps.SECRETS}
    return Progress(done=frozenset(done), active=frozenset(active))


def unready(components: tuple[str, ...], seen: Observed) -> tuple[str, ...]:
    """Those of the components that are not there, or not rolled out."""
    ready = {workload.component for workload in seen.workloads if workload.is_rolled_out}
    lagging = {workload.component for workload in seen.workloads if not workload.is_rolled_out}
    return tuple(name for name in components if name not in ready or name in lagging)


def _provision(wanted: Wanted, seen: Observed) -> Action:
    namespace = seen.namespace
    if namespace is not None and namespace.store_id != wanted.store_id:
        return Fail(_somebody_elses(wanted))
    if wanted.problem is not None and wanted.problem.is_final:
        return Fail(wanted.problem)
    if wanted.is_overdue:
        return Fail(_overdue(wanted, seen))
    if namespace is None:
        return EnsureNamespace()
    if namespace.is_terminating or namespace.annotation(GENERATION) != str(wanted.generation):
        return _remove(wanted, seen, namespace)
    if namespace.annotation(CREDENTIALS) != MADE or _missing(wanted, seen):
        return EnsureSecrets()
    if namespace.annotation(RELEASE) != wanted.release:
        return ApplyRelease()
    lagging = unready(wanted.components, seen)
    if lagging:
        found = trouble(seen)
        if found is not None and found.is_final:
            return Fail(found)
        return Wait(found.cause if found else f"{lagging[0]} is starting.")
    if wanted.host not in seen.ingress_hosts:
        return Wait(unclaimed(seen, wanted.host).cause)
    return Probe()


def _overdue(wanted: Wanted, seen: Observed) -> Diagnosis:
    """Why the time was not enough."""
    namespace = seen.namespace
    found = wanted.problem
    if found is None and namespace is not None and namespace.is_terminating:
        found = holder(seen)
    if found is None:
        found = diagnose(seen) or restless(seen)
    if found is None and seen.workloads and wanted.host not in seen.ingress_hosts:
        found = unclaimed(seen, wanted.host)
    if found is None:
        found = UNKNOWN
    if found.code in _VAGUE and wanted.slowest:
        return replace(found, cause=f"{found.cause} {wanted.slowest}")
    return found


def _keep(wanted: Wanted, seen: Observed) -> Action:
    """Look after a store that takes orders. Its data is in its volumes and stays there."""
    namespace = seen.namespace
    if namespace is not None and namespace.store_id != wanted.store_id:
        return Settle("degraded", _somebody_elses(wanted).cause)
    if namespace is None:
        # an empty shop in its place would look as if all were well
        return EnsureNamespace() if wanted.is_repair else Settle("degraded", LOST)
    if namespace.is_terminating:
        return Settle("degraded", "Its namespace is being deleted by somebody else.")
    if namespace.annotation(CREDENTIALS) != MADE:
        return EnsureSecrets()
    lost = _missing(wanted, seen)
    if lost and (SECRETS_COPY in seen.secrets or lost == [SECRETS_COPY]):
        return EnsureSecrets(f"Its Secret {lost[0]} was removed; it is put back.")
    if lost:
        # new ones would lock it out of what it has until its pods start anew
        return Repair() if wanted.is_repair else Settle("degraded", lost_secrets(lost))
    if wanted.is_repair and namespace.annotation(GENERATION) != str(wanted.generation):
        return Repair()
    known = {workload.component for workload in seen.workloads}
    missing = [name for name in wanted.components if name not in known]
    if missing:
        return ApplyRelease(f"Its workload {missing[0]} was removed; it is put back.")
    if not seen.has_ingress:
        return ApplyRelease("Its Ingress was removed; it is put back.")
    if not namespace.annotation(RELEASE):
        return ApplyRelease()
    drift = DRIFT if namespace.annotation(RELEASE) != wanted.release else ""
    if wanted.host not in seen.ingress_hosts:
        return Settle("degraded", unclaimed(seen, wanted.host).cause, drift)
    if unready(wanted.components, seen):
        found = diagnose(seen) or UNKNOWN
        return Settle("degraded", found.cause, drift)
    return Settle("ok", drift=drift)


def _missing(wanted: Wanted, seen: Observed) -> list[str]:
    """Those of the Secrets, and the copy of them, that are not there."""
    return [name for name in (*wanted.secrets, SECRETS_COPY) if name not in seen.secrets]


def _clean(wanted: Wanted, seen: Observed) -> Action:
    """Remove what a failed try left."""
    namespace = seen.namespace
    if namespace is None or namespace.store_id != wanted.store_id:
        return Settle("unknown")
    return _remove(wanted, seen, namespace)


def _delete(wanted: Wanted, seen: Observed) -> Action:
    namespace = seen.namespace
    if namespace is None or namespace.store_id != wanted.store_id:
        return ConfirmGone()
    return _remove(wanted, seen, namespace)


def _remove(wanted: Wanted, seen: Observed, namespace: NamespaceSeen) -> Action:
    """Pods told to stop, seen gone, and then the namespace.

    The namespace controller looks once at what is left and comes back some 15 seconds later
    where there was still something. What is empty before passes at once. Pods that do not
    go are not waited for: the namespace's own conditions tell what holds them.
    """
    if namespace.is_terminating:
        found = holder(seen) if wanted.is_held_up else None
        return Wait(found.cause if found else "What it consists of is removed.", held_by=found)
    if namespace.annotation(STOPPED) != DONE:
        return Stop()
    if seen.pods and not wanted.is_held_up:
        return Wait(f"Its pods are stopping: {', '.join(pod.name for pod in seen.pods)}.")
    return Remove()


def _own(wanted: Wanted, namespace: NamespaceSeen | None) -> NamespaceSeen | None:
    is_own = (
        namespace is not None
        and namespace.store_id == wanted.store_id
        and not namespace.is_terminating
        and (wanted.was_ready or namespace.annotation(GENERATION) == str(wanted.generation))
    )
    return namespace if is_own else None


def _somebody_elses(wanted: Wanted) -> Diagnosis:
    return diagnosis(
        "namespace-taken",
        f"The namespace {wanted.namespace} is there already and is not this store's.",
    )
