"""An organisation whose past is played: seats in any state and order, and rosters that are imported anew."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from servicekit.clock import SECOND_US
from services.reporting.behaviour.behaviour import Behaviours
from services.reporting.domain import IN, Activity, Mark, Status, marked
from services.reporting.expected.tally import Answer
from services.reporting.exports.reading import Gathering, Sources, gather
from services.reporting.facts.lists import FactLists
from services.reporting.facts.store import Facts
from services.reporting.papers.organisations import Reports
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People
from services.reporting.project import Change
from services.reporting.quality.quality import Qualities
from services.reporting.store import Activities
from services.reporting.trends.curves import Arrivals
from services.reporting.trends.trends import Trends
from tests.contract.reporting.periods.test_reports import PEOPLE, School
from tests.contract.reporting.recounting import Nameless, no_phones, no_rulings
from tests.contract.reporting.rows import Rows, read_rows
from tests.fakes.expected import FakeGuests
from tests.unit.reporting.facts.test_fact import a_change

# Six are on the roster; the third may be known as the seventh, and the last two are strangers.
ENTRIES, SECOND, ITS_USER = PEOPLE[:6], PEOPLE[2], PEOPLE[6]
WHO = PEOPLE[:9]
NUMBER = 7


class Seat(NamedTuple):
    """A state of somebody's seat at one of the occurrences."""

    who: bytes
    occurrence: int
    revision: int
    status: Status
    is_late: bool
    mark: Mark
    is_offline: bool
    is_outside: bool
    is_again: bool
    method: str


# One in three is of whom the roster may know under two ids.
SEATS = st.builds(
    Seat,
    st.sampled_from([*WHO, SECOND, ITS_USER, ITS_USER]),
    st.integers(0, 3),
    st.integers(1, 4),
    st.sampled_from([Status.CHECKED_IN, *Status]),
    st.booleans(),
    st.sampled_from([Mark.NONE] * 5 + [*Mark]),
    *[st.booleans()] * 3,
    st.sampled_from(["qr", "code", "staff"]),
)
IMPORTS = st.sampled_from(["all", "bound", "few"])
HISTORIES = st.lists(st.one_of(SEATS, SEATS, SEATS, SEATS, SEATS, IMPORTS), max_size=24)


class Past(NamedTuple):
    """An organisation with three mornings of a roster that give points, and an assembly that expects a number."""

    school: School
    mornings: Activity
    assembly: Activity

    @property
    def windows(self) -> Sequence[Any]:
        """All four occurrences."""
        return [*self.mornings.windows, *self.assembly.windows]

    async def play(self, history: Sequence[Any]) -> None:
        """Has it happen; in the end everything is told once more, the other way round, as by whoever rebuilds."""
        said = []
        for step in history:
            if isinstance(step, str):
                self.take(step)
            else:
                said.append(self._change(step))
                await Facts(self.school.engine).save(said[-1:])
        await Facts(self.school.engine).save(said[::-1])

    def take(self, kind: str) -> None:
        """Imports the roster anew."""
        rosters = self.school.rosters
        rosters.take(ENTRIES if kind != "few" else ENTRIES[:4], "一班")
        if kind != "all":
            rosters.bind(SECOND, ITS_USER)
            moved = [each._replace(group="二班") for each in rosters.members if each.entry_id > SECOND]
            rosters.members = [each for each in rosters.members if each.entry_id <= SECOND] + moved

    def _change(self, seat: Seat) -> Change:
        window = self.windows[seat.occurrence]
        at = window.starts_at + (WHO.index(seat.who) * 7 + seat.revision) * SECOND_US
        punctuality = "late" if seat.is_late else "on_time"
        change = a_change(seat.revision, IN, status=seat.status, at=at, punctuality=punctuality)
        reasons = [*change.view.reasons, *["FENCE_OUTSIDE"] * seat.is_outside]
        view = change.view._replace(method=seat.method, reasons=reasons)
        change.attempt.is_offline = seat.is_offline
        return change._replace(
            occurrence_id=window.occurrence_id,
            user_id=seat.who,
            view=marked(view, seat.mark, at),
            refused_tries=2 * seat.is_again,
        )

    @property
    def reports(self) -> Reports:
        """What reports are told by."""
        school, arrivals = self.school, Arrivals(self.school.engine)

        async def no_settings(activity_ids: object) -> dict[bytes, Any]:
            return {}

        return Reports(
            Trends(school.reading(), school.periods, arrivals),
            Qualities(school.reading(), school.client, arrivals, school.dismissed, no_settings),
            Behaviours(school.periods, FactLists(school.engine), school.rosters, school.participants),
        )

    async def gathered(self) -> Gathering:
        """The mornings as they are read for a file."""
        school, lists, stored = self.school, FactLists(self.school.engine), Activities(self.school.engine)
        naming = Naming(Nameless(), school.rosters, FakeGuests(school.rosters))
        people = People(lists, school.rosters, school.participants, naming)
        activity = await stored.get(self.mornings.activity_id)
        assert activity is not None
        return await gather(Sources(lists, people, stored, no_phones, no_rulings), activity)

    async def rows(self) -> Rows:
        """What MySQL has."""
        ids = [self.mornings.activity_id, self.assembly.activity_id]
        leave = [each for each, answer in self.school.participants.said.items() if answer is Answer.LEAVE]
        return await read_rows(self.school.engine, ids, self.school.rosters.members, leave)
