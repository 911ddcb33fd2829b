"""Questions and feedback over HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

from fastapi import APIRouter, Body, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from assistant.answering.assistant import Stage
from assistant.channels.http.answer import answer_page
from assistant.channels.http.examples import QUESTIONS, REPLIES
from assistant.channels.http.refusals import WireError, failure_of, problem, refusal
from assistant.channels.ports import Remembers, Suggests
from assistant.channels.presentation import present
from assistant.channels.replying import Replies
from assistant.channels.wire import WireReply, wire_statement
from assistant.domain.question import Question
from assistant.domain.reply import Complaint, Statement

_log = logging.getLogger(__name__)


Language = Literal["nb", "nn", "da", "sv", "en"]


def _iso_date(value: Any) -> Any:
    # Pydantic also takes numbers and times for dates; the contract says YYYY-MM-DD.
    if value is None or (isinstance(value, str) and len(value) == len("2026-01-31")):
        return value
    raise ValueError("should be a date as YYYY-MM-DD")


class AskBody(BaseModel):
    """A question. Unknown fields are ignored; nothing here can widen what the caller may read."""

    question: str = Field(max_length=20_000, description="In bokmål, nynorsk, Danish, Swedish or English.")
    organisation: str | None = Field(
        default=None, max_length=200, description="Id or name; without it the question may name one."
    )
    as_of: Annotated[date | None, BeforeValidator(_iso_date)] = Field(
        default=None, description="Answer by the documents in force on this date (YYYY-MM-DD); default today."
    )
    language: Language | None = Field(
        default=None, description="Language of the reply; default the question's own."
    )
    asker_role: str | None = Field(
        default=None, max_length=200, description='For questions such as "what may I decide?".'
    )
    conversation_id: str | None = Field(
        default=None, max_length=200, description="The same value in each question of one conversation."
    )


class FeedbackBody(BaseModel):
    """What a reader thought of a reply."""

    id: str = Field(max_length=200, description="`id` of the reply.", examples=["0197e3c2a4"])
    helpful: bool
    comment: str = Field(default="", max_length=2_000, examples=["Gjelder dette også vikarer?"])
    complaint: Complaint | None = Field(default=None, description="What was wrong, where it did not help.")


class FeedbackKept(BaseModel):
    """The feedback was kept."""

    kept: bool = Field(examples=[True])


_QUESTION_BODY = Body(openapi_examples=QUESTIONS)
_REPLY_EXAMPLES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"examples": REPLIES}}}
}
_UNANSWERABLE: dict[int | str, dict[str, Any]] = {
    404: {"model": WireError, "description": "No such organisation"},
    503: {"model": WireError, "description": "Nothing ingested yet, or the indexes are being rebuilt"},
}


class Suggested(BaseModel):
    """Questions to begin with, each answered by public documents."""

    questions: list[str] = Field(examples=[["Når møtes HR-forum?", "Hva har enhetslederen ansvar for?"]])


def asking_routes(reply_to: Replies, transcripts: Remembers, suggestions: Suggests) -> APIRouter:
    """`/v1/ask`, `/v1/ask/stream`, `/v1/suggestions` and `/v1/feedback`."""
    routes = APIRouter(prefix="/v1", tags=["questions"])

    @routes.post("/ask", summary="Ask a question", responses={**_REPLY_EXAMPLES, **_UNANSWERABLE})
    async def ask(
        body: Annotated[AskBody, _QUESTION_BODY],
        request: Request,
        x_mandat_channel: Annotated[str, Header(include_in_schema=False)] = "http",
    ) -> WireReply:
        """All seven outcomes are 200: not knowing is a reply."""
        return await run_in_threadpool(
            reply_to, _question(body, x_mandat_channel, request.state.caller.groups)
        )

    @routes.post(
        "/ask/stream",
        summary="Ask a question, reply as server-sent events",
        response_class=EventSourceResponse,
    )
    async def ask_stream(
        body: Annotated[AskBody, _QUESTION_BODY],
        request: Request,
        x_mandat_channel: Annotated[str, Header(include_in_schema=False)] = "http",
    ) -> AsyncIterator[ServerSentEvent]:
        """`status` as each stage begins, then each `statement`, then `reply`: the JSON of `POST /v1/ask`.

        A statement is sent once it is checked and certain to be in the reply: none is ever taken back.

        A failure comes as the event `error` with the body of an error response, as the status
        line has been sent by then.
        """
        news: asyncio.Queue[Stage | Statement | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def progress(told: Stage | Statement) -> None:
            loop.call_soon_threadsafe(news.put_nowait, told)

        question = _question(body, x_mandat_channel, request.state.caller.groups)
        yield ServerSentEvent(event="status", data={"stage": Stage.SEARCHING})
        asking = asyncio.ensure_future(run_in_threadpool(reply_to, question, progress))
        asking.add_done_callback(lambda _: news.put_nowait(None))
        sent = 0
        while (told := await news.get()) is not None:
            if isinstance(told, Statement):
                sent += 1
                yield ServerSentEvent(event="statement", data=wire_statement(told))
            elif told is not Stage.SEARCHING:
                yield ServerSentEvent(event="status", data={"stage": told})
        try:
            reply = await asking
        except Exception as error:  # noqa: BLE001 - the stream is open: only an event can say it now
            status, failure = failure_of(error)
            if status == 500:
                _log.exception("POST /v1/ask/stream failed: %s", failure.code)
            yield ServerSentEvent(event="error", data=problem(status, failure))
            return
        for statement in reply.statements[sent:]:
            yield ServerSentEvent(event="statement", data=statement)
        yield ServerSentEvent(event="reply", data=reply)

    @routes.post("/ask/page", include_in_schema=False)
    async def ask_page(request: Request) -> HTMLResponse:
        """The reply as a page, for browsers that run no scripts; no address holds the question."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
        given = {name: values[0] for name, values in form.items()}
        try:
            body = AskBody.model_validate(given)
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error
        reply = await run_in_threadpool(reply_to, _question(body, "web", request.state.caller.groups))
        return HTMLResponse(answer_page(body.question, present(reply, str(request.base_url))))

    @routes.get("/suggestions", summary="Questions to begin with")
    def suggested(
        organisation: Annotated[str, Query(max_length=200, description="Id; default: of all.")] = "",
        language: Annotated[Language, Query(description="Language of the questions.")] = "nb",
    ) -> Suggested:
        """Drawn from the library's own bodies, roles and powers; none where it has no municipality."""
        return Suggested(questions=list(suggestions(organisation, language)))

    @routes.post(
        "/feedback",
        summary="Say whether a reply helped",
        response_model=FeedbackKept,
        responses={404: {"model": WireError, "description": "No such reply"}},
    )
    def feedback(body: FeedbackBody) -> JSONResponse:
        if not transcripts.feedback(body.id, body.helpful, body.comment, body.complaint):
            return refusal(
                404, "exchange_not_found", f"no reply with id {body.id!r}; send the `id` of a reply"
            )
        return JSONResponse(FeedbackKept(kept=True).model_dump())

    return routes


def _question(body: AskBody, channel: str, groups: frozenset[str]) -> Question:
    return Question(
        text=body.question,
        organisation=body.organisation or "",
        as_of=body.as_of,
        language=body.language or "",
        groups=groups,
        asker_role=body.asker_role or "",
        conversation_id=body.conversation_id or "",
        channel="web" if channel == "web" else "http",
    )
