"""The doors of an HTTP server: sizes, times and numbers of strangers are kept before any of our code runs.

uvicorn takes a head and a URL of any size at any pace, and its parser copies what it has with every piece that comes: a
few endless heads stop a process. So a connection is told apart by what it owes: a head, the rest of a body, or nothing.
Those that owe are in `Doors.waiting`, and one sweep looks at them twice a second. A request that comes whole, as nearly
all do, never gets there.
"""

import asyncio
from collections import Counter as Tally
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import httptools
from prometheus_client import Counter, Gauge
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from servicekit.http.limits import Limits, Refusal

_REFUSED = Counter(
    "http_refused_total", "Requests and connections refused before any of our code.", ["server", "reason"]
)
_OPEN = Gauge("http_connections", "Open connections.", ["server"])

# So long, and so much, is read of what nobody wants any more, for the answer to arrive before the reset.
_LINGER_S = 2.0
_LINGER_BYTES = 2 * 1024 * 1024


class Owed(IntEnum):
    """What a connection has begun and not ended."""

    NOTHING = 0
    HEAD = 1
    BODY = 2
    # It was refused, and may still read why.
    END = 3


# Every request pays for what `data_received` does; looked up as members of their class these cost it 3 us [measured].
_NOTHING, _HEAD, _BODY = Owed.NOTHING, Owed.HEAD, Owed.BODY
_start, _complete = HttpToolsProtocol.on_headers_complete, HttpToolsProtocol.on_message_complete


