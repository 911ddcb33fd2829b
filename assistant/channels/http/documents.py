"""Reading the library over HTTP: what a person without login may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel, Field

from assistant.channels.http.refusals import WireError
from assistant.channels.http.source import missing_page, source_page
from assistant.channels.ports import Reads
from assistant.channels.wire import WireDocument, WireOrganisation, wire_document, wire_organisation
from assistant.domain.document import Document
from assistant.domain.scope import Scope
from assistant.errors import DocumentNotFound

_PDF = ".pdf"
# The browser's own reader shows it inside our page, and nothing in it runs or loads anything.
_SHOWN_IN_PAGE = {
    "x-frame-options": "SAMEORIGIN",
    "content-security-policy": (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    ),
}


class DocumentText(BaseModel):
    """The canonical text of one version, which citation offsets index in Unicode code points."""

    id: str = Field(examples=["nordvik/delegeringsreglement"])
    version: str = Field(examples=["2024-01-01"])
    title: str = Field(examples=["Delegeringsreglement for Nordvik kommune"])
    text: str


_Id = Annotated[str, Path(max_length=500, examples=["nordvik/delegeringsreglement"])]
_Version = Annotated[
    str, Query(max_length=200, description="Default: the version in force today.", examples=["2024-01-01"])
]
_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": WireError, "description": "No such document, or not one that you may read"}
}


def document_routes(library: Reads, today: Callable[[], date]) -> APIRouter:
    """`/v1/organisations`, `/v1/documents…` and the page that shows a quote in its place."""
    routes = APIRouter(tags=["documents"])

    def found(request: Request, document_id: str, version: str) -> Document:
        return library.document(_scope(request, None if version else today()), document_id, version)

    @routes.get("/v1/organisations", summary="Organisations and countries in the library")
    def organisations() -> list[WireOrganisation]:
        return [wire_organisation(organisation) for organisation in library.organisations()]

    @routes.get("/v1/documents", summary="Every version of every document that you may read")
    def documents(request: Request) -> list[WireDocument]:
        return [wire_document(document) for document in library.documents(_scope(request))]

    # Ids may hold slashes, which arrive decoded: `:path`, and the longer route first.
    @routes.get("/v1/documents/{document_id:path}/text", summary="A document's text", responses=_MISSING)
    def text(request: Request, document_id: _Id, version: _Version = "") -> DocumentText:
        document = found(request, document_id, version)
        canonical = library.text(_scope(request), document.id, document.version)
        return DocumentText(id=document.id, version=document.version, title=document.title, text=canonical)

    @routes.get(
        "/v1/documents/{document_id:path}/file",
        summary="The file a document was read from",
        responses={**_MISSING, 200: {"content": {"application/octet-stream": {}}}},
        response_class=FileResponse,
    )
    def file(request: Request, document_id: _Id, version: _Version = "") -> FileResponse:
        """As it was when it was read; 404 where it has changed or is gone since, or came from the web."""
        shown = found(request, document_id, version)
        path = library.original(_scope(request), shown.id, shown.version)
        if path is None:
            raise DocumentNotFound(f"the file that {document_id!r} was read from is not here unchanged")
        if path.suffix.lower() != _PDF:
            return FileResponse(path, filename=path.name)  # to be saved: other files may hold scripts
        return FileResponse(
            path, filename=path.name, content_disposition_type="inline", headers=_SHOWN_IN_PAGE
        )

    @routes.get("/v1/documents/{document_id:path}", summary="A document's metadata", responses=_MISSING)
    def document(request: Request, document_id: _Id, version: _Version = "") -> WireDocument:
        return wire_document(found(request, document_id, version))

    @routes.get("/documents/{document_id:path}", include_in_schema=False)
    def source(request: Request, document_id: _Id, version: _Version = "") -> HTMLResponse:
        try:
            shown = found(request, document_id, version)
        except DocumentNotFound:
            return HTMLResponse(missing_page(), status_code=404)
        every = _scope(request)
        names = {organisation.id: organisation.name for organisation in library.organisations()}
        original = library.original(every, shown.id, shown.version)
        page = source_page(
            shown,
            names.get(shown.organisation, shown.organisation),
            library.text(every, shown.id, shown.version),
            library.furniture(every, shown.id, shown.version),
            library.document_passages(every, shown.id, shown.version),
            today(),
            original.suffix.lower() if original else "",
        )
        return HTMLResponse(page)

    return routes


def _scope(request: Request, as_of: date | None = None) -> Scope:
    """What the caller may read: a page opened in a browser has no key and shows public documents."""
    return Scope(organisations=None, as_of=as_of, groups=request.state.caller.groups)
