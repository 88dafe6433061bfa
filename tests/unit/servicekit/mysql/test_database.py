"""What becomes of a database that is not there."""

import asyncio

import aiomysql
import pytest

from servicekit.errors import UnavailableError
from servicekit.mysql.database import create_engine, unavailable_when_lost


async def test_a_server_that_hangs_up_as_it_is_reached_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """uvloop knows no socket of a connection that has ended, and aiomysql says so by an error that is no database's."""

    def without_socket(self: aiomysql.Connection) -> None:
        raise RuntimeError("Transport does not expose socket instance")

    monkeypatch.setattr(aiomysql.Connection, "_set_keep_alive", without_socket)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    engine = create_engine(f"mysql+aiomysql://nobody@127.0.0.1:{server.sockets[0].getsockname()[1]}/nowhere")
    try:
        with pytest.raises(UnavailableError), unavailable_when_lost():
            async with engine.connect():
                pass
    finally:
        await engine.dispose()
        server.close()
