"""Who is told of what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from provisioner.changes import Change
from storeweaver.live import due
from storeweaver.watching import Board, Page, Watcher, Watchers, looked_at
from tests.unit.storeweaver.views import ADA, NOON, store

ROOT = replace(ADA, user_id="root", session_id="of root", role="administrator")


def _due(change: Change, page: Page, *, actor: object = ADA, **fields: object) -> list[str]:
    watcher = Watcher(actor=actor, page=page, **fields)  # type: ignore[arg-type]  # test's own
    return list(due(change, watcher, owners=frozenset({"ada"}), now=NOON))


def test_the_board_tells_whose_stores_changed() -> None:
    board = Board()
    old, mine = store("a", age=2), store("b", age=1)
    theirs = store("c", user_id="bob")
    assert board.replace([old, mine, theirs]) == {"ada", "bob"}
    assert board.replace([old, mine, theirs]) == frozenset()
    assert board.update({"c"}, [replace(theirs, status="failed")]) == {"bob"}
    assert board.update({"a"}, []) == {"ada"}
    assert board.owned_by("ada") == (mine,)
    # tabs of one person share what they are shown
    assert board.owned_by("ada") is board.owned_by("ada")


def test_the_newest_store_comes_first() -> None:
    board = Board()
    board.replace([store("a", age=5)])
    board.update({"b", "c"}, [store("b", age=9), store("c", age=1)])
    assert [each.id for each in board.all()] == ["c", "a", "b"]


def test_a_list_hears_of_its_owners_stores_only() -> None:
    change = Change(store_ids=frozenset({"a"}))
    assert _due(change, "stores") == ["stores"]
    assert _due(change, "stores", actor=replace(ADA, user_id="bob")) == []
    assert _due(change, "account", actor=replace(ADA, user_id="bob")) == []


def test_every_other_page_hears_that_its_persons_stores_changed() -> None:
    change = Change(store_ids=frozenset({"a"}))
    assert _due(change, "account") == ["counted"]


def test_a_stores_page_hears_of_its_store() -> None:
    change = Change(store_ids=frozenset({"a"}))
    assert _due(change, "store", subject="a") == ["counted", "store"]
    assert _due(change, "store", subject="b") == ["counted"]


def test_a_stores_page_hears_of_its_inside() -> None:
    seen = Change(seen=frozenset({"a"}), sampled=frozenset({"a"}))
    assert "inside" in _due(seen, "store", subject="a")
    assert "usage" in _due(Change(sampled=frozenset({"a"})), "store", subject="a")
    assert "inside" not in _due(seen, "store", subject="b")
    # the whole is read anew, its inside with it
    told = _due(seen | Change(store_ids=frozenset({"a"})), "store", subject="a")
    assert "store" in told
    assert "inside" not in told


def test_only_what_one_may_see_is_looked_at() -> None:
    board, watchers = Board(), Watchers()
    board.replace([store("a"), store("b", user_id="bob")])
    for number, subject in enumerate(("a", "b", "gone", "x) or (y")):
        watchers.put(str(number), Watcher(actor=ADA, page="store", subject=subject))
    watchers.put("elsewhere", Watcher(actor=ADA, page="account", subject="a"))
    assert looked_at(watchers, board) == {"a"}
    watchers.put("root", Watcher(actor=ROOT, page="store", subject="b"))
    assert looked_at(watchers, board) == {"a", "b"}


def test_administrators_hear_of_all() -> None:
    change = Change(store_ids=frozenset({"a"}))
    for page in ("admin", "admin-queue", "admin-people", "admin-audit"):
        assert _due(change, page, actor=ROOT) == [page]
        assert _due(change, page) == ["counted"]
    assert _due(change, "admin-cluster", actor=ROOT) == []
    ended = Change(ended_sessions=frozenset({"x"}))
    assert _due(ended, "account", actor=ROOT) == ["account"]


def test_an_ended_session_hears_of_nothing_else() -> None:
    change = Change(store_ids=frozenset({"a"}), ended_sessions=frozenset({"of ada"}))
    assert _due(change, "stores") == ["ended"]
    late = replace(ADA, expires_at=NOON - timedelta(seconds=1))
    assert _due(Change(store_ids=frozenset({"a"})), "stores", actor=late) == ["ended"]


def test_an_account_that_changed_loads_anew() -> None:
    assert _due(Change(users=frozenset({"ada"})), "stores") == ["load"]
