"""Whole answers in one write, on uvicorn's real server."""

import asyncio

import httpx

from gateway.http.asgi import Receive, Scope, Send
from gateway.http.one_write import send_answer
from servicekit.http.limits import Limits
from servicekit.http.server import HttpServer
from tests.ports import reserved_port


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    await send_answer(send, 200, [(b"content-length", b"2")], b"ok")


async def test_a_farewell_is_said_in_one_write_too() -> None:
    """Whoever keeps a connection to a server that ends is told to open another, before that loses their request."""
    address = f"127.0.0.1:{reserved_port()}"
    server = HttpServer("test", _app, address, Limits(), grace_s=1, farewell_s=30)
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://{address}") as phone:
        before = await phone.get("/")
        ending = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        during = await phone.get("/")
        await ending
    assert (before.text, before.headers.get("connection")) == ("ok", None)
    assert (during.text, during.headers.get("connection")) == ("ok", "close")