class Doors(ServerState):
    """What the connections of one server share: its limits, and which connections owe what since when.

    Args:
        name: In the metrics.
        whose: Makes of a peer's address what `slow_heads` counts; "" is never counted.
        is_upload: Whether the body of a request, by its ASGI scope, may take `upload_s`.
    """

    def __init__(
        self,
        name: str,
        limits: Limits,
        whose: Callable[[str], str] = str,
        is_upload: Callable[[Any], bool] = lambda _: False,
    ) -> None:
        super().__init__()
        self.connections: set[LimitedProtocol] = set()  # type: ignore[assignment]
        self.limits = limits
        self.waiting: dict[LimitedProtocol, tuple[Owed, float]] = {}
        self.unread: dict[LimitedProtocol, float] = {}
        self._whose = whose
        self._is_upload = is_upload
        self._refused = {refusal: _REFUSED.labels(name, refusal.label) for refusal in Refusal}
        self._open = _OPEN.labels(name)
        self._bears_s = {Owed.HEAD: limits.head_s, Owed.BODY: limits.body_s, Owed.END: _LINGER_S}
        self._full_until = 0.0

    def count(self, refusal: Refusal) -> None:
        """Notes a refusal."""
        self._refused[refusal].inc()

    def sweep(self, now: float) -> None:
        """Ends what has taken too long, and what is too much of one address."""
        self._open.set(len(self.connections))
        slow: Tally[str] = Tally()
        for connection, (owed, since) in list(self.waiting.items()):
            if now - since > self._bears_s[owed]:
                if not self._may_upload(connection, owed, now - since):
                    connection.is_late(owed)
            elif owed is Owed.HEAD and now - since > self.limits.slow_s and (address := self._whose(connection.peer)):
                slow[address] += 1
                if slow[address] > self.limits.slow_heads:
                    connection.refuse(Refusal.TOO_MANY_SLOW)
        for connection, since in list(self.unread.items()):
            if now - since > self.limits.unread_s:
                self.count(Refusal.ANSWER_UNREAD)
                connection.transport.abort()

    def _may_upload(self, connection: "LimitedProtocol", owed: Owed, since_s: float) -> bool:
        """Whether a body that is late for others may still come, for somebody who wants it."""
        if owed is not _BODY or since_s > self.limits.upload_s or connection.cycle.response_complete:
            return False
        return self._is_upload(connection.cycle.scope)

    def has_room(self, now: float) -> bool:
        """Whether one more connection may stay; makes room by ending those that only lie there.

        A tenth at once, and a look at all at most ten times a second, so that a flood pays for itself.
        """
        if len(self.connections) <= self.limits.connections:
            return True
        if now < self._full_until:
            return False
        idlers = self._idlers(now)[: self.limits.connections // 10 + 1]
        for connection in idlers:
            connection.make_room()
        if not idlers:
            self._full_until = now + 0.1
        return bool(idlers)

    def _idlers(self, now: float) -> "list[LimitedProtocol]":
        """Whom nobody would miss, first who is slow with a head, then who has been idle longest."""
        slow = [
            one
            for one, (owed, since) in self.waiting.items()
            if owed is not Owed.BODY and now - since > self.limits.slow_s
        ]
        idle = [(one.timeout_keep_alive_task.when(), one) for one in self.connections if one.timeout_keep_alive_task]
        closing = [one for one in self.connections if one.transport.is_closing()]
        return [*closing, *slow, *(one for _, one in sorted(idle, key=lambda pair: pair[0]))]


class LimitedProtocol(HttpToolsProtocol):
    """One connection of a server that keeps limits."""

    server_state: Doors

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url = b""
        self._limits = self.server_state.limits
        self._most = self._limits.head_bytes
        self._owes = Owed.HEAD
        self._waited_for: Owed | None = None
        # No less than the head under way has; exact is `_length`.
        self._head_bytes = 0
        self._body_bytes = self._framing_bytes = 0
        self._refusal: Refusal | None = None

    @property
    def peer(self) -> str:
        """The address at the other end; "" when it has gone already."""
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes the connection, or says that there is no room."""
        super().connection_made(transport)
        if self.server_state.has_room(self.loop.time()):
            self._wait(Owed.HEAD)
        else:
            self._turn_away()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets what it owed and what it left unread."""
        self._settle()
        self.server_state.unread.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parses what came, and looks whether it is still within the limits."""
        size = len(data)
        if size > self._most or self._refusal is not None:
            self._take_apart(data)
            return
        self._unset_keepalive_if_required()
        owed, cycle = self._owes, self.cycle
        held = len(cycle.body) if owed is _BODY else 0
        if owed is _NOTHING:
            # Empty lines before a request are a head's first bytes.
            self._owes, self._head_bytes = _HEAD, 0
        self._head_bytes += size
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Nothing here can be upgraded to: it is answered as HTTP/1.1, without a line in the log for each.
            pass
        except httptools.HttpParserError:
            self.refuse(self._refusal or Refusal.MALFORMED)
            return
        if self._owes is _BODY and owed is _BODY and cycle is self.cycle:
            self._look_at_body(len(cycle.body) - held, size)
        elif self._owes is not _NOTHING or self._waited_for is not None or self.scope is not self.cycle.scope:
            self._look()

    def on_headers_complete(self) -> None:
        """Starts the request, unless its head is too large or too many wait already."""
        if self._head_bytes > self._most or len(self.url) > self._limits.url_bytes or self.pipeline:
            self._refusal = self._fault()
            if self._refusal is not None:
                raise ValueError(self._refusal.name)
        self._owes = _BODY
        _start(self)
        # Trailers come as headers do, and must not become headers of a request that has begun.
        self.headers = []

    def on_message_complete(self) -> None:
        """All of the request is here."""
        _complete(self)
        self._owes = _NOTHING

    def pause_writing(self) -> None:
        """The client does not read as fast as it is answered."""
        super().pause_writing()
        self.server_state.unread[self] = self.loop.time()

    def resume_writing(self) -> None:
        """The client has read what it was sent."""
        super().resume_writing()
        self.server_state.unread.pop(self, None)

    def is_late(self, owed: Owed) -> None:
        """Ends what was waited for in vain; a connection that never said anything is closed without a word."""
        if owed is Owed.END:
            self.transport.abort()
        elif owed is Owed.BODY:
            self.refuse(Refusal.BODY_TIMEOUT)
        elif self._head_bytes:
            self.refuse(Refusal.HEAD_TIMEOUT)
        else:
            self._settle()
            self.server_state.count(Refusal.HEAD_TIMEOUT)
            self.transport.close()

    def refuse(self, refusal: Refusal) -> None:
        """Takes no more of this connection: answers where nothing is being answered, then ends it."""
        self.server_state.count(refusal)
        self._refusal = refusal
        self._settle()
        if self.transport.is_closing():
            return
        is_busy = self.cycle is not None and not self.cycle.response_complete
        if self._owes is Owed.BODY and (self.pipeline or self.cycle.response_started):
            self.transport.close()
        elif self._owes is Owed.BODY or not is_busy:
            self._end_with_answer(refusal)
        else:
            # What was asked before is still answered; the connection ends with the last of it.
            self.cycle.keep_alive = False

    def make_room(self) -> None:
        """Ends now; it counts no longer."""
        self.connections.discard(self)
        if self.transport.is_closing():
            self.transport.abort()
        elif self._waited_for is Owed.HEAD:
            self._turn_away()
        else:
            self.transport.close()

    def _take_apart(self, data: bytes) -> None:
        """A piece at a time, so that no more is parsed than a head may have; nothing once it was refused."""
        for start in range(0, len(data), self._most):
            if self._refusal is None:
                self.data_received(data[start : start + self._most])
            else:
                self._discard(len(data) - start)
                return

    def _fault(self) -> Refusal | None:
        """What is wrong with a head that has ended."""
        if len(self.url) > self._limits.url_bytes:
            return Refusal.URL_TOO_LONG
        if self._head_bytes > self._most and self._length() > self._most:
            return Refusal.HEAD_TOO_LARGE
        return Refusal.TOO_MANY_PIPELINED if len(self.pipeline) >= self._limits.pipelined else None

    def _length(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _look(self) -> None:
        """Notes what is owed now."""
        if self._owes is Owed.BODY:
            self._body_bytes = self._framing_bytes = 0
            self._wait(Owed.BODY)
        elif self._owes is Owed.HEAD:
            self._look_at_head()
        elif self.scope is not self.cycle.scope:
            # Behind a whole request, in the same piece, another head has begun.
            self._owes, self._head_bytes = Owed.HEAD, 0
            self._wait(Owed.HEAD)
        else:
            self._settle()

    def _look_at_head(self) -> None:
        """A head that goes on: how long is it?"""
        if len(self.url) > self._limits.url_bytes:
            self.refuse(Refusal.URL_TOO_LONG)
        elif self._head_bytes > self._most:
            self.refuse(Refusal.HEAD_TOO_LARGE)
        else:
            self._wait(Owed.HEAD)

    def _look_at_body(self, gained: int, size: int) -> None:
        """A body that goes on: of what came, how much is body, and how much only frames it?"""
        self._body_bytes += gained
        self._framing_bytes += size - gained
        if self.cycle.response_complete:
            if self._framing_bytes > _LINGER_BYTES:
                self.refuse(Refusal.BODY_TOO_LARGE)
        elif self._framing_bytes > self._body_bytes + self._most:
            self.refuse(Refusal.FRAMING_TOO_LARGE)

    def _wait(self, owed: Owed) -> None:
        if self._waited_for is not owed:
            self._settle()
            self._waited_for = owed
            self.server_state.waiting[self] = owed, self.loop.time()

    def _settle(self) -> None:
        self._waited_for = None
        self.server_state.waiting.pop(self, None)

    def _end_with_answer(self, refusal: Refusal) -> None:
        """Answers, and reads on for a moment: closed at once, what the client still sends would erase the answer."""
        if self.cycle is not None:
            # Whoever waits for the rest of the body waits no longer.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._framing_bytes = 0
        self.transport.write(refusal.answer(self._limits))
        self.transport.write_eof()
        self._wait(Owed.END)

    def _turn_away(self) -> None:
        self._refusal = Refusal.TOO_MANY_CONNECTIONS
        self.server_state.count(self._refusal)
        self.transport.write(self._refusal.answer(self._limits))
        self.transport.close()

    def _discard(self, size: int) -> None:
        self._framing_bytes += size
        if self._framing_bytes > _LINGER_BYTES:
            self.transport.abort()
