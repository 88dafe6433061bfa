"""uvicorn's HTTP protocol with one more ASGI extension: a whole answer in one write.

ASGI sends head and body apart, and each is a system call: 12 of 120 us per check-in [measured]. The protocol's own
cycle stays in charge of keep-alive, pipelining and shutdown; tests/component/test_gateway_checkins.py holds it to that.
"""

from collections.abc import Sequence
from functools import partial

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from gateway.surface import Scope, Send

EXTENSION = "qiandao.whole_answer"

Headers = Sequence[tuple[bytes, bytes]]


class Protocol(HttpToolsProtocol):
    """Offers `EXTENSION` in every scope."""

    def on_headers_complete(self) -> None:
        """Told by the parser; the request's task exists and has not run yet."""
        super().on_headers_complete()
        self.scope["extensions"] = {EXTENSION: {"send": partial(_send_whole, self.cycle)}}


async def send_answer(scope: Scope, send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Answers in one write where the server can, in ASGI's two steps elsewhere.

    Args:
        headers: Must hold the content-length, and no character that needs checking.
    """
    extension = scope.get("extensions", {}).get(EXTENSION)
    if extension is None or not extension["send"](status, headers, body):
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _send_whole(cycle: RequestResponseCycle, status: int, headers: Headers, body: bytes) -> bool:
    """What `RequestResponseCycle.send` does in two steps; False when it must, for the client does not keep up."""
    if cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
        return False
    parts = [STATUS_LINE[status]]
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    parts += (b"\r\n", body) if cycle.keep_alive else (b"connection: close\r\n\r\n", body)
    cycle.response_started = cycle.response_complete = True
    cycle.transport.write(b"".join(parts))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True
