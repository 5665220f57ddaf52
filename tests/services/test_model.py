"""Random wishes, workers, faults and steps of the clock, on a real database.

The cluster is a value here, changed by the actions that the reconciler itself chooses; what
is played against each other are wishes, claims and fences. Workers may stop anywhere, be
thought dead and go on, or send their last request too late.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import anyio
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import CursorResult, text

from provisioner import reconciler as r
from provisioner.causes import diagnosis
from provisioner.claims import Claimed, Claims, Note
from provisioner.database import Database
from provisioner.engines import ENGINES
from provisioner.errors import ClaimLost, Conflict, NotFound
from provisioner.naming import SECRETS_COPY, host_for
from provisioner.observed import Found, IngressSeen, NamespaceSeen, Observed, WorkloadSeen
from provisioner.orphans import Known, find
from provisioner.settings import Settings
from provisioner.stores import StoreService
from provisioner.views import Actor, Status
from tests.services.conftest import EVERYTHING_READY, service
from tests.services.people import person

ENGINE = "medusa"
COMPONENTS = ENGINES[ENGINE].components
SECRETS = frozenset((*ENGINES[ENGINE].secrets, SECRETS_COPY))
RELEASE = "digest"
SECONDS = 3600.0
"""Of a claim: so long that only the steps of the clock end it, however slow the machine."""
WORKERS = ("first", "second", "third")
BROKEN = diagnosis("chart-template", "The chart cannot be rendered.")

T = TypeVar("T")


@dataclass
class Cluster:
    """Namespaces by name, as the watches would show them."""

    namespaces: dict[str, NamespaceSeen] = field(default_factory=dict)

    def observed(self, namespace: str, *, host: str) -> Observed:
        found = self.namespaces.get(namespace)
        is_applied = found is not None and bool(found.annotation(r.RELEASE))
        return Observed(
            namespace=found,
            secrets=SECRETS,
            workloads=tuple(_rolled_out(name) for name in COMPONENTS) if is_applied else (),
            ingresses=(
                (IngressSeen(name="shop", hosts=(host,), is_taken=True),) if is_applied else ()
            ),
        )

    def note(self, namespace: str, uid: str, **annotations: str) -> None:
        """As a merge patch does that names the namespace's UID."""
        found = self.namespaces.get(namespace)
        if found is not None and found.uid == uid:
            kept = dict(found.annotations) | annotations
            self.namespaces[namespace] = replace(found, annotations=tuple(sorted(kept.items())))

    def remove(self, namespace: str, uid: str) -> None:
        found = self.namespaces.get(namespace)
        if found is not None and found.uid == uid:
            del self.namespaces[namespace]


def _rolled_out(name: str) -> WorkloadSeen:
    return WorkloadSeen(
        kind="Deployment", name=name, component=name, wanted=1, ready=1, is_rolled_out=True
    )


@dataclass(frozen=True)
class Late:
    """A request that a worker was about to send when it was stopped."""

    action: r.Action
    claimed: Claimed
    uid: str


