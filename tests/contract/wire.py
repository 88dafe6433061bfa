"""A TCP line to a server that a test can cut, freeze and speak on."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pamqp.frame
from pamqp.base import Frame
from yarl import URL


class Wire:
    """A TCP line to a server.

    Attributes:
        overhear: Told what clients say, after it was passed on.
    """

    def __init__(self, url: str) -> None:
        self.overhear: Callable[[bytes], None] = lambda said: None
        self._server_url = URL(url)
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._to_clients: set[asyncio.StreamWriter] = set()
        self._to_servers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Begins to listen."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.url = str(self._server_url.with_port(self._server.sockets[0].getsockname()[1]).with_host("127.0.0.1"))

    async def close(self) -> None:
        """Ends everything."""
        self._server.close()
        self.cut()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def cut(self) -> None:
        """Drops all connections and accepts none."""
        self._is_cut = True
        for writer in self._writers:
            writer.close()
        for pump in self._pumps:
            pump.cancel()

    def mend(self) -> None:
        """Accepts connections again."""
        self._is_cut = False

    def freeze(self) -> None:
        """Holds back what clients send."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Lets it through."""
        self._thawed.set()

    def say(self, frame: Frame, channel: int = 0) -> None:
        """Says something to the clients in the broker's name."""
        for writer in self._to_clients:
            writer.write(pamqp.frame.marshal(frame, channel))

    def forge(self, frame: Frame, channel: int) -> None:
        """Says something to the broker in the clients' name."""
        for writer in self._to_servers:
            writer.write(pamqp.frame.marshal(frame, channel))

    async def _connect(self, client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        self._writers.add(client_out)
        if self._is_cut:
            client_out.close()
            return
        server_in, server_out = await asyncio.open_connection(self._server_url.host, self._server_url.port)
        self._writers.add(server_out)
        self._to_clients.add(client_out)
        self._to_servers.add(server_out)
        for pumping in (self._pass_on(client_in, server_out), _pump(server_in, client_out)):
            pump = asyncio.create_task(pumping)
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pass_on(self, client_in: asyncio.StreamReader, server_out: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while said := await client_in.read(65536):
                await self._thawed.wait()
                server_out.write(said)
                await server_out.drain()
                self.overhear(said)
        server_out.close()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()
