"""What can go wrong, as a person or a program is told."""

from __future__ import annotations


class StoreWeaverError(Exception):
    """Something was refused or failed.

    Attributes:
        message: what happened and why, in one sentence that is fit for any user.
        hint: what to do next; may be empty.
        code: a stable word for programs.
        status: the HTTP status that says the same.
    """

    code = "internal"
    status = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInput(StoreWeaverError):
    """What was sent cannot be used; `field` names the part of it."""

    code = "invalid"
    status = 422

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class NotSignedIn(StoreWeaverError):
    """Nobody is known to be asking, or the session has ended."""

    code = "not_signed_in"
    status = 401


class Forbidden(StoreWeaverError):
    """The acting user may not do this."""

    code = "forbidden"
    status = 403


class NotFound(StoreWeaverError):
    """There is no such thing, or it belongs to somebody else."""

    code = "not_found"
    status = 404


class Conflict(StoreWeaverError):
    """It is not possible in the present state."""

    code = "conflict"
    status = 409


class QuotaReached(StoreWeaverError):
    """A limit on the number of stores is reached."""

    code = "quota"
    status = 409


class TooManyAttempts(StoreWeaverError):
    """Asked too often; `retry_after` is in seconds."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, message: str, *, hint: str = "", retry_after: float = 0.0) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Unavailable(StoreWeaverError):
    """The database or the cluster cannot be reached just now; it is tried again."""

    code = "unavailable"
    status = 503


class SettingsError(StoreWeaverError):
    """A setting has a value that cannot be used; the start stops here."""

    code = "settings"


class ActionFailed(StoreWeaverError):
    """A step on the cluster failed.

    Attributes:
        detail: what the tool or the API server said, for operators.
        is_permanent: whether trying the same again cannot help.
    """

    code = "action_failed"

    def __init__(
        self, message: str, *, hint: str = "", detail: str = "", is_permanent: bool = False
    ) -> None:
        super().__init__(message, hint=hint)
        self.detail = detail
        self.is_permanent = is_permanent


class ClaimLost(StoreWeaverError):
    """Another worker has the store now; what this one was about to record is dropped."""

    code = "claim_lost"
