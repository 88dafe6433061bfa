"""How a process begins to serve."""

from protos.antifraud.v1 import antifraud_pb2_grpc
from services.antifraud.rpc import ACCESS, AntifraudServicer
from tests.component.conftest import Loopback, Signer


async def test_who_serves_knows_the_signing_keys(loopback: Loopback) -> None:
    """Before the first call comes: its caller may not have the time to wait for them."""
    verifier = Signer().verifier()
    register = antifraud_pb2_grpc.add_AntifraudServiceServicer_to_server
    await loopback.serve("antifraud", register, AntifraudServicer(), ACCESS, verifier)
    assert verifier.has_keys
