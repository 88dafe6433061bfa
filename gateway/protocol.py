"""uvicorn's HTTP protocol with one more ASGI extension: a whole answer in one write.

ASGI sends head and body apart, and each is a system call: 12 of 120 us per check-in [measured]. The protocol's own
cycle stays in charge of keep-alive, pipelining and shutdown; tests/component/test_gateway_checkins.py holds it to that.
"""

from collections.abc import Callable, Sequence
from functools import partial

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

EXTENSION = "qiandao.whole_answer"

Headers = Sequence[tuple[bytes, bytes]]
SendWhole = Callable[[int, Headers, bytes], bool]


class Protocol(HttpToolsProtocol):
    """Offers `EXTENSION` in every scope: a `SendWhole` that returns False when the answer must go the usual way."""

    def on_headers_complete(self) -> None:
        """Told by the parser; the request's task exists and has not run yet."""
        super().on_headers_complete()
        self.scope["extensions"] = {EXTENSION: partial(_send_whole, self.cycle)}


def _send_whole(cycle: RequestResponseCycle, status: int, headers: Headers, body: bytes) -> bool:
    """Answers at once, as `RequestResponseCycle.send` would in two steps.

    Args:
        headers: Must hold the content-length, and no character that needs checking.
    """
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
