"""What is kept of a failure: the most telling first, bounded, without secrets."""

from __future__ import annotations

from datetime import UTC, datetime

from provisioner import evidence
from provisioner.causes import diagnosis
from provisioner.observed import ContainerSeen, EventSeen, Observed, VolumeSeen
from tests.unit.provisioner.worlds import namespace, pod, workload

CRASH = diagnosis("crash", "shop keeps ending.", tries=4, pod="shop-1", container="shop")
CRASHING = ContainerSeen(
    name="shop",
    image="shop:1",
    is_ready=False,
    restarts=3,
    state="waiting",
    reason="CrashLoopBackOff",
    message="back-off",
    exit_code=3,
    last_reason="Error",
    last_message="no licence",
)


def event(number: int, message: str = "Back-off") -> EventSeen:
    return EventSeen(
        at=datetime(2026, 1, 1, 12, number // 60 % 60, number % 60, tzinfo=UTC),
        kind="Pod",
        name="shop-1",
        reason="BackOff",
        message=message,
        count=number + 1,
    )


def test_the_whole_of_a_crash() -> None:
    seen = Observed(
        namespace=namespace(),
        workloads=(workload("shop", is_rolled_out=False), workload("database")),
        pods=(pod(containers=(CRASHING,), node="one"), pod("database-1", is_ready=True)),
        volumes=(VolumeSeen(name="data", phase="Pending", requested="1Gi"),),
        events=(event(0), event(1)),
    )
    assert evidence.gather(
        seen,
        CRASH,
        logs={"shop of shop-1": b"starting\nno \x1b[31mlicence\n"},
        slowest="The step Application took the longest: 9 s.",
    ) == (
        "Cause: crash, met 4 times",
        "The step Application took the longest: 9 s.",
        "Last lines of shop of shop-1:",
        "| starting",
        "| no licence",
        "Deployment shop: 0 of 1 ready",
        "Pod shop-1 on one: Running",
        "Container shop of shop-1, image shop:1: waiting CrashLoopBackOff; back-off; last ended "
        "with status 3 Error; no licence; started again 3 times",
        "Volume claim data: Pending, 1Gi, class (none)",
        "12:00:01 Pod shop-1: BackOff (2 times): Back-off",
        "12:00:00 Pod shop-1: BackOff: Back-off",
    )


def test_it_stays_bounded_whatever_there_is() -> None:
    seen = Observed(
        pods=tuple(pod(f"shop-{n}", containers=(CRASHING,) * 9) for n in range(500)),
        events=tuple(event(n, "y" * 5000) for n in range(5000)),
    )
    logs = {f"log {n}": b"z" * 70_000 + b"\n" * 9 for n in range(2)}
    lines = evidence.gather(seen, CRASH, logs=logs)
    assert len(lines) == evidence.MOST_LINES
    assert all(len(line) <= 300 for line in lines)


def test_no_secret_of_the_store_is_kept() -> None:
    seen = Observed(pods=(pod(containers=(CRASHING,)),), events=(event(0, "with s3cretvalue"),))
    lines = evidence.gather(seen, CRASH, logs={"shop": b"got s3cretvalue"}, secrets={"s3cretvalue"})
    assert not any("s3cretvalue" in line for line in lines)


def test_logs_are_asked_of_the_one_that_is_blamed_first() -> None:
    other = pod("cache-1", containers=(CRASHING,))
    seen = Observed(pods=(other, pod(containers=(CRASHING,)), pod("third", containers=(CRASHING,))))
    assert evidence.suspects(seen, CRASH) == [
        ("shop-1", "shop", True),
        ("cache-1", "shop", True),
    ]


def test_what_never_ran_has_no_log() -> None:
    pulling = ContainerSeen(
        name="shop",
        image="shop:1",
        is_ready=False,
        restarts=0,
        state="waiting",
        reason="ErrImagePull",
    )
    assert evidence.suspects(Observed(pods=(pod(containers=(pulling,)),)), CRASH) == []
