"""Figures of files beside a recount in SQL, over random histories."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US
from services.reporting.domain import IN, OUT, Activity, Status, Window
from services.reporting.expected.tally import Member
from services.reporting.exports import lists, texts
from services.reporting.exports.attendance import slots_of
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.exports.reading import Gathering, Sources, gather
from services.reporting.exports.register import Register
from services.reporting.facts.lists import FactLists
from services.reporting.facts.store import Facts
from services.reporting.papers.turnout import look
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People
from services.reporting.project import Change
from services.reporting.store import Activities
from tests.contract.reporting.recounting import Nameless, no_phones, no_rulings, told
from tests.fakes.books import Tables
from tests.fakes.expected import FakeGuests, FakeParticipants, FakeRosters
from tests.unit.reporting.facts.test_fact import a_change

_TOLD = st.tuples(
    st.integers(1, 8), st.integers(0, 1), st.integers(1, 3), st.sampled_from([IN, IN, OUT]), st.sampled_from([*Status])
)
# Users 1 and 2 are entries themselves, 3 is bound to entry 4, both of whom may come; 5 and more are strangers.
MEMBERS = [
    Member(bytes([each]) * 16, bytes([user]) * 16 if user else b"", "") for each, user in ((1, 0), (2, 0), (4, 3))
]
_LONG_AGO = 1_767_225_600 * SECOND_US
_KEY = "IF(user_id = REPEAT(CHAR(3), 16), REPEAT(CHAR(4), 16), user_id)"


class Place:
    """An activity of two occurrences, long over, with a roster."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.activity_id, self.occurrences = ids.new_id(), [ids.new_id(), ids.new_id()]

    async def gathered(self, histories: Iterable[Sequence[Change]]) -> Gathering:
        """It, once these histories happened to it."""
        windows = tuple(
            Window(each, self.activity_id, 1, _LONG_AGO + at, _LONG_AGO + at + SECOND_US, date(2026, 1, 1))
            for at, each in enumerate(self.occurrences)
        )
        activity = Activity(
            self.activity_id, ids.new_id(), "例会", "Asia/Shanghai", 2, 1, 0, 0, _LONG_AGO, windows, roster_id=b"r" * 16
        )
        stored = Activities(self.engine)
        await stored.save([activity])
        for changes in histories:
            await Facts(self.engine).save(changes)
        rosters, participants, facts = FakeRosters(*MEMBERS), FakeParticipants(), FactLists(self.engine)
        naming = Naming(Nameless(), rosters, FakeGuests(rosters))

        return await gather(
            Sources(facts, People(facts, rosters, participants, naming), stored, no_phones, no_rulings), activity
        )

    async def recount(self, what: str) -> int:
        """A number, from the rows alone."""
        statement = text(f"SELECT COUNT(DISTINCT {what}) FROM facts WHERE activity_id = :a AND is_shown = 1")
        async with self.engine.connect() as connection:
            return int(await connection.scalar(statement, {"a": self.activity_id}) or 0)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_TOLD, min_size=1, max_size=8), max_size=4))
async def test_every_figure_is_that_of_a_recount(
    engine: AsyncEngine, histories: list[list[tuple[int, int, int, int, Status]]]
) -> None:
    """Of lists, register and papers: reviews, annuls, late syncs and entries found to be somebody, in any order."""
    place = Place(engine)
    said: dict[tuple[int, int, int, int], Change] = {}
    changes = [
        [
            said.setdefault(
                (user, at, revision, way),
                a_change(revision, way, status=status)._replace(
                    user_id=bytes([user]) * 16, occurrence_id=place.occurrences[at]
                ),
            )
            for user, at, revision, way, status in batch
        ]
        for batch in histories
    ]
    gathering = await place.gathered(changes)
    came = f"IF(status = {int(Status.CHECKED_IN)}, {{}}, NULL)"
    for report, who in ((Report.PEOPLE, _KEY), (Report.CHECKINS, f"CONCAT({_KEY}, occurrence_id)")):
        book, wish = Tables(), Wish(report, Format.CSV, place.activity_id)
        rows = await lists.write(gathering, wish, book, told)
        statuses = Counter(book.column(lists.SHEETS[report], "状态"))
        assert statuses["已签到"] == await place.recount(came.format(who))
        strangers = await place.recount(f"IF(user_id > REPEAT(CHAR(4), 16), {who}, NULL)")
        everybody = strangers + len(MEMBERS) if report is Report.PEOPLE else await place.recount(who)
        assert rows == everybody

    book, wish = Tables(), Wish(Report.REGISTER, Format.CSV, place.activity_id)
    await Register([gathering], slots_of([gathering], 0, 0), wish, book).write(told)
    held = [
        await place.recount(came.format(f"IF(occurrence_id = 0x{each.hex()}, {_KEY}, NULL)"))
        for each in place.occurrences
    ]
    assert book.column(texts.SUMMARY, texts.CAME) == held
    assert book.column(texts.SUMMARY, texts.EXPECTED) == [len(MEMBERS)] * 2
    for name in texts.TOTALS:
        assert book.total(texts.SUMMARY, name) == book.total(texts.DETAIL, name)
    assert len(book.rows[texts.ABSENT]) == book.total(texts.SUMMARY, texts.ABSENTEES)
    looked = await look(gathering, slots_of([gathering], 0, 0), "", told)
    for name in texts.TOTALS:
        assert book.column(texts.SUMMARY, name) == [each.tally.counts[name] for each in looked.turnouts]
    assert [sum(each.methods.values()) for each in looked.turnouts] == held
    assert len(looked.absent) == len(book.rows[texts.ABSENT])
    listed_came = 0
    for member in MEMBERS:
        listed_came += await place.recount(came.format(f"IF({_KEY} = 0x{member.entry_id.hex()}, occurrence_id, NULL)"))
    assert len(book.rows[texts.ABSENT]) == 2 * len(MEMBERS) - listed_came
