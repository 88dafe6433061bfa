"""PrintLabels and PrintSignSheet on MariaDB: for whom, and of whom."""

from typing import Any

import pytest

from protos.activity.v1 import door_pb2 as pb
from servicekit import ids
from servicekit.errors import InvalidArgumentError, NotFoundError
from services.activity.rosters.sealing import Said
from tests.contract.activity.door.conftest import LI, Door


def fields(refusal: pytest.ExceptionInfo[InvalidArgumentError]) -> list[str]:
    """Which are at fault."""
    return [fault.field for fault in refusal.value.fields]


async def test_labels_are_for_staff_of_the_organisation(door: Door) -> None:
    """Of all, or of one group; staff of the activity alone read that there is no such roster."""
    await door.enter()
    await door.enter(LI, group="二组")
    for asked in ({}, {"group": "二组"}):
        pieces = await door.printed("PrintLabels", pb.PrintLabelsRequest(roster_id=door.roster_id, **asked))
        assert b"".join(pieces).startswith(b"%PDF")
    for who in (door.alone, ids.new_id()):
        with pytest.raises(NotFoundError):
            await door.printed("PrintLabels", pb.PrintLabelsRequest(roster_id=door.roster_id), who)


async def test_labels_of_nobody_are_refused(door: Door) -> None:
    """With the field and the cure."""
    with pytest.raises(InvalidArgumentError) as refusal:
        await door.printed("PrintLabels", pb.PrintLabelsRequest(roster_id=door.roster_id))
    assert fields(refusal) == ["roster_id"]
    await door.enter(Said("王小明"))
    with pytest.raises(InvalidArgumentError) as refusal:
        await door.printed("PrintLabels", pb.PrintLabelsRequest(roster_id=door.roster_id, group="三组"))
    assert fields(refusal) == ["group"]


async def test_a_sheet_is_for_staff_of_the_activity(door: Door) -> None:
    """Those of it alone too, with a roster and without one."""
    await door.enter()
    for roster_id in (door.roster_id, None):
        activity = await door.held(roster_id=roster_id)
        door.roles.alone = {(activity.activity_id, door.alone)}
        request = pb.PrintSignSheetRequest(activity_id=activity.activity_id, blank_rows=3)
        for who in (door.alone, door.staff):
            assert b"".join(await door.printed("PrintSignSheet", request, who)).startswith(b"%PDF")
        with pytest.raises(NotFoundError):
            await door.printed("PrintSignSheet", request, ids.new_id())


@pytest.mark.parametrize(
    ("said", "field"), [({"blank_rows": 501}, "blank_rows"), ({"group": "三组"}, "group"), ({"group": ""}, "group")]
)
async def test_what_a_sheet_cannot_have_is_named(door: Door, said: dict[str, Any], field: str) -> None:
    """Too many rows, a group that is none, and a group where there is no roster."""
    activity = await door.held(roster_id=None if said.get("group") == "" else door.roster_id)
    with pytest.raises(InvalidArgumentError) as refusal:
        await door.printed("PrintSignSheet", pb.PrintSignSheetRequest(activity_id=activity.activity_id, **said))
    assert fields(refusal) == [field]
