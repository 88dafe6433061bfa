"""Composes the antifraud process: `python -m services.antifraud.server`."""

from protos.antifraud.v1 import antifraud_pb2_grpc
from servicekit.process import Process, run
from servicekit.rpc.server import serve
from services.antifraud.rpc import ACCESS, AntifraudServicer
from services.antifraud.settings import Settings


async def compose(process: Process, settings: Settings) -> None:
    """Builds the parts, registers how they stop, and serves; needs no other process to be up."""
    register = antifraud_pb2_grpc.add_AntifraudServiceServicer_to_server
    await serve(process, settings.grpc_address, register, AntifraudServicer(), ACCESS)


def main() -> None:
    """Runs the process to its end."""
    run("antifraud", Settings, compose)


if __name__ == "__main__":
    main()
