"""The same for several stores: each is decided by itself, and one refusal stops no other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from provisioner.errors import InvalidInput, StoreWeaverError, Unavailable
from provisioner.views import Actor, StoreView

MOST = 1000
"""Stores at once; a quota of one person seldom allows more."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A store for which it was not done, and why."""

    store_id: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of it: names of the stores for which it was done, and the others."""

    done: tuple[str, ...]
    refused: tuple[Refusal, ...]


async def for_each(
    act: Callable[[Actor, str], Awaitable[StoreView]], actor: Actor, store_ids: Collection[str]
) -> Outcome:
    """Call `StoreService.retry` or `StoreService.delete` for each store.

    Raises:
        InvalidInput: there are more than `MOST`.
        Unavailable: the database went away; what was done by then is done.
    """
    if len(store_ids) > MOST:
        raise InvalidInput(
            f"These are more than {MOST} stores.", hint="Choose fewer, and do it again."
        )
    done: list[str] = []
    refused: list[Refusal] = []
    for store_id in dict.fromkeys(store_ids):
        try:
            done.append((await act(actor, store_id)).name)
        except Unavailable:
            raise
        except StoreWeaverError as error:
            refused.append(Refusal(store_id=store_id, message=error.message))
    return Outcome(done=tuple(done), refused=tuple(refused))
