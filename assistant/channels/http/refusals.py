"""Errors as HTTP says them: the one place where status codes are decided."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from assistant.errors import (
    DocumentNotFound,
    IndexUnavailable,
    LibraryEmpty,
    MandatError,
    OrganisationNotFound,
    UsageError,
)

_log = logging.getLogger(__name__)

# The first class that fits decides; anything else is our fault and tells the caller nothing more.
_STATUS: tuple[tuple[type[MandatError], int], ...] = (
    (DocumentNotFound, 404),
    (OrganisationNotFound, 404),
    (LibraryEmpty, 503),
    (IndexUnavailable, 503),
    (UsageError, 400),
)

_INTERNAL = "the request failed inside the server; its log says why"

_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class WireFailure(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable; for programs.", examples=["document_not_found"])
    message: str = Field(
        description="For the person who can act on it.",
        examples=["no document 'nordvik/reglement' that you may read; GET /v1/documents lists them"],
    )


class WireError(BaseModel):
    """The body of every response that is not a success: problem details (RFC 9457), and `error`.

    OpenAI clients read `error`; other programs may read either.
    """

    type: str = Field(default="about:blank", description="Always this: `title` is that of the status.")
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="As `error.message`.")
    error: WireFailure


def problem(status: int, failure: WireFailure) -> WireError:
    """A failure as the documented body says it."""
    title = HTTPStatus(status).phrase
    return WireError(title=title, status=status, detail=failure.message, error=failure)


def refusal(status: int, code: str, message: str) -> JSONResponse:
    """A response that says what went wrong in the one documented form."""
    body = problem(status, WireFailure(code=code, message=message))
    return JSONResponse(body.model_dump(), status_code=status, media_type="application/problem+json")


def failure_of(error: Exception) -> tuple[int, WireFailure]:
    """Status and words for an error; details only of errors the caller can act on."""
    if isinstance(error, MandatError):
        for kind, status in _STATUS:
            if isinstance(error, kind):
                return status, WireFailure(code=error.code, message=str(error))
        return 500, WireFailure(code=error.code, message=_INTERNAL)
    return 500, WireFailure(code=MandatError.code, message=_INTERNAL)


def one_line(errors: Sequence[Any]) -> str:
    """The first of Pydantic's complaints as "field: what is wrong", without what was sent."""
    first = errors[0]
    if first["type"] == "json_invalid":
        return "the body is not valid JSON"
    place = ".".join(str(part) for part in first["loc"][1:])
    return f"{place or 'body'}: {first['msg']}; /openapi.json describes what is accepted"


def handle_failures(app: FastAPI) -> None:
    """Make every failure of the app leave in the documented form."""

    @app.exception_handler(MandatError)
    async def named(request: Request, error: MandatError) -> JSONResponse:
        status, failure = failure_of(error)
        if status == 500:
            _log.error("%s %r failed: %s", request.method, request.url.path, error.code, exc_info=error)
        return refusal(status, failure.code, failure.message)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return refusal(422, "invalid_request", one_line(error.errors()))

    @app.exception_handler(HTTPException)
    async def plain(_: Request, error: HTTPException) -> JSONResponse:
        response = refusal(error.status_code, _HTTP_CODES.get(error.status_code, "http"), str(error.detail))
        response.headers.update(error.headers or {})
        return response
