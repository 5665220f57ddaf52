"""Every error of the API in one form: `error`, `code`, `hint`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from provisioner.errors import StoreWeaverError, TooManyAttempts

log = logging.getLogger(__name__)

_WORDS: Mapping[int, tuple[str, str, str]] = {
    404: ("not_found", "There is no such path.", "GET /api/openapi.json lists them."),
    405: (
        "method_not_allowed",
        "This path does not take this method.",
        "GET /api/openapi.json lists what each takes.",
    ),
}


def error_body(message: str, *, code: str, hint: str = "") -> dict[str, str]:
    """The form itself."""
    return {"error": message, "code": code, "hint": hint}


def answer_errors(app: FastAPI) -> None:
    """Make an app answer so."""

    @app.exception_handler(StoreWeaverError)
    async def refused(_request: Request, error: StoreWeaverError) -> JSONResponse:
        headers = {}
        if isinstance(error, TooManyAttempts):
            headers["retry-after"] = f"{error.retry_after:.0f}"
        return JSONResponse(
            error_body(error.message, code=error.code, hint=error.hint), error.status, headers
        )

    @app.exception_handler(RequestValidationError)
    async def not_understood(_request: Request, error: RequestValidationError) -> JSONResponse:
        first: Mapping[str, Any] = next(iter(error.errors()), {})
        is_json = first.get("type") != "json_invalid"
        place = ".".join(str(part) for part in first.get("loc", ()) if part != "body")
        where = f" at {place}" if place and is_json else ""
        return JSONResponse(
            error_body(
                f"The request cannot be understood{where}: {first.get('msg', 'it is not valid')}.",
                code="invalid",
                hint="GET /api/openapi.json says what is expected.",
            ),
            422 if is_json else 400,
        )

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> JSONResponse:
        code, message, hint = _WORDS.get(error.status_code, ("invalid", str(error.detail), ""))
        return JSONResponse(
            error_body(message, code=code, hint=hint), error.status_code, error.headers
        )

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return JSONResponse(
            error_body(
                "Something went wrong on our side.",
                code="internal",
                hint="Try again; an operator finds the cause in the log.",
            ),
            500,
        )
