// A question asked over server-sent events: what is known while the reply is being made.

/**
 * The reply, or the key of the words for what went wrong. `began(stage)` is called as each stage begins,
 * `told(statement)` for each verified statement as it comes.
 */
export async function replyTo(body, began, told) {
  try {
    const response = await fetch("/v1/ask/stream", {
      method: "POST",
      headers: { "content-type": "application/json", "x-mandat-channel": "web" },
      body: JSON.stringify(body),
    });
    if (!response.ok) return { failure: failureKey((await response.json()).error?.code) };
    for await (const { event, data } of events(response.body)) {
      if (event === "status") began(JSON.parse(data).stage);
      if (event === "statement") told(JSON.parse(data));
      if (event === "reply") return { reply: JSON.parse(data) };
      if (event === "error") return { failure: failureKey(JSON.parse(data).error?.code) };
    }
    return { failure: "error_network" }; // the connection ended before the reply
  } catch (error) {
    // A proxy's error page is not JSON; an unreachable server gives a TypeError.
    return { failure: error instanceof TypeError ? "error_network" : "error_other" };
  }
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const of = (name) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart()).join("\n");
      yield { event: of("event"), data: of("data") };
    }
  }
}

function failureKey(code) {
  const known = ["library_empty", "index_unavailable", "organisation_not_found", "invalid_request"];
  if (code === "too_large") return "error_invalid_request";
  return known.includes(code) ? `error_${code}` : "error_other";
}
