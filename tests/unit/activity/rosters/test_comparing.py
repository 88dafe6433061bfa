"""What a file would change."""

from typing import Any

from servicekit import ids
from services.activity.rosters.comparing import Kind, compare
from services.activity.rosters.entries import Column, Entry
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.sealing import Said

NAME, NUMBER, PHONE, GROUP = (Column(word, word) for word in ("name", "number", "phone", "group"))
SEAT = Column("座位", "extra")


def on_it(name: str, number: str = "", phone: str = "", group: str = "", **said: Any) -> Listed:
    """Somebody on the roster."""
    return Listed(ids.new_id(), Said(name, number, phone, **said), group)


def changes(columns: list[Column], people: list[Entry], *current: Listed) -> list[tuple[str, str]]:
    """What happens to whom."""
    found, _ = compare(columns, people, current)
    return [(change.kind.name, change.listed.said.name) for change in found]


def test_a_number_says_who_somebody_is() -> None:
    """Whatever their name is; the others are new or missing."""
    people = [Entry(2, "王大明", "1"), Entry(3, "李小红", "2")]

    found, unchanged = compare([NAME, NUMBER], people, [on_it("王小明", "1"), on_it("赵六", "3")])

    assert [(change.kind, change.listed.said.name) for change in found] == [
        (Kind.CHANGED, "王大明"),
        (Kind.ADDED, "李小红"),
        (Kind.MISSING, "赵六"),
    ]
    assert unchanged == 0


def test_without_numbers_name_and_phone_say_it() -> None:
    """Of a file without phones the name; who has a number and is given another is somebody else."""
    one, two = on_it("王小明", phone="13800000001"), on_it("王小明", phone="13800000002")

    assert changes([NAME, PHONE], [Entry(2, "王小明", phone="13800000002")], one, two) == [("MISSING", "王小明")]
    assert changes([NAME], [Entry(2, "王小明"), Entry(3, "王小明")], one, two) == []
    assert changes([NAME, NUMBER], [Entry(2, "王小明", "7")], one) == [("CHANGED", "王小明")]
    assert changes([NAME, NUMBER], [Entry(2, "王小明", "7")], on_it("王小明", "8")) == [
        ("ADDED", "王小明"),
        ("MISSING", "王小明"),
    ]


def test_two_of_one_name_are_two() -> None:
    """As many as the file has more are new."""
    people = [Entry(line, "张三") for line in (2, 3, 4)]

    assert changes([NAME], people, on_it("张三"), on_it("张三")) == [("ADDED", "张三")]


def test_what_the_file_has_no_column_for_stays() -> None:
    """An empty cell of a column it has empties what was there."""
    before = on_it("王小明", "1", "13800000001", "一班", note="n", extra={"座位": "A1", "桌号": "3"})

    [change], _ = compare([NAME, NUMBER, GROUP, SEAT], [Entry(2, "王小明", "1")], [before])

    assert change.listed == Listed(before.entry_id, Said("王小明", "1", "13800000001", "n", {"桌号": "3"}), group="")


def test_new_people_stand_in_the_order_of_the_file() -> None:
    """Lists and files are ordered by their ids."""
    found, _ = compare([NAME], [Entry(line, f"人{line}") for line in range(50)], [])

    assert [change.listed.entry_id for change in found] == sorted(change.listed.entry_id for change in found)
