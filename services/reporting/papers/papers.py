"""From a wish to a PDF on the disk: what is looked at, what is drawn of it, and Typst."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from servicekit.clock import now_us
from services.reporting.exports import texts
from services.reporting.exports.attendance import Slot, slots_of
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import Report
from services.reporting.exports.lists import Told
from services.reporting.exports.reading import Gathering
from services.reporting.papers import activity_report, organisation_report, organisations, proofs, sign_sheet, words
from services.reporting.papers.activity_report import LastTime, Seen
from services.reporting.papers.blocks import Block, Paper
from services.reporting.papers.blocks import Report as ReportPaper
from services.reporting.papers.organisations import Reports, period_of
from services.reporting.papers.people import Named, named
from services.reporting.papers.printing import printed
from services.reporting.papers.proof_token import ProofKeys
from services.reporting.papers.turnout import Looked, look
from services.reporting.periods.held import OCCURRENCES

_NAMES_AT_ONCE = 500
_KINDS = {Report.ACTIVITY: texts.ACTIVITY_REPORT, Report.SIGN_SHEET: texts.SIGN_SHEET}
# What a paper can show at all: an occurrence is a section of it.
MOST_SLOTS = 100


class Earlier(Protocol):
    """See `earlier.Earlier`."""

    async def before(self, slot: Slot, group: str) -> LastTime | None:
        """How many came the last time; raises UnavailableError."""


# What an organisation is called; raises ServiceError.
OrganisationName = Callable[[bytes], Awaitable[str]]
Print = Callable[[Paper], Awaitable[bytes]]


class Signed(NamedTuple):
    """What signs proofs, and where their QR leads."""

    keys: ProofKeys
    public_url: str


class Papers:
    """Makes papers.

    Args:
        print: What makes a PDF of one.
    """

    def __init__(
        self,
        earlier: Earlier,
        reports: Reports,
        organisation_name: OrganisationName,
        signed: Signed,
        print: Print = printed,  # noqa: A002
    ) -> None:
        self._earlier = earlier
        self._reports = reports
        self._organisation_name = organisation_name
        self._signed = signed
        self._print = print

    async def of_activity(self, gathering: Gathering, wish: Wish, path: Path, told: Told) -> int:
        """A paper of an activity; returns how many people it has.

        Raises:
            WishNotMadeError: There is no such paper.
            LeaseLostError, ServiceError: As `turnout.look`.
            OSError: The disk is full.
        """
        organisation = await self._organisation_name(gathering.activity.organisation_id)
        if wish.report is Report.PROOF:
            paper, count = await self._proofs(gathering, wish, organisation, told)
        else:
            paper, count = await self._report(gathering, wish, organisation, told)
        await self._written(paper, path)
        return count

    async def of_organisation(self, wish: Wish, path: Path, told: Told) -> int:
        """A paper of an organisation's period; returns how many occurrences it has. Raises as `of_activity`."""
        period = period_of(wish)
        organisation = await self._organisation_name(wish.organisation_id)

        async def tenths(done: int) -> None:
            await told(done, 10, 0)

        found = await organisations.found(self._reports, wish.organisation_id, period, tenths)
        facts = [("时间", f"{period.first:%Y-%m-%d} – {period.last:%Y-%m-%d}，共 {period.days} 天")]
        blocks = organisation_report.blocks_of(found)
        made = words.made_at(now_us(), wish.zone)
        await self._written(_paper(texts.ORGANISATION_REPORT, organisation, facts, blocks, made), path)
        return found.over_time.whole[OCCURRENCES]

    async def _report(self, gathering: Gathering, wish: Wish, organisation: str, told: Told) -> tuple[Paper, int]:
        slots = _slots(gathering, wish)
        looked = await look(gathering, slots, wish.wanted.group, told)
        if wish.report is Report.ACTIVITY:
            await rule(looked)
        names, state = await _names(looked), _state(gathering)
        if wish.report is Report.SIGN_SHEET:
            blocks = sign_sheet.blocks_of(looked, names, state)
        else:
            before = await self._before(looked, wish.wanted.group)
            is_over = gathering.activity.is_cancelled or all(slot.is_settled(now_us()) for slot in slots)
            blocks = activity_report.blocks_of(Seen(looked, names, before, state, is_over))
        facts = [("组织", organisation), ("时间", words.span(slots)), ("范围", _scope(wish, gathering))]
        made = words.made_at(now_us(), gathering.zone)
        return _paper(_KINDS[wish.report], gathering.activity.title, facts, blocks, made), looked.people

    async def _before(self, looked: Looked, group: str) -> LastTime | None:
        """The rate of the occurrence before the last one."""
        if len(looked.turnouts) > 1:
            before = looked.turnouts[-2]
            rate = before.tally.rate
            return None if rate is None else LastTime(words.when(before.slot)[:5], rate)
        return await self._earlier.before(looked.turnouts[0].slot, group)

    async def _proofs(self, gathering: Gathering, wish: Wish, organisation: str, told: Told) -> tuple[Paper, int]:
        now = now_us()
        until = proofs.until_of(wish, now)
        found = await proofs.attested(gathering, wish, until, told)
        signing = proofs.Signing(self._signed.keys, self._signed.public_url, now)
        return proofs.proofs_of(gathering, found, wish, organisation, until, signing), len(found)

    async def _written(self, paper: Paper, path: Path) -> None:
        content = await self._print(paper)
        await asyncio.to_thread(path.write_bytes, content)


