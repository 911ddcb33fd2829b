"""`/v1/chat/completions`: any OpenAI client asks as it would ask a model, and gets the verified reply.

The last message of the user is the question, those before it are the conversation. The sources are
numbered notes at the end, also as `url_citation` annotations; the reply of `POST /v1/ask` stands whole
in the field `mandat`, which other clients pass over. Nothing a system message says can change an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from time import time
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from assistant.channels.http.refusals import WireError, refusal
from assistant.channels.markdown import markdown, source_line
from assistant.channels.ports import Reads
from assistant.channels.presentation import present
from assistant.channels.replying import Replies
from assistant.channels.wire import WireReply
from assistant.domain.question import Question

MODEL = "mandat"
"""The model's name; `mandat:granvik` asks about one organisation."""

_REMEMBERED = 6  # questions of the conversation


class ChatPart(BaseModel):
    """A piece of a message; only text is read."""

    type: str
    text: str = Field(default="", max_length=20_000)


class ChatMessage(BaseModel):
    """A message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ChatPart] | None = None

    @property
    def text(self) -> str:
        """Its words, the parts joined."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class ChatBody(BaseModel):
    """A conversation whose last question is answered. Unknown fields (temperature, tools) are ignored."""

    model: str = Field(default=MODEL, max_length=200, examples=[MODEL])
    messages: list[ChatMessage] = Field(min_length=1, max_length=200)
    stream: bool = False


def openai_routes(replies: Replies, library: Reads, public_url: str = "") -> APIRouter:
    """`/v1/chat/completions` and `/v1/models`; links lead to `public_url`, else to where the request came."""
    routes = APIRouter(prefix="/v1", tags=["openai"])
    refused: dict[int | str, dict[str, Any]] = {
        404: {"model": WireError, "description": "No such model, or no such organisation"}
    }

    @routes.get("/models", summary="The models an OpenAI client may name")
    def models() -> dict[str, Any]:
        names = [MODEL, *(f"{MODEL}:{each.id}" for each in library.organisations() if not each.is_country)]
        return {
            "object": "list",
            "data": [{"id": name, "object": "model", "created": 0, "owned_by": MODEL} for name in names],
        }

    @routes.post("/chat/completions", summary="Ask as an OpenAI client does", responses=refused)
    async def complete(body: ChatBody, request: Request) -> Any:
        model, _, organisation = body.model.partition(":")
        if model != MODEL:
            message = f"there is no model {body.model!r}; GET /v1/models lists those there are"
            return refusal(404, "model_not_found", message)
        asked = [message.text for message in body.messages if message.role == "user"]
        if not asked:
            return refusal(400, "invalid_request", "there is no message of the user to answer")
        question = Question(
            text=asked[-1],
            organisation=organisation,
            groups=request.state.caller.groups,
            earlier=tuple(asked[:-1][-_REMEMBERED:]),
            channel="openai",
        )
        reply = await run_in_threadpool(replies, question)
        base_url = public_url or str(request.base_url)
        if body.stream:
            return StreamingResponse(_events(reply, body.model, base_url), media_type="text/event-stream")
        return JSONResponse(completion(reply, body.model, base_url))

    return routes


def completion(reply: WireReply, model: str, base_url: str) -> dict[str, Any]:
    """The reply as a chat completion object."""
    content = markdown(present(reply, base_url))
    message = {
        "role": "assistant",
        "content": content,
        "refusal": None,
        "annotations": url_citations(reply, content, base_url),
    }
    return {
        **_about(reply, model, "chat.completion"),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        "mandat": reply.model_dump(mode="json"),
    }


def url_citations(reply: WireReply, content: str, base_url: str) -> list[dict[str, Any]]:
    """Each citation with the place of its note in the content."""
    found: list[dict[str, Any]] = []
    for citation, source in zip(reply.citations, present(reply, base_url).sources, strict=False):
        noted = source_line(source)
        note = content.rfind(noted)
        found.append(
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": note,
                    "end_index": note + len(noted),
                    "title": f"{citation.title}, {citation.locator}",
                    "url": source.url,
                },
            }
        )
    return found


def _events(reply: WireReply, model: str, base_url: str) -> Iterator[str]:
    """The completion in pieces whose contents together are those of the whole; then `[DONE]`."""
    about = _about(reply, model, "chat.completion.chunk")

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return f"data: {json.dumps({**about, 'choices': [choice], **more}, ensure_ascii=False)}\n\n"

    content = markdown(present(reply, base_url))
    yield chunk({"role": "assistant", "content": ""})
    for line in content.splitlines(keepends=True):
        yield chunk({"content": line})
    marks: Sequence[dict[str, Any]] = url_citations(reply, content, base_url)
    yield chunk({"annotations": marks} if marks else {}, "stop", mandat=reply.model_dump(mode="json"))
    yield "data: [DONE]\n\n"


def _about(reply: WireReply, model: str, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{reply.id}", "object": kind, "created": int(time()), "model": model}
