"""Numbers behind codes of the phone-number button, as identity says them; they are kept nowhere."""

import grpc

from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit.rpc import client

# Two calls to WeChat, of two seconds each at most.
_TIMEOUT_S = 5.0


class Phones:
    """Asks identity, which asks WeChat."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = identity_pb2_grpc.IdentityServiceStub(channel)

    async def verified(self, code: str) -> str:
        """The number that WeChat verified, eleven digits; of another country with + and its code before.

        Raises:
            InvalidArgumentError: WeChat does not know the code, or it was used before.
            UnavailableError: WeChat or identity does not answer.
        """
        request = identity_pb2.VerifyPhoneNumberRequest(code=code)
        response: identity_pb2.VerifyPhoneNumberResponse = await client.call(
            self._stub.VerifyPhoneNumber, request, timeout_s=_TIMEOUT_S
        )
        return response.number
