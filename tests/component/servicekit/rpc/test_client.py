"""How a process reaches another one that is slower than usual."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from protos.antifraud.v1 import antifraud_pb2 as pb
from protos.antifraud.v1 import antifraud_pb2_grpc
from servicekit.rpc.client import call
from services.antifraud.rpc import ACCESS, AntifraudServicer
from tests.component.conftest import Loopback

_BUSY_S = 0.3


@asynccontextmanager
async def slow_to_shake_hands(address: str) -> AsyncIterator[str]:
    """The address of a relay to another one, which is as late with its first bytes as a busy server."""
    host, _, port = address.partition(":")
    relaying: set[asyncio.Task[None]] = set()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
        """One direction to its end."""
        try:
            while data := await reader.read(65536):
                await asyncio.sleep(delay_s)
                delay_s = 0
                writer.write(data)
        finally:
            writer.transport.abort()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Both directions of one connection."""
        there, back = await asyncio.open_connection(host, int(port))
        copies = (copy(reader, back, 0), copy(there, writer, _BUSY_S))
        relaying.update(map(asyncio.create_task, copies))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in relaying:
            task.cancel()
        await asyncio.gather(*relaying, return_exceptions=True)


async def test_a_slow_handshake_is_no_failure(loopback: Loopback) -> None:
    """A process that a rush keeps busy for 300 ms is there, and its callers get their connection."""
    register = antifraud_pb2_grpc.add_AntifraudServiceServicer_to_server
    await loopback.serve("antifraud", register, AntifraudServicer(), ACCESS)

    async with slow_to_shake_hands(loopback.address("antifraud")) as address:
        stub = antifraud_pb2_grpc.AntifraudServiceStub(loopback.connect("antifraud", "checkin", address))
        answer: pb.BatchAssessResponse = await call(stub.BatchAssess, pb.BatchAssessRequest(), timeout_s=30)

    assert not answer.assessments
