"""What participants say and what becomes of it, the same body in memory and on MariaDB."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Pii
from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.errors import UnavailableError
from servicekit.mysql.database import create_engine
from services.activity.definition import Detail, Question
from services.activity.domain import Activity
from services.activity.participants.answers import Answer, Answered, Answers
from services.activity.participants.details import Details
from services.activity.participants.privacy import Privacies, Privacy
from services.activity.tables import participant_details
from tests.fakes.activity import a_draft
from tests.fakes.participants import FakeAnswers, FakeDetails, FakePrivacies

PII = Pii({1: b"\x01" * 32}, "activity", "")
NAME, SIZE = Question(Detail.NAME), Question(Detail.TEXT, "衣服尺码")


@dataclass(frozen=True)
class Kept:
    """Where it is kept."""

    answers: Answers | FakeAnswers
    details: Details | FakeDetails
    privacies: Privacies | FakePrivacies


@pytest.fixture(params=["memory", "mariadb"])
def kept(request: pytest.FixtureRequest) -> Kept:
    """The fake and the real one."""
    if request.param == "memory":
        return Kept(FakeAnswers(), FakeDetails(), FakePrivacies())
    engine = request.getfixturevalue("activity_engine")
    return Kept(Answers(engine), Details(engine, PII), Privacies(engine))


def an_activity(**changes: Any) -> Activity:
    """Of an organisation of its own."""
    return a_draft(ids.new_id(), ids.new_id(), ids.new_id(), **changes)


async def test_answers_are_kept_changed_and_paged_by_person(kept: Kept) -> None:
    """Each person has one; of another activity on no page."""
    answers, activity = kept.answers, an_activity()
    people = sorted(ids.new_id() for _ in range(3))
    at = now_us() // SECOND_US * SECOND_US
    for user_id in people:
        await answers.give(activity, Answered(user_id, Answer.COMING, at))
    await answers.give(activity, Answered(people[0], Answer.LEAVE, at + SECOND_US))
    await answers.give(an_activity(), Answered(people[0], Answer.COMING, at))

    first = await answers.page(activity.activity_id, b"", 2)
    rest = await answers.page(activity.activity_id, first[-1].user_id, 2)

    assert first[0] == Answered(people[0], Answer.LEAVE, at + SECOND_US)
    assert [each.user_id for each in [*first, *rest]] == people
    assert await answers.of(activity.activity_id, people[0]) == Answer.LEAVE
    assert await answers.of(activity.activity_id, ids.new_id()) is None


async def test_details_are_remembered_by_organisation_and_question(kept: Kept) -> None:
    """What is said anew counts, what is taken back is gone, and another organisation knows nothing."""
    details, organisation_id, user_id = kept.details, ids.new_id(), ids.new_id()
    await details.say(organisation_id, user_id, {NAME: "王小明", SIZE: "L"}, now_us())
    await details.say(organisation_id, user_id, {NAME: "王晓明", SIZE: ""}, now_us())

    assert await details.of(organisation_id, [user_id, ids.new_id()]) == {user_id: {NAME: "王晓明"}}
    assert await details.of(ids.new_id(), [user_id]) == {}


async def test_details_stand_sealed_for_their_person(activity_engine: AsyncEngine) -> None:
    """Nothing is read from the table, and what is moved to somebody else opens for nobody."""
    details, organisation_id, user_id, thief = Details(activity_engine, PII), ids.new_id(), ids.new_id(), ids.new_id()
    await details.say(organisation_id, user_id, {NAME: "王小明"}, now_us())
    of_them = participant_details.c.user_id == user_id
    async with activity_engine.begin() as connection:
        stored = await connection.scalar(select(participant_details.c.said).where(of_them))
        await connection.execute(update(participant_details).where(of_them).values(user_id=thief))

    assert "王小明".encode() not in (stored or b"")
    assert await details.of(organisation_id, [user_id, thief]) == {}


async def test_privacy_begins_with_180_days_and_is_changed(kept: Kept) -> None:
    """For one organisation, not for others."""
    privacies, organisation_id, owner = kept.privacies, ids.new_id(), ids.new_id()
    assert (await privacies.of(organisation_id)).keeps_days == 180

    for days in (7, 30):
        told = Privacy(days, "核对名单")
        assert await privacies.change(organisation_id, lambda _, told=told: told, owner, now_us()) == told  # type: ignore[misc]

    assert await privacies.of(organisation_id) == Privacy(30, "核对名单")
    assert await privacies.of(ids.new_id()) == Privacy()


async def test_a_database_that_is_gone_is_unavailable() -> None:
    """Reads and changes alike."""
    engine = create_engine("mysql+aiomysql://nobody:x@127.0.0.1:1/activity?charset=utf8mb4")
    for work in (
        Answers(engine).of(ids.new_id(), ids.new_id()),
        Details(engine, PII).say(ids.new_id(), ids.new_id(), {NAME: "王"}, now_us()),
        Privacies(engine).of(ids.new_id()),
    ):
        with pytest.raises(UnavailableError):
            await work
