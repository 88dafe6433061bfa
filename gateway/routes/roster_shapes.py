"""Shapes of rosters and of those who are on them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, UnsetType

from domainkit import entry_codes
from gateway.http.fields import IdText, Input, NextPageToken, Page, Time
from protos.activity.v1 import rosters_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

HowName = Literal["phone", "invite", "staff"]
_HOWS: dict[int, HowName] = {
    pb.RosterEntry.Bound.HOW_PHONE: "phone",
    pb.RosterEntry.Bound.HOW_INVITE: "invite",
    pb.RosterEntry.Bound.HOW_STAFF: "staff",
}

RosterTitle = Annotated[str, Meta(max_length=100, examples=["2026 级新生"])]
PersonName = Annotated[str, Meta(max_length=64, examples=["王小明"])]
Number = Annotated[str, Meta(max_length=64, examples=["2026001"])]
Group = Annotated[str, Meta(max_length=64, examples=["一班"])]
Note = Annotated[str, Meta(max_length=64, examples=["第一排"])]
Heading = Annotated[str, Meta(max_length=64, examples=["座位"])]
Said = Annotated[str, Meta(max_length=64, examples=["A7"])]
_EXTRA = "What else is known, at most eight columns by their headings."
MaskedPhone = Annotated[str, Meta(description="Masked.", examples=["138****0000"])]
Extra = Annotated[dict[Heading, Said], Meta(description=_EXTRA)]
_QUERY = "Two Han characters or three others of a name, a whole number, or a phone's last four digits."


class NewRoster(Input):
    """A roster to make; people are put on it afterwards."""

    title: RosterTitle


class NewExtraColumn(Input):
    """A column of what else is known of people, and whether each is shown what it says of them."""

    heading: Heading
    is_shown: bool = False


class RosterChanges(Input):
    """What is given is said anew; of `extra` all columns, at most eight."""

    title: RosterTitle | UnsetType = msgspec.UNSET
    extra: Annotated[list[NewExtraColumn], Meta(max_length=8)] | UnsetType = msgspec.UNSET


class ExtraColumn(msgspec.Struct):
    """See `NewExtraColumn`."""

    heading: Heading
    is_shown: bool


class Roster(msgspec.Struct):
    """A list of people whom activities may expect. `revision` grows whenever who is on it changes."""

    id: IdText
    organisation_id: IdText
    title: RosterTitle
    revision: int
    extra: list[ExtraColumn]
    entries: Annotated[int, Meta(description="How many are on it now.")]
    bound: Annotated[int, Meta(description="Of how many somebody said that it is them.")]
    created_at: Time


class Rosters(msgspec.Struct):
    """A page of rosters."""

    rosters: list[Roster]
    next_page_token: NextPageToken


class RosterGroup(msgspec.Struct):
    """A group and how many are in it; "" is those of none."""

    group: Group
    entries: int


class RosterGroups(msgspec.Struct):
    """All groups of a roster."""

    groups: list[RosterGroup]


class NewRosterEntry(Input):
    """A person to expect. A `phone` that is told masked stays the one that is known."""

    name: PersonName
    number: Number = ""
    phone: Annotated[str, Meta(max_length=32, examples=["13800000000"])] = ""
    group: Group = ""
    note: Note = ""
    extra: Annotated[dict[Heading, Said], Meta(max_length=8, description=_EXTRA)] = {}


class BoundTo(msgspec.Struct):
    """Who an entry is, and how that became known."""

    user_id: IdText
    how: HowName | None
    since: Time


class RosterEntry(msgspec.Struct):
    """A person on a roster. `bound` is null until somebody said in this organisation that it is them."""

    id: IdText
    name: PersonName
    number: Number
    phone: MaskedPhone
    group: Group
    note: Note
    extra: Extra
    bound: BoundTo | None
    entry_code: Annotated[str, Meta(description="As on a label.", examples=["K7MCF-GHJ4R"])]


class RosterEntries(msgspec.Struct):
    """A page of entries."""

    entries: list[RosterEntry]
    next_page_token: NextPageToken


class EntryQuery(Page):
    """Which entries."""

    q: Annotated[str, Meta(max_length=64, description=_QUERY, examples=["小明"])] = ""
    group: Annotated[Group | None, Meta(description="Empty: those of none.")] = None
    is_bound: bool | None = None


def to_roster(roster: pb.Roster) -> Roster:
    """A roster as clients get it."""
    return Roster(
        id=to_text(roster.roster_id),
        organisation_id=to_text(roster.organisation_id),
        title=roster.title,
        revision=roster.revision,
        extra=[ExtraColumn(column.heading, column.is_shown) for column in roster.extra],
        entries=roster.entries,
        bound=roster.bound,
        created_at=to_rfc3339(roster.created_at),
    )


def entry_to_message(body: NewRosterEntry, entry_id: bytes = b"") -> pb.RosterEntry:
    """What a client says of a person."""
    return pb.RosterEntry(
        entry_id=entry_id,
        name=body.name,
        number=body.number,
        phone=body.phone,
        group=body.group,
        note=body.note,
        extra=body.extra,
    )


def to_entry(entry: pb.RosterEntry) -> RosterEntry:
    """An entry as clients get it."""
    return RosterEntry(
        id=to_text(entry.entry_id),
        name=entry.name,
        number=entry.number,
        phone=entry.phone,
        group=entry.group,
        note=entry.note,
        extra=dict(entry.extra),
        bound=_to_bound(entry.bound) if entry.HasField("bound") else None,
        entry_code=entry_codes.printed(entry_codes.code_of(entry.entry_id)),
    )


def _to_bound(bound: pb.RosterEntry.Bound) -> BoundTo:
    return BoundTo(to_text(bound.user_id), _HOWS.get(bound.how), to_rfc3339(bound.since))
