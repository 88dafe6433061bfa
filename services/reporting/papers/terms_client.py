"""What activities say of proofs, as the activity service tells it."""

import grpc

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from servicekit.rpc import client
from services.reporting.papers.own_proofs import AskTerms, Terms

_TIMEOUT_S = 0.5


def asker(channel: grpc.aio.Channel) -> AskTerms:
    """Asks on nobody's behalf, each time: whoever closes an activity has people ask at once."""
    stub = activity_pb2_grpc.ActivityServiceStub(channel)

    async def ask(activity_id: bytes) -> Terms | None:
        request = pb.BatchGetOccurrencesRequest(activity_ids=[activity_id])
        response = await client.call(stub.BatchGetOccurrences, request, timeout_s=_TIMEOUT_S)
        if not response.occurrences:
            return None
        said = response.occurrences[0]
        return Terms(said.state, said.policy.own_proof != pb.OWN_PROOF_NEVER)

    return ask
