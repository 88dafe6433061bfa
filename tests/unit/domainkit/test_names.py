"""Names are asked for once a minute, and one too many costs one, not all."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import grpc
import pytest

from domainkit import names
from domainkit.names import Names
from protos.identity.v1 import identity_pb2

ADA, BOB, CY, DEE = (letter * 16 for letter in (b"a", b"b", b"c", b"d"))


class FakeIdentity:
    """A channel to an identity where everybody is called by their first letter."""

    def __init__(self) -> None:
        self.asked: list[list[bytes]] = []

    def unary_unary(self, path: str, **_: object) -> Callable[..., Awaitable[Any]]:
        """A method of the stub."""

        async def answer(request: Any, **_: object) -> identity_pb2.BatchGetUsersResponse:
            self.asked.append(list(request.user_ids))
            users = [identity_pb2.User(user_id=each, name=each[:1].decode()) for each in request.user_ids]
            return identity_pb2.BatchGetUsersResponse(users=users)

        return answer


@pytest.fixture
def identity() -> FakeIdentity:
    """See `FakeIdentity`."""
    return FakeIdentity()


async def test_a_name_is_asked_for_once(identity: FakeIdentity) -> None:
    """Whoever is known is not asked for with the others."""
    known = Names(cast(grpc.aio.Channel, identity))
    assert await known.of([ADA, BOB]) == {ADA: "a", BOB: "b"}
    assert await known.of([ADA, CY]) == {ADA: "a", CY: "c"}
    assert identity.asked == [[ADA, BOB], [CY]]


async def test_one_too_many_costs_one(identity: FakeIdentity, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was not read for longest; the others are not asked for anew."""
    monkeypatch.setattr(names, "_KEPT", 3)
    known = Names(cast(grpc.aio.Channel, identity))
    await known.of([ADA, BOB, CY])
    await known.of([ADA])
    await known.of([DEE])
    assert set(known.remembered([ADA, BOB, CY, DEE])) == {ADA, CY, DEE}
