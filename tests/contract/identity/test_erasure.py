"""Erasing a person on MariaDB: what goes, what stays, and that nothing is lost while activity is gone."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.errors import UnavailableError
from servicekit.mysql.idempotency import Intent
from servicekit.rabbitmq.outbox import Outbox
from services.identity import tables
from services.identity.domain import Role
from services.identity.erasure import ERASE, Erasure, erase_effect
from services.identity.errors import OwnsOrganisationError, RefreshTokenError
from services.identity.people import People
from services.identity.subscriptions import Answer, Grant, Subscriptions
from tests.contract.identity.conftest import NOW, Club


@dataclass
class Activity:
    """The activity service, which may be gone."""

    is_gone: bool = False
    erased: list[bytes] = field(default_factory=list)

    async def erase(self, user_id: bytes) -> None:
        """Notes whom."""
        if self.is_gone:
            raise UnavailableError("gone")
        self.erased.append(user_id)


@pytest.fixture
def activity() -> Activity:
    """See `Activity`."""
    return Activity()


@pytest.fixture
def outbox(identity_engine: AsyncEngine, activity: Activity) -> Outbox:
    """Rows are due at once."""
    return Outbox(identity_engine, tables.outbox, {ERASE: erase_effect(activity.erase)}, after_s=0)


@pytest.fixture
def erasure(identity_engine: AsyncEngine, outbox: Outbox) -> Erasure:
    """See `Erasure`."""
    return Erasure(identity_engine, outbox)


async def rows_of(club: Club, user_id: bytes, table: Table) -> int:
    """How many a table has of somebody."""
    counting = select(func.count()).select_from(table).where(table.c.user_id == user_id)
    async with club.engine.connect() as connection:
        return await connection.scalar(counting) or 0


async def row_of(club: Club, user_id: bytes) -> Any:
    """What is left of somebody."""
    async with club.engine.connect() as connection:
        return (await connection.execute(select(tables.users).where(tables.users.c.user_id == user_id))).one()


async def test_a_person_goes_and_their_id_and_the_index_of_their_openid_stay(
    club: Club, erasure: Erasure, activity: Activity
) -> None:
    """Name, openid, memberships, what may be sent to them: all of it."""
    user_id = await club.somebody(Role.STAFF, "王小明")
    await Subscriptions(club.engine, 10).grant(Intent(user_id, "/g", "", b""), [Grant("t", Answer.ACCEPT)], NOW)
    before = await row_of(club, user_id)

    await erasure.erase(user_id, NOW)

    after = await row_of(club, user_id)
    assert (after.name, after.openid, after.erased_index) == (None, b"", before.openid_index)
    assert after.openid_index != before.openid_index
    for table in (tables.name_pairs, tables.memberships, tables.activity_staff, tables.subscription_ledger):
        assert await rows_of(club, user_id, table) == 0
    assert (await club.people.get(user_id)).name == "" and activity.erased == [user_id]


async def test_sessions_end_and_signing_in_again_makes_a_new_person(club: Club, erasure: Erasure) -> None:
    """Erasing twice is once, and nobody is named again who was erased."""
    openid = f"openid-{ids.new_id().hex()}"
    first, second = [await club.people.sign_in(openid, NOW) for _ in range(2)]

    ended = await erasure.erase(first.user.user_id, NOW)
    assert await erasure.erase(first.user.user_id, NOW) == []

    assert sorted(ended) == sorted([first.session_id, second.session_id])
    assert set(ended) <= set(await club.people.revoked_since(NOW - 1))
    with pytest.raises(RefreshTokenError):
        await refreshed(club.people, first.refresh_token)
    assert (await club.people.rename(first.user.user_id, "王小明")).name == ""
    again = await club.people.sign_in(openid, NOW)
    assert again.user.user_id != first.user.user_id
    assert (await row_of(club, first.user.user_id)).erased_index is not None


async def refreshed(people: People, token: str) -> None:
    """Asks for new tokens."""
    await people.refresh(token, "phone", NOW)


async def test_the_last_owner_hands_over_first(club: Club, erasure: Erasure, activity: Activity) -> None:
    """Nothing is erased before; of an archived organisation the last owner goes."""
    await club.people.rename(club.owner, "李雷")
    with pytest.raises(OwnsOrganisationError) as refusal:
        await erasure.erase(club.owner, NOW)

    assert refusal.value.metadata == {"organisation_id": ids.to_text(club.organisation_id)}
    assert (await club.people.get(club.owner)).name == "李雷" and activity.erased == []
    successor = await club.somebody(Role.ORGANISER)
    await club.organisations.hand_over(club.organisation_id, club.owner, successor)
    await erasure.erase(club.owner, NOW)
    assert await club.role_of(club.owner) is Role.NONE
    await club.organisations.archive(club.organisation_id, successor, NOW)
    await erasure.erase(successor, NOW)
    assert activity.erased == [club.owner, successor]


async def test_while_activity_is_gone_nothing_is_lost(
    club: Club, erasure: Erasure, outbox: Outbox, activity: Activity
) -> None:
    """The person is gone here at once, and there as soon as it is back."""
    user_id = await club.somebody(Role.STAFF, "王小明")
    activity.is_gone = True
    await erasure.erase(user_id, NOW)
    assert (await club.people.get(user_id)).name == "" and activity.erased == []

    activity.is_gone = False
    await outbox.sweep()

    assert activity.erased == [user_id]


async def test_what_an_organisation_is_called(club: Club) -> None:
    """Empty where there is none."""
    assert await club.organisations.name_of(club.organisation_id) == "跑步社"
    assert await club.organisations.name_of(ids.new_id()) == ""
