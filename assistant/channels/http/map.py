"""The map of a municipality over HTTP: what a person without login may see of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from assistant.channels.http.refusals import WireError
from assistant.channels.ports import Reads
from assistant.channels.wire import WireMap, wire_map
from assistant.governance.chart import mermaid
from assistant.governance.map import GovernanceMap, draw_map
from assistant.retrieval.scoping import the_organisation

_Organisation = Annotated[
    str, Query(max_length=200, description="Id or name; needed when the library has several.")
]
_AsOf = Annotated[date | None, Query(description="The date the documents are in force on; default: today.")]
_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": WireError, "description": "No such organisation, or none named where there are several"}
}


def map_routes(library: Reads, today: Callable[[], date], organisation: str = "") -> APIRouter:
    """`/v1/map` and `/v1/map.mmd`; `organisation` is whose map is drawn when none is asked for."""
    routes = APIRouter(tags=["map"])

    def drawn(name: str, as_of: date | None) -> GovernanceMap:
        about = the_organisation(name or organisation, library.organisations())
        return draw_map(library, about, as_of or today())

    @routes.get("/v1/map", summary="Bodies, roles, lines and decision rights", responses=_MISSING)
    def whole(organisation: _Organisation = "", as_of: _AsOf = None) -> WireMap:
        return wire_map(drawn(organisation, as_of))

    @routes.get(
        "/v1/map.mmd",
        summary="The organisation chart as Mermaid",
        responses=_MISSING,
        response_class=PlainTextResponse,
    )
    def chart(organisation: _Organisation = "", as_of: _AsOf = None) -> str:
        return mermaid(drawn(organisation, as_of))

    return routes
