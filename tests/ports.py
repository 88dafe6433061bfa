"""Ports for servers that tests start."""

import socket


def reserved_port() -> int:
    """A port of the loopback that a server may listen on within the next minute, and that nobody else is given.

    One that was merely free a moment ago is free for everybody, each outgoing connection of this machine included. So
    a connection is made to it and ended from its side: while that is remembered (TIME_WAIT) the kernel gives the port
    to nobody, but whoever asks for it by number and with SO_REUSEADDR, as every server does, gets it.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address) as other:
            server.accept()[0].close()
            other.recv(1)
    port: int = address[1]
    return port
