"""The keys that prove access tokens, as identity tells whoever verifies one."""

from protos.identity.v1 import identity_pb2
from protos.identity.v1.identity_pb2_grpc import IdentityServiceStub
from servicekit.rpc import client

_TIMEOUT_S = 1.5


async def signing_keys(identity: IdentityServiceStub) -> str:
    """The key set as JSON.

    Raises:
        ServiceError: Identity is gone or too slow.
    """
    keys: identity_pb2.Jwks = await client.call(identity.GetJwks, identity_pb2.GetJwksRequest(), timeout_s=_TIMEOUT_S)
    return keys.json
