"""Proofs (参会/时长证明): a page for everybody who came often or long enough, whose QR says whether it is true now."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from services.reporting.domain import MINUTE_US
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.job import Wish
from services.reporting.exports.lists import Told
from services.reporting.exports.reading import Gathering
from services.reporting.papers import words
from services.reporting.papers.attested import Stay, is_nothing, minutes_of, stays
from services.reporting.papers.blocks import Proof, Proofs, Session
from services.reporting.papers.people import Named, named
from services.reporting.papers.proof_token import Claim, ProofKeys

MOST_PROOFS = 1000
# Lines that have room on a page.
_SESSIONS = 14
_AT_ONCE = 500


class Attested(NamedTuple):
    """Somebody who came often and long enough."""

    key: bytes
    user_id: bytes
    named: Named
    stays: Sequence[Stay]


async def attested(gathering: Gathering, wish: Wish, until: int, told: Told) -> list[Attested]:
    """Everybody who is to have a proof, in the order of the roster.

    Raises:
        WishNotMadeError: PROVES_NOTHING: it was cancelled, or is a rehearsal; NOBODY_QUALIFIES: there is none;
            TOO_MANY_PROOFS: there are too many for one file.
        ServiceError, LeaseLostError: As `turnout.look`.
    """
    if is_nothing(gathering.activity):
        raise WishNotMadeError("PROVES_NOTHING")
    found = list[Attested]()
    async for each in _attested(gathering, wish, until, told):
        found.append(each)
        if len(found) > MOST_PROOFS:
            raise WishNotMadeError("TOO_MANY_PROOFS")
    if not found:
        raise WishNotMadeError("NOBODY_QUALIFIES")
    return found


async def _attested(gathering: Gathering, wish: Wish, until: int, told: Told) -> AsyncIterator[Attested]:
    scene = gathering.scene
    keys = [key for key in gathering.keys if scene.is_in(wish.wanted.group, key)]
    for first in range(0, len(keys), _AT_ONCE):
        chunk = keys[first : first + _AT_ONCE]
        tried = await gathering.tried(chunk)
        people = dict(zip(chunk, scene.people(chunk, tried), strict=True))
        lines = dict(zip(chunk, await gathering.lines([*people.values()], (), shows_phones=False), strict=True))
        for key in chunk:
            own = [each for each in tried if scene.key(each.user_id) == key]
            found = stays(gathering.windows, own, wish.from_at, until)
            if len(found) >= max(1, wish.minimum_sessions) and minutes_of(found) >= wish.minimum_minutes:
                yield Attested(key, scene.known_as(key), named(lines[key]), found)
        await told(first + len(chunk), len(keys), first + len(chunk))


def proofs_of(
    gathering: Gathering, found: Sequence[Attested], wish: Wish, organisation: str, until: int, signed: "Signing"
) -> Proofs:
    """The paper."""
    return Proofs(
        gathering.activity.title,
        organisation,
        words.day(signed.now, gathering.zone).partition("（")[0],
        [_proof(gathering, each, wish, until, signed) for each in found],
    )


class Signing(NamedTuple):
    """What makes tokens, where their QR leads, and when they are made."""

    keys: ProofKeys
    public_url: str
    now: int


def _proof(gathering: Gathering, one: Attested, wish: Wish, until: int, signed: Signing) -> Proof:
    activity, minutes = gathering.activity, minutes_of(one.stays)
    claim = Claim(activity.activity_id, one.user_id, wish.from_at, until, len(one.stays), minutes)
    shown = one.stays[:_SESSIONS]
    return Proof(
        one.named.name,
        one.named.number,
        one.named.group,
        _sentence(gathering, one.stays),
        [_session(gathering, stay) for stay in shown],
        len(one.stays) - len(shown),
        f"{signed.public_url.rstrip('/')}/v/{signed.keys.token(claim)}",
        any(stay.left_at for stay in one.stays),
    )


def _sentence(gathering: Gathering, found: Sequence[Stay]) -> str:
    title, minutes = gathering.activity.title, minutes_of(found)
    first, last = (
        words.day(each.window.starts_at or each.window.opens_at, gathering.zone) for each in (found[0], found[-1])
    )
    duration = f"，累计在场 {words.duration(minutes)}" if minutes else ""
    if len(found) == 1:
        return f"于{first}参加“{title}”{duration}。"
    return f"于{first}至{last}参加“{title}”共 {len(found)} 场{duration}。"


def _session(gathering: Gathering, stay: Stay) -> Session:
    zone = gathering.zone
    return Session(
        words.day(stay.window.starts_at or stay.window.opens_at, zone),
        words.clock(stay.came_at, zone),
        words.clock(stay.left_at, zone),
        words.duration(stay.minutes) if stay.left_at else words.NONE,
    )


def until_of(wish: Wish, now: int) -> int:
    """Until when occurrences count that have opened: to the end of the minute, and never beyond now."""
    return (min(wish.to_at or now, now) + MINUTE_US - 1) // MINUTE_US * MINUTE_US
