from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cluster.parts import Part
from cluster.supervisor import stop_layers


def part(name: str, *needs: str) -> Part:
    return Part(name, ("true",), needs=needs)


def test_what_others_need_stops_after_them() -> None:
    parts = [part("etcd"), part("api", "etcd"), part("kubelet", "api", "runtime"), part("runtime")]
    assert stop_layers(parts) == [["kubelet"], ["api", "runtime"], ["etcd"]]


@st.composite
def systems(draw: st.DrawFn) -> list[Part]:
    """Parts each of which may need those before it."""
    count = draw(st.integers(1, 8))
    names = [f"p{number}" for number in range(count)]
    return [
        part(name, *draw(st.sets(st.sampled_from(names[:number]))) if number else ())
        for number, name in enumerate(names)
    ]


@given(systems())
def test_every_part_stops_once_and_before_its_needs(parts: list[Part]) -> None:
    layers = stop_layers(parts)
    place = {name: number for number, layer in enumerate(layers) for name in layer}
    assert sorted(place) == sorted(p.name for p in parts)
    assert all(place[p.name] < place[need] for p in parts for need in p.needs)
