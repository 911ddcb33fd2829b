"""`/mcp`: other assistants ask Mandat through the Model Context Protocol (streamable HTTP, stateless).

This is the one door to the MCP SDK. Everyone who comes this way is the public: public documents only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from assistant import __version__
from assistant.channels.ports import Reads
from assistant.channels.replying import Replies
from assistant.channels.wire import WireMap, WireReply, document_url, whole_address, wire_map
from assistant.domain.question import Question
from assistant.domain.scope import Scope
from assistant.errors import MandatError
from assistant.governance.map import draw_map
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.scoping import the_organisation

_TEXT_CHARS = 20_000  # of a document in one reading
_PASSAGES = 20
_READS_ONLY = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_LOCAL = ("127.0.0.1", "localhost", "[::1]")
_INSTRUCTIONS = (
    "Mandat answers who decides what, what a forum is for and what a role may do in Nordic municipalities, "
    "from their own documents. Its quotes are verbatim: cite them as they are. An outcome other than "
    "answered or conflicting means that the documents do not say: say so, and do not answer from elsewhere."
)

_Found = TypeVar("_Found")

Finds = Callable[[Question, int], Sequence[Evidence]]
"""The passages that match a question best, at most so many; blocking."""

_Organisation = Annotated[
    str, Field(description="Id or name of a municipality; empty: as the question says.")
]
_AsOf = Annotated[
    date | None, Field(description="By the documents in force on this date (YYYY-MM-DD); default: today.")
]


class FoundPassage(BaseModel):
    """A passage of a document, verbatim."""

    document_id: str
    version: str
    title: str
    organisation: str
    locator: str
    text: str
    start: int = Field(description="Offset in the document's canonical text, in Unicode code points.")
    end: int
    url: str = Field(description="Where a person sees it in its place.")


class FoundPassages(BaseModel):
    """The passages that match best, best first; empty when nothing is about it."""

    passages: list[FoundPassage]


class DocumentText(BaseModel):
    """A part of a document's canonical text."""

    document_id: str
    version: str
    title: str
    text: str
    start: int
    total_chars: int
    next_start: int | None = Field(description="Where to go on; null at the end.")


def create_mcp(
    replies: Replies,
    finds: Finds,
    library: Reads,
    today: Callable[[], date],
    *,
    organisation: str = "",
    public_url: str = "",
) -> MCPServer:
    """The server with its four tools: `ask`, `find_passages`, `read_document` and `governance_map`.

    `organisation` is whose map is drawn when none is named; links lead to `public_url`.
    """
    server = MCPServer("mandat", title="Mandat", version=__version__, instructions=_INSTRUCTIONS)

    @server.tool(annotations=_READS_ONLY)
    async def ask(
        question: Annotated[str, Field(max_length=20_000, description="In a Nordic language or English.")],
        organisation: _Organisation = "",
        as_of: _AsOf = None,
        language: Annotated[str, Field(pattern="^(nb|nn|da|sv|en)?$", description="Of the reply.")] = "",
        asker_role: Annotated[str, Field(max_length=200, description='Whom "I" means.')] = "",
        conversation_id: Annotated[str, Field(max_length=200, description="The same in follow-ups.")] = "",
    ) -> WireReply:
        """The verified reply to a question: short, with verbatim quotes, or that the documents do not say."""
        asked = Question(
            text=question,
            organisation=organisation,
            as_of=as_of,
            language=language,
            asker_role=asker_role,
            conversation_id=conversation_id,
            channel="mcp",
        )
        return await _told(lambda: _with_addresses(replies(asked), public_url))

    @server.tool(annotations=_READS_ONLY)
    async def find_passages(
        query: Annotated[str, Field(max_length=2_000)],
        organisation: _Organisation = "",
        as_of: _AsOf = None,
        limit: Annotated[int, Field(ge=1, le=_PASSAGES)] = 8,
    ) -> FoundPassages:
        """The passages that match best, whole and verbatim, without an answer being made of them."""
        asked = Question(text=query, organisation=organisation, as_of=as_of, channel="mcp")
        return await _told(
            lambda: FoundPassages(passages=[_passage(each, public_url) for each in finds(asked, limit)])
        )

    @server.tool(annotations=_READS_ONLY)
    async def read_document(
        document_id: Annotated[str, Field(max_length=500)],
        version: Annotated[str, Field(max_length=200, description="Empty: the one in force.")] = "",
        start: Annotated[int, Field(ge=0, description="Offset to read from.")] = 0,
    ) -> DocumentText:
        """A document's canonical text, which the offsets of citations count in, a part at a time."""

        def read() -> DocumentText:
            scope = Scope(None, None)
            document = library.document(scope, document_id, version)
            text = library.text(scope, document_id, document.version)
            end = min(len(text), start + _TEXT_CHARS)
            return DocumentText(
                document_id=document.id,
                version=document.version,
                title=document.title,
                text=text[start:end],
                start=start,
                total_chars=len(text),
                next_start=end if end < len(text) else None,
            )

        return await _told(read)

    default = organisation

    @server.tool(annotations=_READS_ONLY)
    async def governance_map(organisation: _Organisation = "", as_of: _AsOf = None) -> WireMap:
        """Bodies, roles, reporting lines and decision rights of one municipality, each with its source."""

        def drawn() -> WireMap:
            about = the_organisation(organisation or default, library.organisations())
            return wire_map(draw_map(library, about, as_of or today()))

        return await _told(drawn)

    return server


def mcp_application(server: MCPServer, public_url: str = "") -> Starlette:
    """The application that serves `/mcp`; its session manager runs in whoever's lifespan serves it.

    Only requests to this machine's own names and to `public_url` are taken, from no foreign web page.
    """
    public = urlsplit(public_url)
    hosts = [*_LOCAL, *(f"{name}:*" for name in _LOCAL), *([public.netloc] if public.netloc else [])]
    origins = [f"http://{name}{port}" for name in _LOCAL for port in ("", ":*")]
    origins += [f"{public.scheme}://{public.netloc}"] if public.netloc else []
    security = TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
    return server.streamable_http_app(
        stateless_http=True, json_response=True, max_request_body_size=1_000_000, transport_security=security
    )


async def _told(work: Callable[[], _Found]) -> _Found:
    """What blocking work gives, done in a thread; our refusals as an error the caller can read."""
    try:
        return await run_in_threadpool(work)
    except MandatError as error:
        raise ToolError(f"{error.code}: {error}") from error


def _passage(evidence: Evidence, public_url: str) -> FoundPassage:
    passage, document = evidence.passage, evidence.document
    return FoundPassage(
        document_id=document.id,
        version=document.version,
        title=document.title,
        organisation=document.organisation,
        locator=passage.locator,
        text=passage.text,
        start=passage.start,
        end=passage.end,
        url=whole_address(
            public_url, document_url(document.id, document.version, passage.start, passage.end)
        ),
    )


def _with_addresses(reply: WireReply, public_url: str) -> WireReply:
    """The reply with whole addresses where it is known at which people reach the server."""
    if not public_url:
        return reply
    citations = [
        each.model_copy(update={"url": whole_address(public_url, each.url)}) for each in reply.citations
    ]
    return reply.model_copy(update={"citations": citations})
