"""The runtime of this process, once it is open, and the task that keeps it open."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import anyio

from provisioner.errors import SettingsError, StoreWeaverError, Unavailable
from provisioner.runtime import Runtime, running
from provisioner.settings import Settings

log = logging.getLogger(__name__)

_REOPEN_AFTER = 2.0


class Platform:
    """Holds what stands behind the app; there is one in a process, and nothing is opened by
    importing it."""

    def __init__(self) -> None:
        self._runtime: Runtime | None = None
        self._problem: StoreWeaverError = Unavailable(
            "Store Weaver is starting.", hint="This page goes on by itself."
        )

    @property
    def runtime(self) -> Runtime:
        """The services.

        Raises:
            Unavailable: they are not open yet, or could not be opened.
        """
        if self._runtime is None:
            raise self._problem
        return self._runtime

    async def keep_open(
        self, settings: Settings, *, using: Callable[[Runtime], Awaitable[None]]
    ) -> None:
        """Open the runtime and await `using` with it, for ever; what fails is opened again."""
        while True:
            try:
                async with running(settings) as runtime:
                    self._runtime = runtime
                    await using(runtime)
            except* SettingsError as group:
                self._problem = _first(group)
                log.critical("%s %s", self._problem.message, self._problem.hint)
            except* Exception as group:
                log.error("the services stopped and are started again", exc_info=group)
            finally:
                self._runtime = None
            await anyio.sleep(_REOPEN_AFTER)


def _first(group: BaseExceptionGroup[SettingsError]) -> StoreWeaverError:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            return _first(error)
        return error
    raise AssertionError("a group is never empty")


PLATFORM = Platform()
"""What pages, API and sign-in reach the services by."""
