"""The sign sheet (签到表) with times: who is expected at each occurrence, and whoever else came, as they did. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.reporting.domain import Counted
from services.reporting.exports import texts
from services.reporting.exports.attendance import Slot
from services.reporting.papers import words
from services.reporting.papers.blocks import Block, Column, Figure, Figures, Heading, Notice, Table, cell
from services.reporting.papers.people import NOBODY, Named
from services.reporting.papers.turnout import Looked

# More rows are no sheet that anybody reads.
MOST_ROWS = 3000
_COLUMNS = (
    Column("序号", 0.5, "right"),
    Column("姓名", 1.2),
    Column("编号", 1.4),
    Column("分组", 1.1),
    Column("签到", 0.7),
    Column("签退", 0.7),
    Column("状态", 0.9),
    Column("方式", 0.9),
)


class _Sheet(NamedTuple):
    """One occurrence: how many it has, and its rows."""

    slot: Slot
    number: int


def blocks_of(looked: Looked, named: Mapping[bytes, Named], state: str) -> list[Block]:
    """A section for each occurrence, the first on the first page."""
    blocks: list[Block] = [Notice(state)] if state else []
    if not looked.attended:
        blocks.append(
            Notice(
                f"共 {words.amount(looked.people)} 人，超过 {words.amount(MOST_ROWS)} 行，请按分组导出，或导出 Excel。"
            )
        )
    for number, turnout in enumerate(looked.turnouts):
        counts = turnout.tally.counts
        blocks += [
            Heading(words.when(turnout.slot), begins_page=number > 0),
            Figures(
                [
                    Figure(
                        texts.EXPECTED, words.amount(counts[texts.EXPECTED]) if counts[texts.EXPECTED] else words.NONE
                    ),
                    Figure(texts.CAME, words.amount(counts[texts.CAME])),
                    Figure("签到率", words.share(turnout.tally.rate)),
                    Figure(texts.LATE, words.amount(counts[texts.LATE])),
                    Figure(texts.LEAVE, words.amount(counts[texts.LEAVE])),
                ]
            ),
        ]
        if looked.attended:
            blocks.append(Table(_COLUMNS, rows_of(looked, number, named)))
    return blocks


def rows_of(looked: Looked, number: int, named: Mapping[bytes, Named]) -> Sequence[Sequence[str]]:
    """The people of one occurrence: who is expected, then who was there all the same."""
    scene, zone = looked.gathering.scene, looked.gathering.zone
    rows = list[list[str]]()
    for each in looked.attended:
        word, person = each.words[number], each.tried[number]
        if not word and scene.member(each.key) is None:
            continue
        who = named.get(each.key, NOBODY)
        came, left, way = _times(person)
        times = [words.clock(came, zone), words.clock(left, zone)]
        told = [
            cell(who.name),
            *(cell(each) or words.NONE for each in (who.number, who.group)),
            *times,
            word or words.NONE,
            way,
        ]
        rows.append([str(len(rows) + 1), *told])
    return rows


def _times(person: Counted | None) -> tuple[int, int, str]:
    """When somebody came and left, and how; of who has not come, never."""
    if person is None or not person.seat.is_held:
        return 0, 0, words.NONE
    return person.seat.at, person.presence.left_at, words.method(person.seat.method)
