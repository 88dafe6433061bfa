"""identity's stores, the same body in memory and on MariaDB; then what only a real database can show."""

import asyncio
from collections import Counter
from contextlib import nullcontext

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Pii
from servicekit import ids
from servicekit.clock import SECOND_US, now_us, to_datetime
from servicekit.errors import NotFoundError, UnavailableError
from servicekit.mysql.database import create_engine
from servicekit.mysql.idempotency import LIFE_US, IdempotencyKeyReusedError, Intent
from services.identity import domain
from services.identity.domain import Organisation, Role, Session
from services.identity.errors import (
    AlreadyMemberError,
    LastOwnerError,
    RefreshTokenError,
    RefreshTokenReusedError,
    TooManyAnswersError,
    TooManyOrganisationsError,
)
from services.identity.organisations import Organisations
from services.identity.people import People
from services.identity.subscriptions import DAY_US, Answer, Grant, Subscription, Subscriptions
from services.identity.tables import idempotency_keys, metadata, name_pairs, sessions, spent_tokens, users
from tests.contract.schemas import differences
from tests.fakes.identity import FakeOrganisations, FakePeople, FakeSubscriptions

PII = Pii({1: b"\x01" * 32}, "identity", "wx1")
NOW = now_us()
PHONE = "0195f3a0-0000-7000-8000-000000000001"
# Of organisations, and of answers about messages.
QUOTA = 20


Stores = tuple[People, Organisations]