class Life(RuleBasedStateMachine):
    """The database is cleared at the beginning of each run."""

    portal: BlockingPortal
    database: Database
    stores: StoreService
    owner: Actor

    def __init__(self) -> None:
        super().__init__()
        self.cluster = Cluster()
        self.made = 0
        self.wishes: dict[str, str] = {}
        self.broken: set[str] = set()
        self.fences: dict[str, int] = {}
        self.generations: dict[str, int] = {}
        self.workers: dict[str, Claims] = {}
        self.held: list[tuple[str, Claimed]] = []
        self.late: list[Late] = []

    # --- asking the database

    def call(self, ask: Callable[[], Awaitable[T]]) -> T:
        return self.portal.call(ask)

    def execute(self, statement: str, **values: Any) -> list[Any]:
        async def ask() -> list[Any]:
            async with self.database.transaction() as session:
                found = await session.execute(text(statement), values)
                is_read = isinstance(found, CursorResult) and found.returns_rows
                return list(found.mappings()) if is_read else []

        return self.call(ask)

    def rows(self) -> dict[str, Any]:
        return {row["id"]: row for row in self.execute("select * from stores")}

    # --- wishes

    @initialize(broken=st.lists(st.booleans(), min_size=1, max_size=3))
    def begin(self, broken: list[bool]) -> None:
        self.execute("delete from stores")
        self.workers = {
            name: Claims(self.database, worker=name, seconds=SECONDS) for name in WORKERS
        }
        for is_broken in broken:
            self.create(is_broken)
        self.take("first", room=3, places=3)

    @rule(is_broken=st.booleans())
    def create(self, is_broken: bool) -> None:
        self.made += 1
        name = f"Shop {self.made}"
        made = self.call(lambda: self.stores.create(self.owner, name=name, engine=ENGINE))
        self.wishes[made.id] = "present"
        if is_broken:
            self.broken.add(made.id)

    @precondition(lambda self: self.wishes)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        store_id = data.draw(st.sampled_from(list(self.wishes)))
        self._wish(lambda: self.stores.delete(self.owner, store_id))
        self.wishes[store_id] = "absent"

    @precondition(lambda self: self.wishes)
    @rule(data=st.data(), is_mended=st.booleans())
    def retry(self, data: st.DataObject, is_mended: bool) -> None:
        store_id = data.draw(st.sampled_from(list(self.wishes)))
        if self._wish(lambda: self.stores.retry(self.owner, store_id)) and is_mended:
            self.broken.discard(store_id)

    @precondition(lambda self: self.wishes)
    @rule(data=st.data())
    def repair(self, data: st.DataObject) -> None:
        store_id = data.draw(st.sampled_from(list(self.wishes)))
        self._wish(lambda: self.stores.repair(self.owner, store_id))

    def _wish(self, ask: Callable[[], Awaitable[object]]) -> bool:
        try:
            self.call(ask)
        except (Conflict, NotFound):
            return False
        return True

    # --- workers and what befalls them

    @rule(worker=st.sampled_from(WORKERS), room=st.integers(1, 3), places=st.integers(1, 3))
    def take(self, worker: str, room: int, places: int) -> None:
        before = self.rows()
        for claimed in self._take(worker, room=room, places=places):
            row = before[claimed.store.id]
            is_free = row["claim_expires_at"] is None or row["claim_expires_at"] < self._now()
            assert is_free, "a store was taken that another worker has"
            assert claimed.fence == row["fence"] + 1
            self.held.append((worker, claimed))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), times=st.integers(1, 8), is_interrupted=st.booleans())
    def look(self, data: st.DataObject, times: int, is_interrupted: bool) -> None:
        """Looks and actions by whoever has, or thinks to have, a store; its owner may delete
        it between the last action and what is written of it."""
        place = data.draw(st.integers(0, len(self.held) - 1))
        worker, claimed = self.held.pop(place)
        after: Claimed | None = claimed
        for number in range(times):
            if after is None:
                return
            is_last = is_interrupted and number == times - 1
            after = self._look(worker, after, is_interrupted=is_last)
        if after is not None:
            self.held.append((worker, after))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def stop_before_the_request(self, data: st.DataObject) -> None:
        """A worker is stopped with a request on its way; that arrives at any time later."""
        place = data.draw(st.integers(0, len(self.held) - 1))
        _, claimed = self.held[place]
        seen, wanted = self._picture(claimed)
        if claimed.lease.left > 0:
            uid = seen.namespace.uid if seen.namespace else ""
            self.late.append(Late(r.next_action(wanted, seen), claimed, uid))

    @precondition(lambda self: self.late)
    @rule()
    def the_request_arrives(self) -> None:
        late = self.late.pop()
        self._carry_out(late.action, late.claimed, late.uid)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def die(self, data: st.DataObject) -> None:
        del self.held[data.draw(st.integers(0, len(self.held) - 1))]

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        worker, claimed = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        self.call(lambda: self.workers[worker].release(claimed, look_again_in=0.0))

    @rule(worker=st.sampled_from(WORKERS))
    def renew(self, worker: str) -> None:
        before = self.rows()
        held = [claimed for name, claimed in self.held if name == worker]
        if not held:
            return
        kept = self.call(lambda: self.workers[worker].renew([(each, 10.0) for each in held]))
        current = {
            each.store.id
            for each in held
            if each.store.id in before
            and before[each.store.id]["fence"] == each.fence
            and before[each.store.id]["claimed_by"] == worker
            and before[each.store.id]["claim_expires_at"] > self._now()
        }
        assert kept == current

    @rule(seconds=st.sampled_from([1.0, SECONDS / 3, SECONDS + 1]))
    def step(self, seconds: float) -> None:
        """Let time pass, for the database and for every worker's own clock."""
        self.execute(
            "update stores set claim_expires_at = claim_expires_at - make_interval(secs => :s), "
            "not_before = not_before - make_interval(secs => :s)",
            s=seconds,
        )
        for _, claimed in self.held:
            claimed.lease.ends_at -= seconds

    @precondition(lambda self: self.held)
    @rule(worker=st.sampled_from(WORKERS))
    def overtake(self, worker: str) -> None:
        """Every claim runs out, and one worker takes what is due; the old handles stay."""
        self.step(SECONDS + 1)
        self.take(worker, room=100, places=100)

    # --- one look

    def _look(
        self, worker: str, claimed: Claimed, *, is_interrupted: bool = False
    ) -> Claimed | None:
        """What a worker does with a claim: the claim afterwards, or None once it is over."""
        claims = self.workers[worker]
        row = self.rows().get(claimed.store.id)
        is_held = (
            row is not None
            and (row["fence"], row["claimed_by"]) == (claimed.fence, worker)
            and row["claim_expires_at"] > self._now()
        )
        try:
            claimed = self.call(lambda: claims.reload(claimed))
            assert is_held, "an old fence was read by"
            if claimed.store.status == "provisioning" and claimed.store.started_at is None:
                self.call(lambda: claims.release(claimed, look_again_in=0.0))
                return None
            seen, wanted = self._picture(claimed)
            action = r.next_action(wanted, seen)
            claimed.lease.check()
            self._carry_out(action, claimed, seen.namespace.uid if seen.namespace else "")
            if is_interrupted:
                self._wish(lambda: self.stores.delete(self.owner, claimed.store.id))
                self.wishes[claimed.store.id] = "absent"
            return self._record(claims, claimed, action, seen)
        except ClaimLost:
            assert not is_held or claimed.lease.left <= 0
            return None

    def _picture(self, claimed: Claimed) -> tuple[Observed, r.Wanted]:
        store = claimed.store
        host = host_for(store.namespace, suffix=".localhost")
        seen = self.cluster.observed(store.namespace, host=host)
        wanted = r.Wanted(
            store_id=store.id,
            namespace=store.namespace,
            host=host,
            status=cast(Status, store.status),
            generation=store.generation,
            was_ready=store.ready_at is not None,
            components=COMPONENTS,
            secrets=tuple(ENGINES[ENGINE].secrets),
            database=ENGINES[ENGINE].database,
            release=RELEASE,
            is_repair=store.settled_generation != store.generation,
        )
        return seen, wanted

    def _carry_out(self, action: r.Action, claimed: Claimed, uid: str) -> None:
        """What the action's requests change, whoever sends them, and however late."""
        store, cluster = claimed.store, self.cluster
        match action:
            case r.EnsureNamespace():
                self.made += 1
                cluster.namespaces.setdefault(
                    store.namespace,
                    NamespaceSeen(
                        name=store.namespace,
                        uid=str(self.made),
                        store_id=store.id,
                        engine=ENGINE,
                        annotations=((r.GENERATION, str(store.generation)),),
                    ),
                )
            case r.EnsureSecrets():
                cluster.note(store.namespace, uid, **{r.CREDENTIALS: r.MADE})
            case r.ApplyRelease():
                cluster.note(store.namespace, uid, **{r.RELEASE: RELEASE})
            case r.Repair():
                noted = {r.RELEASE: RELEASE, r.GENERATION: str(store.generation)}
                cluster.note(store.namespace, uid, **noted)
            case r.Stop():
                cluster.note(store.namespace, uid, **{r.STOPPED: r.DONE})
            case r.Remove():
                cluster.remove(store.namespace, uid)

    def _record(
        self, claims: Claims, claimed: Claimed, action: r.Action, seen: Observed
    ) -> Claimed | None:
        store = claimed.store
        changes: dict[str, Any] = {"observed_generation": store.generation}
        match action:
            case r.Probe() if store.id in self.broken:
                changes |= {"status": "failed", "error_message": BROKEN.cause}
            case r.Probe():
                changes |= {
                    "status": "ready",
                    "ready_at": claims.now(),
                    "settled_generation": store.generation,
                }
            case r.ConfirmGone():
                if store.namespace not in self.cluster.namespaces:
                    self.call(lambda: claims.forget(claimed))
                    return None
            case r.Settle(health):
                changes["health"] = health
                space = seen.namespace
                if space and space.annotation(r.GENERATION) == str(store.generation):
                    changes["settled_generation"] = store.generation
        written = self.call(lambda: claims.record(claimed, changes, notes=[Note("action", "")]))
        if isinstance(action, r.Settle) and written.store.generation == store.generation:
            self.call(lambda: claims.release(written, look_again_in=None))
            return None
        return written

    def _take(self, worker: str, *, room: int, places: int) -> list[Claimed]:
        claims = self.workers[worker]
        return self.call(
            lambda: claims.take(
                places=places, room=room, engines=[ENGINE], known=[ENGINE], woken=[]
            )
        )

    def _now(self) -> Any:
        return self.execute("select clock_timestamp() as now")[0]["now"]

    # --- what always holds

    @invariant()
    def what_always_holds(self) -> None:
        rows = self.rows()
        self._fences_and_generations_only_rise(rows)
        self._the_last_wish_stands(rows)
        self._a_namespace_without_a_row_is_listed(rows)

    def _fences_and_generations_only_rise(self, rows: dict[str, Any]) -> None:
        for store_id, row in rows.items():
            assert row["fence"] >= self.fences.get(store_id, 0)
            assert row["generation"] >= self.generations.get(store_id, 0)
            self.fences[store_id] = row["fence"]
            self.generations[store_id] = row["generation"]

    def _the_last_wish_stands(self, rows: dict[str, Any]) -> None:
        for store_id, wish in self.wishes.items():
            row = rows.get(store_id)
            if wish == "present":
                assert row is not None, "a store is gone that nobody deleted"
                assert row["desired"] == "present"
            else:
                assert row is None or row["desired"] == "absent"

    def _a_namespace_without_a_row_is_listed(self, rows: dict[str, Any]) -> None:
        listed = {(each.kind, each.name) for each in self._orphans(rows)}
        of_rows = {row["namespace"] for row in rows.values()}
        for name in self.cluster.namespaces.keys() - of_rows:
            assert ("namespace", name) in listed

    def _orphans(self, rows: dict[str, Any]) -> tuple[Any, ...]:
        known = [
            Known(
                store_id=row["id"],
                name=row["name"],
                namespace=row["namespace"],
                is_expected=row["status"] == "ready",
            )
            for row in rows.values()
        ]
        found = [
            Found(
                name=each.name,
                namespace=each,
                created=None,
                store_ids=frozenset({each.store_id}),
                volumes=(),
            )
            for each in self.cluster.namespaces.values()
        ]
        return find(found, [], known, ENGINES)

    def teardown(self) -> None:
        """One worker that nothing befalls brings every store to its last wish."""
        if not self.workers:
            return
        while self.late:
            self.the_request_arrives()
        for _ in range(12 * (len(self.wishes) + 1)):
            self.step(SECONDS + 1)
            # what came late shows in the watches, and wakes
            self.execute("update stores set not_before = now() where not_before is null")
            for claimed in self._take("first", room=100, places=100):
                held: Claimed | None = claimed
                while held is not None:
                    held = self._look("first", held)
            if self._is_settled():
                break
        assert self._is_settled(), self.rows()

    def _is_settled(self) -> bool:
        rows = self.rows()
        return all(
            store_id not in rows
            if wish == "absent"
            else rows[store_id]["status"] == ("failed" if store_id in self.broken else "ready")
            or rows[store_id]["ready_at"] is not None
            for store_id, wish in self.wishes.items()
        )


@pytest.fixture
def life(database_url: str) -> Iterator[type[Life]]:
    """The machine on a database of its own."""
    with start_blocking_portal() as portal:
        database = portal.call(_open, database_url)
        owner = portal.call(person, database, "owner@example.com")
        many = Settings(max_stores=10_000, max_stores_per_user=10_000, new_user_stores=10_000)

        class Played(Life):
            pass

        Played.portal = portal
        Played.database = database
        Played.owner = owner
        Played.stores = service(database, many, preparation=EVERYTHING_READY)
        yield Played
        portal.call(database.close)


async def _open(url: str) -> Database:
    await anyio.lowlevel.checkpoint()
    return Database(url)


def test_whatever_happens_the_last_wish_comes_true(life: type[Life]) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
