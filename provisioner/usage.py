"""What stores use, sampled while somebody looks: Kubernetes has no watch for it."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import anyio

from provisioner.attention import Attention
from provisioner.decoding import PodUsage
from provisioner.errors import StoreWeaverError
from provisioner.inspected import Sample, UsageView
from provisioner.lookups import Lookups
from provisioner.observed import Allowance, Observed
from provisioner.quantities import amount

log = logging.getLogger(__name__)

INTERVAL = 15.0
"""Seconds between samples; metrics-server itself measures no more often by default."""

KEPT = 40
"""Samples of a store: ten minutes."""

UNMEASURED = "Nothing in this cluster measures what pods use (metrics.k8s.io is not served)."


class Usage:
    """One call for all stores that are looked at, and none while none is."""

    def __init__(
        self,
        attention: Attention,
        lookups: Callable[[], Lookups],
        *,
        filled: Callable[[str], Mapping[str, int]],
        on_sample: Callable[[frozenset[str]], None],
    ) -> None:
        """`lookups` and `filled` may raise Unavailable; `on_sample` is told whose samples are
        new.

        Args:
            filled: how many bytes lie in a store's volumes, by claim.
        """
        self._attention = attention
        self._lookups = lookups
        self._filled = filled
        self._on_sample = on_sample
        self._samples: dict[str, deque[Sample]] = {}
        self._reason = ""

    def of(self, store_id: str, observed: Observed) -> UsageView:
        """What is known of a store now; asks nobody."""
        return UsageView(
            samples=tuple(self._samples.get(store_id, ())),
            allowance=together(pod.allowance for pod in observed.pods if not pod.is_terminating),
            volumes={each.name: int(amount(each.requested)) for each in observed.volumes},
            reason=self._reason,
        )

    async def run(self) -> None:
        """Sample for ever, whenever somebody looks."""
        while True:
            looked_at, grown = self._attention.store_ids, self._attention.grown
            self._samples = {
                store_id: kept for store_id, kept in self._samples.items() if store_id in looked_at
            }
            if looked_at:
                await self._sample(looked_at)
            with anyio.move_on_after(INTERVAL if looked_at else None):
                await grown.wait()

    async def _sample(self, store_ids: frozenset[str]) -> None:
        try:
            found = await self._lookups().usage(store_ids)
            filled = {store_id: self._filled(store_id) for store_id in store_ids}
        except StoreWeaverError as error:
            log.debug("no usage: %s", error)
            self._reason = error.message
        else:
            self._reason = UNMEASURED if found is None else ""
            now = datetime.now(UTC)
            for store_id, (cpu, memory) in totals(found or ()).items():
                kept = self._samples.setdefault(store_id, deque(maxlen=KEPT))
                volumes = filled.get(store_id, {})
                kept.append(Sample(at=now, cpu=cpu, memory=memory, volumes=volumes))
        self._on_sample(store_ids)


def totals(pods: Iterable[PodUsage]) -> dict[str, tuple[float, int]]:
    """Cores and bytes of each store's pods together."""
    cpu: defaultdict[str, float] = defaultdict(float)
    memory: defaultdict[str, float] = defaultdict(float)
    for pod in pods:
        for container in pod.containers or ():
            used = container.usage or {}
            cpu[pod.metadata.store_id] += amount(used.get("cpu", ""))
            memory[pod.metadata.store_id] += amount(used.get("memory", ""))
    return {store_id: (cpu[store_id], int(memory[store_id])) for store_id in cpu}


def together(allowances: Iterable[Allowance]) -> Allowance:
    """What pods may use together; without a limit where one of them has none."""
    found = list(allowances)
    return Allowance(
        cpu_request=sum(each.cpu_request for each in found),
        cpu_limit=_limit([each.cpu_limit for each in found]),
        memory_request=sum(each.memory_request for each in found),
        memory_limit=int(_limit([each.memory_limit for each in found])),
    )


def _limit(limits: list[float] | list[int]) -> float:
    return float(sum(limits)) if all(limits) else 0.0
