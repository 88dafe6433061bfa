"""Letting people in while keys or revocations are not known."""

import asyncio

import pytest

from gateway.http.auth import Guard, refuse_query_credentials
from servicekit import ids
from servicekit.errors import UnauthenticatedError, UnavailableError
from tests.component.conftest import Signer


class Identity:
    """Keys and ended sessions, or nobody there."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.is_gone = False
        self.has_refused_often = asyncio.Event()
        self._refused = 0
        self.reads, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_answer.set()

    async def jwks(self) -> str:
        """The signing keys."""
        self._answer()
        return await self.signer.verifier()._fetch_jwks()

    async def revoked(self) -> frozenset[bytes]:
        """Nobody's session was ended, as of when this was asked."""
        self._answer()
        self.reads.set()
        await self.may_answer.wait()
        return frozenset()

    def _answer(self) -> None:
        if self.is_gone:
            self._refused += 1
            if self._refused > 3:
                self.has_refused_often.set()
            raise UnavailableError("identity is gone")


@pytest.fixture
def identity() -> Identity:
    """See `Identity`."""
    return Identity(Signer())


async def test_without_keys_nobody_is_judged(identity: Identity) -> None:
    """Even a token of nobody's making is 503, not 401, while no key is known."""
    identity.is_gone = True
    guard = Guard(identity.jwks, identity.revoked)

    with pytest.raises(UnavailableError):
        await guard.admit(b"Bearer nonsense")


async def test_without_revocations_only_check_ins_go_on(identity: Identity) -> None:
    """A good token checks in, and can do nothing else, until the ended sessions have been read."""
    guard = Guard(identity.jwks, identity.revoked)
    await guard.verifier.refresh_keys()
    header = f"Bearer {identity.signer.token(ids.new_id())}".encode()

    assert (await guard.admit(header)).user_id
    with pytest.raises(UnavailableError, match="only check-ins go on"):
        await guard.admit_strictly(header)


async def test_revocations_that_were_read_let_people_in(identity: Identity) -> None:
    """Once the ended sessions are known everything is open."""
    guard = Guard(identity.jwks, identity.revoked)
    await guard.verifier.refresh_keys()
    watching = asyncio.create_task(guard.watch_revocations())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert await guard.admit_strictly(f"Bearer {identity.signer.token(ids.new_id())}".encode())
    watching.cancel()


async def test_a_session_ended_here_is_over_at_once(identity: Identity) -> None:
    """Also while a reading is under way that began before, and knows nothing of it."""
    guard = Guard(identity.jwks, identity.revoked)
    await guard.verifier.refresh_keys()
    header = f"Bearer {identity.signer.token(ids.new_id())}".encode()
    person = await guard.admit(header)
    identity.may_answer.clear()
    watching = [asyncio.create_task(watch()) for watch in (guard.watch_keys, guard.watch_revocations)]
    await identity.reads.wait()

    guard.end(person.session_id)
    assert guard.is_ended(person)
    identity.may_answer.set()
    await guard.informed()
    with pytest.raises(UnauthenticatedError, match="this session was ended"):
        await guard.admit(header)
    for task in watching:
        task.cancel()


async def test_a_gateway_begins_once_it_can_admit_somebody(identity: Identity) -> None:
    """While identity is gone a new one does not take the place of one that has the keys."""
    identity.is_gone = True
    guard = Guard(identity.jwks, identity.revoked, retry_s=0.01)
    watching = [asyncio.create_task(watch()) for watch in (guard.watch_keys, guard.watch_revocations)]
    informed = asyncio.create_task(guard.informed())
    await asyncio.wait_for(identity.has_refused_often.wait(), 2)
    assert not informed.done()

    identity.is_gone = False
    await asyncio.wait_for(informed, 2)
    assert await guard.admit_strictly(f"Bearer {identity.signer.token(ids.new_id())}".encode())
    for task in watching:
        task.cancel()


@pytest.mark.parametrize(
    "query",
    [
        b"access_token=x",
        b"a=1&TOKEN=x",
        b"code=1&authorization=Bearer+x",
        b"jwt=",
        b"%61ccess_token=x",
        b"a=1&acces%73%5Ftoken=x",
        b"+token=x",
        b"a=1&access_token+=x",
    ],
)
def test_credentials_in_a_query_are_refused(query: bytes) -> None:
    """Whatever their name and place, they are refused."""
    with pytest.raises(UnauthenticatedError):
        refuse_query_credentials(query)


@pytest.mark.parametrize("query", [b"", b"page_token=abc", b"code=K7M2PQ", b"q=token=1", b"q=%26token%3D1"])
def test_other_parameters_pass(query: bytes) -> None:
    """Page tokens and activity codes are no credentials."""
    refuse_query_credentials(query)
