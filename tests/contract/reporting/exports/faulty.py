"""A bucket behind a server that can refuse, stall, cut off, or keep half of what it is given."""

import http.client
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Literal

from tests.contract.reporting.exports.conftest import Bucket
from tests.contract.reporting.exports.storing import Storage

Fault = Literal["", "forbidden", "busy", "stalled", "cut", "halved"]
_REFUSALS = {"forbidden": (403, "AccessDenied"), "busy": (503, "SlowDown")}
# Longer than whoever waits does here.
_STALLED_S = 2.0
_HOP = ("connection", "transfer-encoding", "content-length")


class Faulty(Storage):
    """As the bucket is, while nothing is wrong.

    Attributes:
        fault: Of everything that is asked from now on.
    """

    def __init__(self, bucket: Bucket, port: int) -> None:
        super().__init__(bucket.store, f"http://127.0.0.1:{port}")
        self.fault: Fault = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler(bucket.endpoint))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Nobody answers any more."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self, behind: str) -> type[BaseHTTPRequestHandler]:
        place = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if place.fault in _REFUSALS:
                    status, code = _REFUSALS[place.fault]
                    self._answer(status, {}, f"<Error><Code>{code}</Code></Error>".encode())
                elif place.fault == "stalled":
                    time.sleep(_STALLED_S)
                    self.close_connection = True
                else:
                    self._answer(*self._asked(behind, body[: len(body) // 2] if place.fault == "halved" else body))

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815  as `http.server` names them

            def _asked(self, behind: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
                connection = http.client.HTTPConnection(behind.removeprefix("http://"))
                headers = {name: said for name, said in self.headers.items() if name.lower() not in _HOP}
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                told = {name: said for name, said in answer.getheaders() if name.lower() not in _HOP}
                content = answer.read()
                if self.command == "HEAD":
                    told["content-length"] = answer.getheader("content-length", "0")
                connection.close()
                return answer.status, told, content

            def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
                self.send_response(status)
                for name, said in {"content-length": str(len(content)), **headers}.items():
                    self.send_header(name, said)
                self.end_headers()
                is_cut = place.fault == "cut"
                self.wfile.write(content[: len(content) // 2] if is_cut else content)
                self.close_connection = is_cut

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nobody reads it."""

        return Handler
