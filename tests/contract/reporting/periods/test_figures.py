"""Whatever happened to an organisation, every report says of it what its rows in MySQL come to, one by one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.reporting.v1 import proofs_pb2 as pb
from services.reporting.behaviour.cohorts import CohortReader
from services.reporting.domain import DAY_US, Activity
from services.reporting.expected.tally import Answer
from services.reporting.exports import texts
from services.reporting.exports.attendance import slots_of
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.exports.register import Register
from services.reporting.facts.points import POINTS, PointsDays
from services.reporting.messaging import figures as message_figures
from services.reporting.papers import organisation_report, organisations, proofs, sign_sheet, words
from services.reporting.papers.blocks import Figures, Table
from services.reporting.papers.own_proofs import Looks
from services.reporting.papers.proof_rpc import ProofServicer
from services.reporting.papers.proof_token import Claim, ProofKeys
from services.reporting.papers.turnout import look
from services.reporting.people.scene import Wanted
from services.reporting.periods.calendar import By
from services.reporting.quality.quality import NAMES
from services.reporting.trends.trends import Asked
from tests.contract.reporting.periods.history import HISTORIES, NUMBER, WHO, Past
from tests.contract.reporting.periods.test_reports import NINE, SEPTEMBER, School
from tests.contract.reporting.recounting import told
from tests.contract.reporting.rows import Rows, Turnout, together
from tests.fakes.books import Tables

KEYS = ProofKeys({1: bytes(range(32))})
UNTIL = NINE + 100 * DAY_US


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # Each try is seconds of a real server: a history of two dozen steps can be read as it is.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(first=HISTORIES, second=HISTORIES, leave=st.sets(st.sampled_from(WHO), max_size=3))
async def test_every_report_equals_a_recount(
    engine: AsyncEngine, first: list[Any], second: list[Any], leave: set[bytes]
) -> None:
    """After a rush, reviews, annuls and late syncs in any order, a rebuild, and a roster that is imported anew."""
    school = School(engine)
    past = Past(
        school,
        await school.held([0, 1, 7], kind=POINTS),
        await school.held([7], title="大会", roster_id=None, expected=NUMBER),
    )
    past.take("all")
    school.participants.said = dict.fromkeys(leave, Answer.LEAVE)
    await past.play(first)
    attested = await assert_proofs(past, await past.rows(), {})
    await assert_reports(past, await past.rows())
    await past.play(second)
    await assert_proofs(past, await past.rows(), attested)
    await assert_reports(past, await past.rows())


async def assert_reports(past: Past, rows: Rows) -> None:
    """All but proofs."""
    mornings = [window.occurrence_id for window in past.mornings.windows]
    turnouts = [rows.turnout(each) for each in mornings]
    assembly = rows.turnout_of(NUMBER, past.assembly.windows[0].occurrence_id)
    await assert_trends(past, rows, mornings)
    await assert_quality(past, rows)
    await assert_behaviour(past, rows, mornings, turnouts)
    await assert_cohorts(past, rows, mornings)
    await assert_organisation(past, [*turnouts, assembly])
    await assert_tables(past, rows, turnouts)
    await assert_message(past, rows, turnouts, assembly)


async def assert_trends(past: Past, rows: Rows, mornings: Sequence[bytes]) -> None:
    """Each person once, in all and on the curve of each occurrence."""
    everybody = {each: [*rows.people(each).values()] for each in mornings}
    assembly = past.assembly.windows[0].occurrence_id
    everybody[assembly] = [*rows.of(assembly)]
    asked = Asked(past.school.organisation_id, SEPTEMBER, By.DAY, sees_small=True)
    trend = await past.reports.trends.of(asked)
    told = {name: count for name, count in trend.whole.items() if not name.startswith("#")}
    assert told == rows.trend(row for some in everybody.values() for row in some)
    drawn = {curve.held.occurrence_id: sum(curve.steps.values()) for curve in trend.curves}
    came = {each: sum(row.has_come for row in some) for each, some in everybody.items()}
    assert drawn == +Counter(came)


async def assert_quality(past: Past, rows: Rows) -> None:
    """What everybody tried: in all, by activity and over time."""
    found = await past.reports.qualities.of(past.school.organisation_id, SEPTEMBER, b"")
    counts = {name: amount for name, amount in rows.counts().items() if name in NAMES}
    assert {name: found.whole[name] for name in counts} == counts
    assert not [name for name in NAMES if found.whole[name] and name not in counts]
    for points in (found.over_time, found.by_activity):
        told = sum((point.counts for point in points), Counter[str]())
        assert {name: told[name] for name in found.whole} == dict(found.whole)


async def assert_behaviour(past: Past, rows: Rows, mornings: Sequence[bytes], turnouts: Sequence[Turnout]) -> None:
    """Who stays away, of everybody on the roster; and each of its occurrences and groups."""
    found = await past.reports.behaviours.of(past.school.organisation_id, SEPTEMBER, b"", b"", sees_small=True)
    assert (found.occurrences, found.people) == (3, len(rows.members))
    told = [(step.expected, step.came, step.leave) for step in found.series]
    assert told == [(each.expected, each.came_expected, each.leave) for each in turnouts]
    streaks = {entry_id: often for entry_id, often in rows.absent_in_a_row(mornings).items() if often >= 3}
    assert {each.row.entry_id: each.row.absent_in_a_row for each in found.absent} == streaks
    assert found.absent_people == len(streaks)
    groups = Counter(member.group for member in rows.members)
    assert {group.name: (group.people, group.expected) for group in found.groups} == {
        name: (people, 3 * people) for name, people in groups.items()
    }
    whole = together(turnouts)
    came = [row for row in rows.expected(mornings) if row.has_come]
    assert sum(found.habits.values()) == sum(not row.mark for row in came)
    assert sum(group.late for group in found.groups) == sum(row.punctuality == "late" for row in came)
    assert sum(group.came for group in found.groups) == whole.came_expected
    assert sum(group.leave for group in found.groups) == whole.leave


async def assert_cohorts(past: Past, rows: Rows, mornings: Sequence[bytes]) -> None:
    """Who began in each week, and came again."""
    found = await CohortReader(PointsDays(past.school.engine)).of(
        past.school.organisation_id, SEPTEMBER, b"", "", sees_small=True
    )
    by_week: dict[date, list[int]] = {}
    for first_day, again in rows.beginners(*mornings):
        cohort = by_week.setdefault(first_day - timedelta(days=first_day.weekday()), [0] * 4)
        cohort[:] = map(sum, zip(cohort, (1, *again), strict=True))
    assert {each.week: [each.people, *each.again] for each in found.cohorts} == by_week


async def assert_organisation(past: Past, turnouts: Sequence[Turnout]) -> None:
    """The figures on the first page, and the line of each activity."""

    async def nobody_looks(tenths: int) -> None:
        pass

    found = await organisations.found(past.reports, past.school.organisation_id, SEPTEMBER, nobody_looks)
    whole = together(turnouts)
    told = {figure.label: figure.value for figure in organisation_report.figures(found)}
    assert told == {
        "场次": "4",
        "应到": str(whole.expected),
        "实到": str(whole.came),
        "签到率": words.share(whole.rate),
        "迟到": str(whole.late),
    }
    lines = {point.title: organisation_report.row_of(point.counts) for point in found.by_activity.points}
    for title, some in (("早读", turnouts[:3]), ("大会", turnouts[3:])):
        one = together(some)
        numbers = [len(some), one.expected, one.came, one.late, one.leave]
        assert lines[title] == [*map(str, numbers), words.share(one.rate)]


async def assert_tables(past: Past, rows: Rows, turnouts: Sequence[Turnout]) -> None:
    """The register and the sign sheet of the mornings, occurrence by occurrence."""
    gathering, book = await past.gathered(), Tables()
    slots = slots_of([gathering], 0, 0)
    await Register([gathering], slots, Wish(Report.REGISTER, Format.CSV, past.mornings.activity_id), book).write(told)
    names = (texts.EXPECTED, texts.CAME, texts.LATE, texts.LEAVE)
    wanted = [(each.expected, each.came, each.late, each.leave) for each in turnouts]
    assert [*zip(*(book.column(texts.SUMMARY, name) for name in names), strict=True)] == wanted
    assert book.column(texts.SUMMARY, texts.RATE) == [each.rate for each in turnouts]
    missing = sum(each.expected - each.came_expected - each.leave for each in turnouts)
    assert len(book.rows[texts.ABSENT]) == book.total(texts.DETAIL, texts.ABSENTEES) == missing

    blocks = sign_sheet.blocks_of(await look(gathering, slots, "", told), {}, "")
    sheets = [{each.label: each.value for each in block.figures} for block in blocks if isinstance(block, Figures)]
    assert [tuple(sheet[name] for name in names) for sheet in sheets] == [tuple(map(str, each)) for each in wanted]
    assert [sheet["签到率"] for sheet in sheets] == [words.share(each.rate) for each in turnouts]
    signed = [sum(row[4] != words.NONE for row in block.rows) for block in blocks if isinstance(block, Table)]
    assert signed == [each.came for each in turnouts]


async def assert_message(past: Past, rows: Rows, turnouts: Sequence[Turnout], assembly: Turnout) -> None:
    """What chats are told: of the week before the last morning, and of the occurrence that closed."""
    counting = message_figures.Counting(past.school.reading(), past.school.periods)
    organisation_id = past.school.organisation_id
    begins, ends = past.windows[0].opens_at, past.windows[2].opens_at
    week = Wish(Report.REGISTER, Format.XLSX, organisation_id=organisation_id, from_at=begins, to_at=ends)
    last_week = together(turnouts[:2])
    assert await counting.of(organisation_id, week, bytes(16)) == _told_of(last_week)
    for group in {member.group for member in rows.members}:
        some = replace(rows, members=[each for each in rows.members if each.group == group])
        last_week = together(some.turnout(window.occurrence_id) for window in past.windows[:2])
        of_group = replace(week, wanted=Wanted(group=group))
        assert await counting.of(organisation_id, of_group, bytes(16)) == _told_of(last_week)
    assert await counting.of(organisation_id, replace(week, wanted=Wanted(group="三班")), bytes(16)) is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(message_figures, "now_us", lambda: ends + DAY_US)
        for window, turnout in ((past.windows[2], turnouts[2]), (past.windows[3], assembly)):
            assert await counting.of(organisation_id, week, window.occurrence_id) == _told_of(turnout)


def _told_of(turnout: Turnout) -> tuple[int, int, int]:
    return turnout.expected, turnout.came_expected, turnout.leave


async def assert_proofs(past: Past, rows: Rows, before: Mapping[bytes, int]) -> Mapping[bytes, int]:
    """Who has a proof of how many mornings; and what is left of those that had one before."""
    gathering = await past.gathered()
    held = Counter(
        key
        for window in past.mornings.windows
        for key, row in rows.people(window.occurrence_id).items()
        if row.has_come
    )
    wish = Wish(Report.PROOF, Format.PDF, past.mornings.activity_id)
    try:
        found = await proofs.attested(gathering, wish, UNTIL, told)
    except WishNotMadeError:
        found = []
    assert {each.key: len(each.stays) for each in found} == held
    sources = gathering.sources
    looks = Looks(_Known(gathering.activity), sources.facts, sources.people, sources.windows)
    servicer = ProofServicer(KEYS, looks, _school, None, None)  # type: ignore[arg-type]
    for key, sessions in before.items():
        token = KEYS.token(Claim(past.mornings.activity_id, key, 0, UNTIL, sessions, 0))
        told_of = await servicer.CheckProof(pb.CheckProofRequest(token=token), None)
        left = held[gathering.scene.key(key)]
        is_less = pb.Proof.STATE_REDUCED if left else pb.Proof.STATE_ANNULLED
        state = pb.Proof.STATE_VALID if left >= sessions else is_less
        assert (told_of.sessions, told_of.state) == (left, state)
    return {each.user_id: len(each.stays) for each in found}


class _Known(NamedTuple):
    """The activities there are: one."""

    activity: Activity

    async def get(self, activity_id: bytes) -> Activity:
        """That one."""
        return self.activity


async def _school(_: bytes) -> str:
    return "实验中学"
