"""Composes the antifraud process: `python -m services.antifraud.server`."""

from protos.antifraud.v1 import antifraud_pb2_grpc
from servicekit import process
from servicekit.process import Process
from servicekit.rpc.server import serve
from servicekit.settings import load
from services.antifraud.rpc import ACCESS, AntifraudServicer
from services.antifraud.settings import Settings


async def compose(process: Process, settings: Settings) -> None:
    """Builds the parts and begins to serve."""
    register = antifraud_pb2_grpc.add_AntifraudServiceServicer_to_server
    await serve(process, settings.grpc_address, register, AntifraudServicer(), ACCESS)


def main() -> None:
    """Runs the process to its end."""
    settings = load(Settings)
    process.run("antifraud", settings, lambda parts: compose(parts, settings))


if __name__ == "__main__":
    main()