@pytest.fixture(params=["memory", "mariadb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """The stores of people and organisations, fake and real."""
    if request.param == "memory":
        people = FakePeople()
        return people, FakeOrganisations(people, QUOTA)  # type: ignore[return-value]
    engine = request.getfixturevalue("identity_engine")
    return People(engine, PII), Organisations(engine, PII, QUOTA)


async def somebody(people: People) -> Session:
    """A new person's session."""
    return await people.sign_in(f"openid-{ids.new_id().hex()}", NOW)


def an_intent(user_id: bytes, key: str = "", body: bytes = b"body") -> Intent:
    """A request to create an organisation."""
    return Intent(user_id, "/identity.v1.IdentityService/CreateOrganisation", key, body)


async def a_club(stores: Stores) -> tuple[Organisation, bytes]:
    """An organisation and its owner."""
    people, organisations = stores
    owner_id = (await somebody(people)).user.user_id
    return await organisations.create(an_intent(owner_id), "Club", NOW), owner_id


async def test_the_same_openid_is_the_same_person(stores: Stores, unique: str) -> None:
    """Every sign-in is a session of its own."""
    people, _ = stores

    first, second = await people.sign_in(unique, NOW), await people.sign_in(unique, NOW + 1)

    assert first.user == second.user
    assert first.user.created_at == NOW
    assert first.session_id != second.session_id
    assert first.refresh_token != second.refresh_token


async def test_a_name_is_kept(stores: Stores) -> None:
    """It is there at the next look; people who do not exist cannot be named."""
    people, _ = stores
    user_id = (await somebody(people)).user.user_id

    await people.rename(user_id, "李雷 👨‍👩‍👧")

    assert (await people.get(user_id)).name == "李雷 👨‍👩‍👧"
    assert [user.user_id for user in await people.batch_get([ids.new_id(), user_id])] == [user_id]
    with pytest.raises(NotFoundError):
        await people.rename(ids.new_id(), "nobody")


async def test_a_refresh_rotates_and_repeats_within_the_grace(stores: Stores) -> None:
    """The successor is the same for the same phone until two minutes have passed."""
    people, _ = stores
    session = await somebody(people)

    rotated = await people.refresh(session.refresh_token, PHONE, NOW)
    repeated = await people.refresh(session.refresh_token, PHONE, NOW + domain.REFRESH_GRACE_US)

    assert rotated.refresh_token == repeated.refresh_token != session.refresh_token
    assert rotated.session_id == repeated.session_id == session.session_id


@pytest.mark.parametrize("other", ["another", ""])
async def test_another_device_has_no_grace(stores: Stores, other: str) -> None:
    """Two hold the token, a second after it was used: the session ends for both."""
    people, _ = stores
    session = await somebody(people)
    rotated = await people.refresh(session.refresh_token, PHONE, NOW)

    with pytest.raises(RefreshTokenReusedError):
        await people.refresh(session.refresh_token, other, NOW + SECOND_US)
    with pytest.raises(RefreshTokenError):
        await people.refresh(rotated.refresh_token, PHONE, NOW + SECOND_US)


@pytest.mark.parametrize("now_it_says", [PHONE, ""])
async def test_a_phone_that_did_not_say_which_it_is_has_the_short_grace(stores: Stores, now_it_says: str) -> None:
    """As in releases before, also for one that was updated in between."""
    people, _ = stores
    session = await somebody(people)
    rotated = await people.refresh(session.refresh_token, "", NOW)

    in_time = await people.refresh(session.refresh_token, now_it_says, NOW + domain.ANONYMOUS_GRACE_US)
    assert in_time.refresh_token == rotated.refresh_token
    with pytest.raises(RefreshTokenReusedError):
        await people.refresh(session.refresh_token, now_it_says, NOW + domain.ANONYMOUS_GRACE_US + 1)


async def test_reuse_after_the_grace_revokes_the_family(stores: Stores) -> None:
    """The session is listed as revoked, and its current token is worthless."""
    people, _ = stores
    session = await somebody(people)
    rotated = await people.refresh(session.refresh_token, PHONE, NOW)
    later = NOW + domain.REFRESH_GRACE_US + 1

    with pytest.raises(RefreshTokenReusedError) as reuse:
        await people.refresh(session.refresh_token, PHONE, later)

    assert reuse.value.session_id == session.session_id
    assert session.session_id in await people.revoked_since(NOW)
    assert session.session_id not in await people.revoked_since(later)
    with pytest.raises(RefreshTokenError):
        await people.refresh(rotated.refresh_token, PHONE, later)


async def test_a_grandparent_token_revokes_within_the_grace_too(stores: Stores) -> None:
    """Two rotations in two minutes leave no excuse for the oldest token."""
    people, _ = stores
    session = await somebody(people)
    rotated = await people.refresh(session.refresh_token, PHONE, NOW)
    await people.refresh(rotated.refresh_token, PHONE, NOW)

    with pytest.raises(RefreshTokenReusedError):
        await people.refresh(session.refresh_token, PHONE, NOW)


async def test_an_ended_an_expired_and_an_unknown_session_refuse(stores: Stores) -> None:
    """Ending twice is ending once."""
    people, _ = stores
    ended, expired = await somebody(people), await somebody(people)
    await people.end_session(ended.session_id, NOW)
    await people.end_session(ended.session_id, NOW + SECOND_US)

    assert ended.session_id not in await people.revoked_since(NOW)
    for token in (ended.refresh_token, expired.refresh_token, "unknown", ""):
        with pytest.raises(RefreshTokenError):
            await people.refresh(token, PHONE, NOW + domain.REFRESH_LIFE_US)


async def test_an_idempotency_key_has_one_effect(stores: Stores) -> None:
    """It belongs to one person and one body; without a key every request counts."""
    people, organisations = stores
    user_id, other_id = [(await somebody(people)).user.user_id for _ in range(2)]

    first = await organisations.create(an_intent(user_id, "k"), "Club", NOW)
    again = await organisations.create(an_intent(user_id, "k"), "Club", NOW)
    await organisations.create(an_intent(other_id, "k"), "Club", NOW)
    for _ in range(2):
        await organisations.create(an_intent(user_id), "Club", NOW)

    assert first == again
    assert len(await organisations.list_of(user_id, b"", 10)) == 3
    with pytest.raises(IdempotencyKeyReusedError):
        await organisations.create(an_intent(user_id, "k", b"another body"), "Club", NOW)


async def test_members_are_added_changed_and_removed(stores: Stores) -> None:
    """Adding twice is adding once, unless it says something else."""
    people, organisations = stores
    club, owner_id = await a_club(stores)
    user_id = (await somebody(people)).user.user_id
    await people.rename(user_id, "韩梅梅")
    scope = (club.organisation_id, owner_id, user_id)

    added = await organisations.add_member(*scope, Role.STAFF, NOW)
    assert added == await organisations.add_member(*scope, Role.STAFF, NOW + 1)
    with pytest.raises(AlreadyMemberError):
        await organisations.add_member(*scope, Role.MEMBER, NOW)
    changed = await organisations.change_member(*scope, Role.ORGANISER)
    assert (added.name, added.role, changed.role) == ("韩梅梅", Role.STAFF, Role.ORGANISER)
    assert changed in await organisations.members(club.organisation_id, owner_id, b"", 10)
    await organisations.remove_member(*scope)
    assert await organisations.role_of(club.organisation_id, user_id) is Role.NONE


@pytest.mark.parametrize("user_id", [ids.new_id(), b"", b"short", b"x" * 40])
async def test_nobody_who_does_not_exist_becomes_a_member(stores: Stores, user_id: bytes) -> None:
    """Adding, changing and removing them is the same NOT_FOUND, and leaves nothing behind."""
    _, organisations = stores
    club, owner_id = await a_club(stores)
    scope = (club.organisation_id, owner_id, user_id)

    for work in (
        organisations.add_member(*scope, Role.MEMBER, NOW),
        organisations.change_member(*scope, Role.MEMBER),
        organisations.remove_member(*scope),
    ):
        with pytest.raises(NotFoundError):
            await work
    assert len(await organisations.members(club.organisation_id, owner_id, b"", 10)) == 1


async def test_strangers_get_not_found(stores: Stores) -> None:
    """For an organisation that exists as for one that does not."""
    people, organisations = stores
    club, _ = await a_club(stores)
    stranger_id = (await somebody(people)).user.user_id

    for organisation_id in (club.organisation_id, ids.new_id()):
        with pytest.raises(NotFoundError):
            await organisations.members(organisation_id, stranger_id, b"", 10)
        with pytest.raises(NotFoundError):
            await organisations.remove_member(organisation_id, stranger_id, stranger_id)


async def test_a_person_who_signs_in_for_the_first_time_twice_at_once_is_one(
    identity_engine: AsyncEngine, unique: str
) -> None:
    """Eight phones at the same instant make one user."""
    people = People(identity_engine, PII)

    found = await asyncio.gather(*(people.sign_in(unique, NOW) for _ in range(8)))

    assert len({session.user.user_id for session in found}) == 1


async def test_one_refresh_token_used_twice_at_once_gives_one_successor(identity_engine: AsyncEngine) -> None:
    """The second waits for the first and gets its answer."""
    people = People(identity_engine, PII)
    session = await somebody(people)

    found = await asyncio.gather(*(people.refresh(session.refresh_token, PHONE, NOW) for _ in range(4)))

    assert len({answer.refresh_token for answer in found}) == 1


async def test_one_idempotency_key_used_twice_at_once_has_one_effect(identity_engine: AsyncEngine) -> None:
    """The second waits for the first and gets its answer."""
    organisations = Organisations(identity_engine, PII, QUOTA)
    user_id = (await somebody(People(identity_engine, PII))).user.user_id

    found = await asyncio.gather(*(organisations.create(an_intent(user_id, "k"), "Club", NOW) for _ in range(4)))

    assert len({club.organisation_id for club in found}) == 1


async def test_a_failed_effect_leaves_its_key_free(identity_engine: AsyncEngine) -> None:
    """Key and effect are there together or not at all."""
    organisations = Organisations(identity_engine, PII, QUOTA)
    user_id = (await somebody(People(identity_engine, PII))).user.user_id

    with pytest.raises(Exception, match="Data too long"):
        await organisations.create(an_intent(user_id, "k"), "x" * 65, NOW)

    assert (await organisations.create(an_intent(user_id, "k", b"mended"), "Club", NOW)).name == "Club"


async def test_an_idempotency_key_means_nothing_after_a_day(identity_engine: AsyncEngine) -> None:
    """Whether it was swept or not, it can be used for something else."""
    organisations, people = Organisations(identity_engine, PII, QUOTA), People(identity_engine, PII)
    user_id = (await somebody(people)).user.user_id
    old = await organisations.create(an_intent(user_id, "k"), "Club", NOW)
    yesterday = to_datetime(NOW - LIFE_US - SECOND_US)
    async with identity_engine.begin() as connection:
        mine = idempotency_keys.c.user_id == user_id
        await connection.execute(idempotency_keys.update().where(mine).values(created_at=yesterday))

    new = await organisations.create(an_intent(user_id, "k", b"another body"), "New", NOW)
    repeated = await organisations.create(an_intent(user_id, "k", b"another body"), "New", NOW)

    assert old.organisation_id != new.organisation_id == repeated.organisation_id


async def test_two_owners_who_leave_at_once_leave_one(identity_engine: AsyncEngine) -> None:
    """The lock of the organisation lets the second see that it is the last."""
    stores = people, organisations = People(identity_engine, PII), Organisations(identity_engine, PII, QUOTA)
    club, first_id = await a_club(stores)
    second_id = (await somebody(people)).user.user_id
    await organisations.add_member(club.organisation_id, first_id, second_id, Role.OWNER, NOW)

    leaving = (organisations.remove_member(club.organisation_id, one, one) for one in (first_id, second_id))
    results = await asyncio.gather(*leaving, return_exceptions=True)

    assert [type(result) for result in results if result] == [LastOwnerError]


async def test_the_tables_hold_no_openid_name_or_token(identity_engine: AsyncEngine, unique: str) -> None:
    """Whoever reads the rows learns none of them."""
    people = People(identity_engine, PII)
    session = await people.sign_in(unique, NOW)
    await people.rename(session.user.user_id, "王小明")
    rotated = await people.refresh(session.refresh_token, PHONE, NOW)

    async with identity_engine.connect() as connection:
        rows = [
            row
            for table in (users, sessions, spent_tokens, name_pairs)
            for row in await connection.execute(select(table))
        ]
    stored = b"".join(value for row in rows for value in row if isinstance(value, bytes))
    for secret in (unique, "王小", "小明", session.refresh_token, rotated.refresh_token):
        assert secret.encode() not in stored


async def test_a_rotated_pii_secret_finds_its_people(identity_engine: AsyncEngine, unique: str) -> None:
    """The new master comes first; people indexed under the old one are still themselves."""
    before = await People(identity_engine, PII).sign_in(unique, NOW)
    rotated = Pii({2: b"\x02" * 32, 1: b"\x01" * 32}, "identity", "wx1")

    assert (await People(identity_engine, rotated).sign_in(unique, NOW)).user == before.user


async def test_old_sessions_are_forgotten(identity_engine: AsyncEngine) -> None:
    """What has expired goes, what lives stays."""
    people = People(identity_engine, PII)
    old = await people.sign_in(ids.new_id().hex(), NOW - 2 * domain.REFRESH_LIFE_US)
    young = await somebody(people)

    await people.forget_old(NOW)

    async with identity_engine.connect() as connection:
        left = set((await connection.execute(select(sessions.c.session_id))).scalars())
    assert old.session_id not in left
    assert young.session_id in left


async def test_a_lost_database_is_unavailable() -> None:
    """A person may simply try again."""
    engine = create_engine("mysql+aiomysql://nobody:x@127.0.0.1:1/identity?charset=utf8mb4")

    with pytest.raises(UnavailableError):
        await People(engine, PII).sign_in("o", NOW)
    await engine.dispose()


def test_the_migrations_make_what_the_tables_say(identity_url: str) -> None:
    """Alembic finds nothing to add, drop or change."""
    assert differences(identity_url, metadata) == []


async def test_organisations_are_counted_one_by_one(stores: Stores) -> None:
    """Founded all at once: no more than one person may own; a repetition needs no room, and being made owner does."""
    people, organisations = stores
    founder, helper = [(await somebody(people)).user.user_id for _ in range(2)]
    first = await organisations.create(an_intent(founder, "key"), "first", NOW)

    made = await asyncio.gather(
        *(organisations.create(an_intent(founder), "more", NOW) for _ in range(QUOTA + 9)), return_exceptions=True
    )

    assert Counter(map(type, made)) == {Organisation: QUOTA - 1, TooManyOrganisationsError: 10}
    assert await organisations.create(an_intent(founder, "key"), "first", NOW) == first
    other = await organisations.create(an_intent(helper), "other", NOW)
    for role in (Role.OWNER, Role.ORGANISER):
        with pytest.raises(TooManyOrganisationsError) if role is Role.OWNER else nullcontext():
            await organisations.add_member(other.organisation_id, helper, founder, role, NOW)
    with pytest.raises(TooManyOrganisationsError):
        await organisations.change_member(other.organisation_id, helper, founder, Role.OWNER)
    assert len(await organisations.list_of(founder, b"", 2 * QUOTA)) == QUOTA + 1


@pytest.fixture(params=["memory", "mariadb"])
def ledger(request: pytest.FixtureRequest) -> Subscriptions:
    """The ledger, fake and real."""
    if request.param == "memory":
        return FakeSubscriptions(QUOTA)  # type: ignore[return-value]
    return Subscriptions(request.getfixturevalue("identity_engine"), QUOTA)


def said(user_id: bytes, key: str = "", body: bytes = b"") -> Intent:
    """A person's answer as they mean it."""
    return Intent(user_id, "/identity.v1.IdentityService/GrantSubscriptions", key, body)


async def test_each_acceptance_adds_a_message_and_the_last_answer_is_known(ledger: Subscriptions) -> None:
    """A refusal takes nothing back: what was allowed before may still be sent."""
    person, accept = ids.new_id(), Grant("result", Answer.ACCEPT)
    await ledger.grant(said(person), [accept, Grant("reminder", Answer.BAN)], NOW)
    await ledger.grant(said(person), [accept], NOW)

    standing = await ledger.grant(said(person), [Grant("result", Answer.REJECT)], NOW)

    expected = {"result": Subscription("result", 2, Answer.REJECT), "reminder": Subscription("reminder", 0, Answer.BAN)}
    assert standing == await ledger.of(person) == expected
    assert await ledger.of(ids.new_id()) == {}


async def test_a_repeated_answer_is_noted_once(ledger: Subscriptions) -> None:
    """The same key with another body is a conflict."""
    person, accept = ids.new_id(), [Grant("result", Answer.ACCEPT)]
    await ledger.grant(said(person, "k", b"1"), accept, NOW)

    again = await ledger.grant(said(person, "k", b"1"), accept, NOW)

    assert again["result"].quota == 1
    with pytest.raises(IdempotencyKeyReusedError):
        await ledger.grant(said(person, "k", b"2"), accept, NOW)
    assert (await ledger.of(person))["result"].quota == 1


async def test_answers_are_counted_one_by_one(identity_engine: AsyncEngine) -> None:
    """Given all at once: no more are noted than one person may give in a day, and a day later there is room again."""
    user_id = (await somebody(People(identity_engine, PII))).user.user_id
    ledger, grants = Subscriptions(identity_engine, QUOTA), [Grant("a", Answer.ACCEPT), Grant("b", Answer.REJECT)]

    noted = await asyncio.gather(
        *(ledger.grant(said(user_id), grants, NOW) for _ in range(QUOTA)), return_exceptions=True
    )

    assert Counter(map(type, noted)) == {dict: QUOTA // 2, TooManyAnswersError: QUOTA // 2}
    assert (await ledger.of(user_id))["a"].quota == QUOTA // 2
    assert await ledger.grant(said(user_id), grants, NOW + DAY_US)