def _paper(kind: str, title: str, facts: Sequence[tuple[str, str]], blocks: Sequence[Block], made: str) -> ReportPaper:
    return ReportPaper(kind, title, [*facts, ("生成", made)], blocks, f"生成于 {made}")


def _slots(gathering: Gathering, wish: Wish) -> list[Slot]:
    """The occurrences of a paper: those that have opened, or, while none has, all that are to come."""
    slots, now = slots_of([gathering], wish.from_at, wish.to_at), now_us()
    slots = [slot for slot in slots if slot.window.opens_at <= now] or slots
    if not slots:
        raise WishNotMadeError("NOTHING_HELD")
    if len(slots) > MOST_SLOTS:
        raise WishNotMadeError("TOO_MANY_OCCURRENCES")
    return slots


async def rule(looked: Looked) -> None:
    """Notes who decided on those that are listed as doubtful."""
    rulings = await looked.gathering.rulings([each.person for each in looked.doubtful if each.person])
    looked.doubtful = [
        each._replace(ruling=rulings.get((each.slot.window.occurrence_id, each.key))) for each in looked.doubtful
    ]


async def _names(looked: Looked) -> Mapping[bytes, Named]:
    """The names of everybody whom a paper lists."""
    noted = [*looked.late, *looked.absent, *looked.leave, *looked.doubtful]
    keys = [*dict.fromkeys([each.key for each in looked.attended] or [each.key for each in noted])]
    gathering, found = looked.gathering, dict[bytes, Named]()
    for first in range(0, len(keys), _NAMES_AT_ONCE):
        some = keys[first : first + _NAMES_AT_ONCE]
        people = [*gathering.scene.people(some, ())]
        lines = await gathering.lines(people, (), shows_phones=False)
        found |= {key: named(line) for key, line in zip(some, lines, strict=True)}
    return found


def _state(gathering: Gathering) -> str:
    activity = gathering.activity
    if activity.is_cancelled:
        return "活动已取消。以下是取消前的记录。"
    return "这是一次演练，不计入统计。" if activity.is_rehearsal else ""


def _scope(wish: Wish, gathering: Gathering) -> str:
    parts: Collection[str] = (
        f"分组“{wish.wanted.group}”" if wish.wanted.group else "全部人员",
        f"{words.day_and_clock(wish.from_at, gathering.zone)} 起" if wish.from_at else "",
        f"{words.day_and_clock(wish.to_at, gathering.zone)} 止" if wish.to_at else "",
    )
    return "，".join(filter(None, parts))
