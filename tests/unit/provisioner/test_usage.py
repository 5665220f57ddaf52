"""What pods use, and may use, together."""

from __future__ import annotations

import msgspec

from provisioner.decoding import Listed, Pod, PodUsage
from provisioner.observed import Allowance
from provisioner.seeing import pod
from provisioner.usage import together, totals

METRICS = b"""{"metadata": {}, "items": [
  {"metadata": {"name": "a", "labels": {"storeweaver.dev/store": "one"}},
   "containers": [{"name": "x", "usage": {"cpu": "250m", "memory": "64Mi"}},
                  {"name": "y", "usage": {"cpu": "1500000n", "memory": "1Ki"}}]},
  {"metadata": {"name": "b", "labels": {"storeweaver.dev/store": "two"}},
   "containers": [{"name": "x", "usage": {"cpu": "1", "memory": "1Gi"}}]}]}"""


def test_a_stores_pods_are_added_up() -> None:
    pods = msgspec.json.decode(METRICS, type=Listed[PodUsage]).items or []
    assert totals(pods) == {"one": (0.2515, 64 * 1024**2 + 1024), "two": (1.0, 1024**3)}


def test_one_container_without_a_limit_leaves_the_pod_without_one() -> None:
    read = msgspec.json.decode(
        b"""{"metadata": {"name": "a"}, "spec": {"containers": [
          {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"},
                         "limits": {"memory": "1Gi"}}},
          {"resources": {"requests": {"cpu": "150m"},
                         "limits": {"memory": "1Gi", "cpu": "1"}}}]}}""",
        type=Pod,
    )
    assert pod(read).allowance == Allowance(
        cpu_request=0.25, cpu_limit=0.0, memory_request=64 * 1024**2, memory_limit=2 * 1024**3
    )
    assert pod(msgspec.json.decode(b'{"metadata": {}}', type=Pod)).allowance == Allowance()


def test_a_store_has_a_limit_only_where_each_pod_has() -> None:
    limited = Allowance(cpu_request=1, cpu_limit=2, memory_request=3, memory_limit=4)
    assert together([limited, limited]) == Allowance(
        cpu_request=2, cpu_limit=4, memory_request=6, memory_limit=8
    )
    assert together([limited, Allowance(memory_limit=4)]).cpu_limit == 0
    assert together([]) == Allowance()
