"""What the cluster tool says when it cannot go on."""

from __future__ import annotations


class ClusterError(Exception):
    """A failure with its cause and the way out, fit to be shown to a person.

    Attributes:
        problem: what happened and why, one sentence.
        next_step: what to do about it, one sentence or a command.
        detail: the last lines of the log of whatever failed, or an empty string.
    """

    def __init__(self, problem: str, *, next_step: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.next_step = next_step
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.problem} {self.next_step}"


class CommandFailed(ClusterError):
    """A program that the tool ran ended with an error.

    Attributes:
        returncode: its exit status; negative for the signal that ended it.
    """

    def __init__(self, problem: str, *, returncode: int, next_step: str, detail: str = "") -> None:
        super().__init__(problem, next_step=next_step, detail=detail)
        self.returncode = returncode
