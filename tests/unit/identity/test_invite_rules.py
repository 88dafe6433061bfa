"""What an invite may be, and what it leads to."""

from dataclasses import replace

import pytest

from domainkit.organisations import ACTIVITY_STAFF_GRACE_US
from servicekit.clock import SECOND_US
from servicekit.errors import InvalidArgumentError
from services.identity import invite_rules
from services.identity.domain import Activity, Role
from services.identity.errors import InviteUnknownError
from services.identity.invite_rules import DAY_US, NewInvite

NOW = 1_790_000_000 * SECOND_US
MEMBERS = NewInvite(b"o" * 16, Role.MEMBER, 30, NOW + DAY_US, group="三班")
HELPERS = NewInvite(b"o" * 16, Role.STAFF, 2, NOW + DAY_US, activity_id=b"a" * 16)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (replace(MEMBERS, role=Role.OWNER), "role"),
        (replace(MEMBERS, uses=0), "uses"),
        (replace(MEMBERS, uses=501), "uses"),
        (replace(MEMBERS, expires_at=NOW), "expires_at"),
        (replace(MEMBERS, expires_at=NOW + 366 * DAY_US), "expires_at"),
        (replace(HELPERS, role=Role.MEMBER), "activity_id"),
        (replace(HELPERS, role=Role.ORGANISER), "activity_id"),
        (replace(HELPERS, group="三班"), "group"),
    ],
)
def test_what_no_invite_can_be_names_its_field(new: NewInvite, field: str) -> None:
    """Only staff are staff of one activity, and a group is of members."""
    with pytest.raises(InvalidArgumentError) as refused:
        invite_rules.check_invite(new, NOW)
    assert [fault.field for fault in refused.value.fields] == [field]


@pytest.mark.parametrize("new", [MEMBERS, HELPERS, replace(MEMBERS, uses=500, expires_at=NOW + 365 * DAY_US)])
def test_other_invites_are_made(new: NewInvite) -> None:
    """To the organisation with a group, or to one activity."""
    invite_rules.check_invite(new, NOW)


def test_a_code_is_read_as_people_type_it() -> None:
    """Small letters, spaces and dashes; what cannot be one is none."""
    code = invite_rules.new_invite_code()
    assert invite_rules.clean_invite_code(f" {code[:5].lower()}-{code[5:]} ") == code
    for text in ("", code[:-1], code + "A", code[:-1] + "!"):
        with pytest.raises(InviteUnknownError):
            invite_rules.clean_invite_code(text)


def test_staff_of_an_activity_end_a_day_after_it() -> None:
    """Wherever its end moves."""
    activity = Activity(b"a" * 16, b"o" * 16, "讲座", NOW)
    assert activity.staffed_until == NOW + ACTIVITY_STAFF_GRACE_US
    assert replace(activity, closes_at=NOW + DAY_US).staffed_until == NOW + 2 * DAY_US
