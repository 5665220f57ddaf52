"""Fixtures that every kind of test may ask for."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from cluster.errors import ClusterError

pytest_plugins = ["tests.postgresql"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the last words of whatever failed, which an error's sentence leaves out."""
    report = yield
    failure = call.excinfo.value if call.excinfo is not None else None
    if isinstance(failure, ClusterError) and failure.detail:
        report.sections.append(("Last words", failure.detail))
    return report
