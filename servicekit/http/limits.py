"""What an HTTP server bears from strangers, in numbers, and what it answers beyond them; `doors.py` keeps to it."""

import random
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server bears.

    Attributes:
        url_bytes: Of the path with its query.
        head_bytes: Of the request line and the headers; as much again for what frames a chunked body.
        head_s: From the connection, or from its first byte, to the end of a head.
        body_s: From there to the end of the body; what a body may hold is its route's business.
        upload_s: The same of a route that takes files.
        unread_s: How long a client may leave its answer where it is.
        idle_s: How long a connection without a request stays open.
        connections: In all.
        slow_s: When a head is slow; whoever comes with a crowd has sent it by then.
        slow_heads: Connections of one address whose heads are slow.
        pipelined: Requests on one connection that wait behind the one that is being answered.
    """

    url_bytes: int = 4 * 1024
    head_bytes: int = 16 * 1024
    head_s: float = 10.0
    body_s: float = 10.0
    upload_s: float = 120.0
    unread_s: float = 30.0
    idle_s: int = 75
    connections: int = 10_000
    slow_s: float = 1.0
    slow_heads: int = 256
    pipelined: int = 16


class Refusal(Enum):
    """Why something is refused, with the status and the sentence of the answer; the name is reason and label."""

    MALFORMED = 400, "this is not an HTTP/1.1 request"
    FRAMING_TOO_LARGE = 400, "chunk extensions and trailers may have at most {head_bytes} bytes"
    HEAD_TIMEOUT = 408, "the whole head must come within {head_s:g} s"
    BODY_TIMEOUT = 408, "the whole body must come within {body_s:g} s"
    BODY_TOO_LARGE = 413, "the request was answered before its body had come"
    URL_TOO_LONG = 414, "a URL may have at most {url_bytes} bytes"
    HEAD_TOO_LARGE = 431, "request line and headers may have at most {head_bytes} bytes"
    TOO_MANY_PIPELINED = 429, "at most {pipelined} requests may wait on one connection"
    TOO_MANY_SLOW = 503, "{slow_heads} connections from your address owe a request already; close some"
    TOO_MANY_CONNECTIONS = 503, "all {connections} connections are taken; try again"
    ANSWER_UNREAD = 408, "the answer was not read within {unread_s:g} s"

    @property
    def label(self) -> str:
        """Its name in the metric."""
        return self.name.lower()

    def answer(self, limits: Limits) -> bytes:
        """The whole answer, as problem+json; the connection ends with it."""
        status, sentence = self.value
        problem = {
            "type": f"urn:qiandao:problem:{self.label.replace('_', '-')}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": sentence.format(**_numbers(limits)),
            "reason": self.name,
        }
        body = msgspec.json.encode(problem)
        later = b"retry-after: %d\r\n" % random.randint(1, 3) if status in (429, 503) else b""  # noqa: S311  jitter
        return (
            STATUS_LINE[status] + b"content-type: application/problem+json\r\ncache-control: no-store\r\n"
            b"content-length: %d\r\n%sconnection: close\r\n\r\n%s" % (len(body), later, body)
        )


def _numbers(limits: Limits) -> dict[str, float]:
    return {name: getattr(limits, name) for name in Limits.__dataclass_fields__}
