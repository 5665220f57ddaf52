from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from cluster.pki import LEAF_LIFE, Authority, Leaf, service_account_key

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LEAF = Leaf("server", "server", "group", hosts=("localhost", "127.0.0.1"))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def authority(tmp_path: Path, clock: Clock) -> Authority:
    return Authority(tmp_path / "ca", name="test", now=clock)


def read(authority: Authority) -> x509.Certificate:
    return x509.load_pem_x509_certificate(authority.path("server").certificate.read_bytes())


def test_a_certificate_says_who_it_is_for(authority: Authority) -> None:
    assert authority.issue([LEAF]) == ["server"]
    certificate = read(authority)
    assert certificate.subject.rfc4514_string() == "CN=server,O=group"
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == set(LEAF.hosts)


def test_a_good_certificate_is_kept(authority: Authority) -> None:
    authority.issue([LEAF])
    before = read(authority).serial_number
    assert authority.issue([LEAF]) == []
    assert read(authority).serial_number == before


@pytest.mark.parametrize(
    ("passed", "is_renewed"),
    [
        (timedelta(days=1), False),
        (LEAF_LIFE * 0.6, False),
        (LEAF_LIFE * 0.7, True),
        (LEAF_LIFE * 2, True),
        (timedelta(days=-30), True),
    ],
)
def test_it_is_renewed_in_time_and_after_a_clock_jump(
    authority: Authority, clock: Clock, passed: timedelta, *, is_renewed: bool
) -> None:
    authority.issue([LEAF])
    clock.now = NOW + passed
    assert bool(authority.issue([LEAF])) is is_renewed
    certificate = read(authority)
    assert certificate.not_valid_before_utc <= clock.now < certificate.not_valid_after_utc


def test_a_change_of_names_issues_it_anew(authority: Authority) -> None:
    authority.issue([LEAF])
    assert authority.issue([Leaf("server", "server", "group", hosts=("localhost",))]) == ["server"]


def test_damage_issues_it_anew(authority: Authority) -> None:
    authority.issue([LEAF])
    authority.path("server").key.write_bytes(b"rubbish")
    assert authority.issue([LEAF]) == ["server"]


def test_a_certificate_of_another_authority_is_replaced(
    authority: Authority, tmp_path: Path, clock: Clock
) -> None:
    other = Authority(tmp_path / "other", name="test", now=clock)
    for made in (authority, other):
        made.issue([LEAF])
    authority.path("server").certificate.write_bytes(other.path("server").certificate.read_bytes())
    authority.path("server").key.write_bytes(other.path("server").key.read_bytes())
    assert authority.issue([LEAF]) == ["server"]


def test_keys_are_for_their_owner_only(authority: Authority, tmp_path: Path) -> None:
    authority.issue([LEAF])
    keys = [authority.pair.key, authority.path("server").key, service_account_key(tmp_path).key]
    for key in keys:
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_authority_stays_the_same(authority: Authority, tmp_path: Path) -> None:
    again = Authority(tmp_path / "ca", name="test")
    assert again.pair.certificate.read_bytes() == authority.pair.certificate.read_bytes()
