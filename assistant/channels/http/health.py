"""Whether the process is alive, whether it can answer, and what it has answered."""

from __future__ import annotations

import logging

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

from assistant.channels.http.metrics import CONTENT_TYPE, ReplyCounts
from assistant.channels.ports import Reads

_log = logging.getLogger(__name__)


class Alive(BaseModel):
    """The process answers."""

    status: str = Field(examples=["alive"])


class Readiness(BaseModel):
    """Whether questions can be answered, and what stands in the way."""

    ready: bool
    reasons: list[str] = Field(examples=[["nothing has been ingested yet: run `mandat ingest PATH`"]])


def health_routes(library: Reads, counts: ReplyCounts) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/healthz", summary="Is the process alive?")
    def healthz() -> Alive:
        return Alive(status="alive")

    @routes.get(
        "/readyz",
        summary="Can it answer questions?",
        response_model=Readiness,
        responses={503: {"model": Readiness, "description": "Not yet; the reasons say why"}},
    )
    def readyz() -> JSONResponse:
        reasons = _hindrances(library)
        readiness = Readiness(ready=not reasons, reasons=reasons)
        return JSONResponse(readiness.model_dump(), status_code=503 if reasons else 200)

    @routes.get("/metrics", summary="Counts for Prometheus", response_class=PlainTextResponse)
    def metrics() -> PlainTextResponse:
        return PlainTextResponse(counts.text(_generation(library)), media_type=CONTENT_TYPE)

    return routes


def _hindrances(library: Reads) -> list[str]:
    generation = _generation(library)
    if generation < 0:
        return ["the library cannot be read; the server's log says why"]
    if generation == 0:
        return ["nothing has been ingested yet: run `mandat ingest PATH`"]
    return []


def _generation(library: Reads) -> int:
    """The published generation, or -1 when the library cannot even say that."""
    try:
        return library.generation()
    except Exception:  # noqa: BLE001 - a probe must get an answer whatever the driver raises
        _log.exception("the library does not answer")
        return -1
