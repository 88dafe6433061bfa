"""Names, refresh tokens and roles: who may do what, and what a used token means."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from servicekit.clock import SECOND_US
from servicekit.errors import InvalidArgumentError, NotFoundError, PermissionDeniedError
from services.identity import domain
from services.identity.domain import Family, Refresh, Role
from services.identity.errors import LastOwnerError, RefreshTokenError

NOW = 1_790_000_000 * SECOND_US
CURRENT, PREVIOUS, OLDER = b"c" * 32, b"p" * 32, b"o" * 32
PHONE, OTHER = b"d" * 32, b"x" * 32
FAMILY = Family(
    CURRENT,
    PREVIOUS,
    rotated_at=NOW,
    expires_at=NOW + domain.REFRESH_LIFE_US,
    revoked_at=None,
    rotated_by=PHONE,
)
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("given", "kept"), [("  王小明 ", "王小明"), ("👨‍👩‍👧 Li", "👨‍👩‍👧 Li"), ("x" * 64, "x" * 64)])
def test_names_are_kept_without_white_space_around(given: str, kept: str) -> None:
    """Letters of any script are fine."""
    assert domain.clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "  ", "x" * 65, "a\nb", "a\x00b", "evil\u202eemosdnah", "a\u2066b", "a\u2028b"])
def test_names_that_hide_or_turn_text_are_refused(given: str) -> None:
    """The refusal names the field."""
    with pytest.raises(InvalidArgumentError) as refusal:
        domain.clean_name(given)

    assert [error.field for error in refusal.value.fields] == ["name"]


def test_the_current_token_rotates() -> None:
    """It is the one thing that goes on without further questions."""
    assert all(domain.judge_refresh(FAMILY, CURRENT, device, NOW) is Refresh.ROTATE for device in (PHONE, OTHER, None))


@pytest.mark.parametrize(
    ("after_us", "verdict"), [(0, "REPEAT"), (120 * SECOND_US, "REPEAT"), (120 * SECOND_US + 1, "REVOKE")]
)
def test_the_predecessor_is_served_for_two_minutes(after_us: int, verdict: str) -> None:
    """A lost answer signs nobody out; a token used later is a stolen one."""
    assert domain.judge_refresh(FAMILY, PREVIOUS, PHONE, NOW + after_us) is Refresh[verdict]


@pytest.mark.parametrize("device", [OTHER, None])
def test_the_predecessor_is_served_to_the_same_device_only(device: bytes | None) -> None:
    """Whoever else has it stole it, or was stolen from."""
    assert domain.judge_refresh(FAMILY, PREVIOUS, device, NOW) is Refresh.REVOKE


@pytest.mark.parametrize("device", [PHONE, None])
@pytest.mark.parametrize(("after_us", "verdict"), [(10 * SECOND_US, "REPEAT"), (10 * SECOND_US + 1, "REVOKE")])
def test_a_device_that_did_not_say_which_it_is_has_ten_seconds(
    device: bytes | None, after_us: int, verdict: str
) -> None:
    """Nobody can tell it from another one, so the grace is as short as it was."""
    family = replace(FAMILY, rotated_by=None)
    assert domain.judge_refresh(family, PREVIOUS, device, NOW + after_us) is Refresh[verdict]


def test_every_try_of_a_phone_is_well_within_the_grace() -> None:
    """What it waits for an answer at most, twice, and the pause between: else one lost answer costs the session."""
    text = (ROOT / "miniprogram" / "services" / "transport.js").read_text(encoding="utf-8")
    waits_ms = {name: int(ms) for name, ms in re.findall(r"^const (\w+_MS) = (\d+)$", text, re.MULTILINE)}
    longest_ms = 2 * (waits_ms["TIMEOUT_MS"] + waits_ms["FORGOTTEN_MS"]) + waits_ms["LONGEST_PAUSE_MS"]
    assert 3 * longest_ms * 1000 <= domain.REFRESH_GRACE_US


def test_an_older_token_ends_the_family_at_once() -> None:
    """The grace is for the immediate predecessor only."""
    assert domain.judge_refresh(FAMILY, OLDER, PHONE, NOW) is Refresh.REVOKE


@pytest.mark.parametrize("over", [{"revoked_at": NOW}, {"expires_at": NOW}])
@pytest.mark.parametrize("token", [CURRENT, PREVIOUS, OLDER])
def test_a_session_that_is_over_gives_nothing(over: dict[str, Any], token: bytes) -> None:
    """Revoked and expired sessions refuse every token alike."""
    with pytest.raises(RefreshTokenError):
        domain.judge_refresh(replace(FAMILY, **over), token, PHONE, NOW)


def verdict(check: Callable[[], None]) -> str:
    """`ok`, or what the check raises, in short."""
    try:
        check()
    except (NotFoundError, PermissionDeniedError, LastOwnerError) as error:
        return error.reason
    return "ok"


@pytest.mark.parametrize(
    ("actor", "may_give"),
    [
        (Role.NONE, {}),
        (Role.MEMBER, {}),
        (Role.STAFF, {}),
        (Role.ORGANISER, {Role.MEMBER, Role.STAFF}),
        (Role.OWNER, {Role.MEMBER, Role.STAFF, Role.ORGANISER, Role.OWNER}),
    ],
)
def test_roles_are_given_and_taken_by_rank(actor: Role, may_give: set[Role]) -> None:
    """Organisers manage members and staff, only owners manage organisers and owners, strangers learn nothing."""
    refusal = "NOT_FOUND" if actor is Role.NONE else "PERMISSION_DENIED"
    for role in list(Role)[1:]:
        expected = "ok" if role in may_give else refusal
        given = verdict(partial(domain.check_may_give, actor, role, is_oneself=False))
        taken = verdict(partial(domain.check_may_give, actor, role, Role.MEMBER, is_oneself=False))
        removed = verdict(partial(domain.check_may_remove, actor, role, is_oneself=False, owners=2))
        assert [given, taken, removed] == [expected] * 3


@pytest.mark.parametrize("actor", [Role.ORGANISER, Role.OWNER])
def test_nobody_changes_their_own_role(actor: Role) -> None:
    """The actor is never the subject."""
    with pytest.raises(PermissionDeniedError):
        domain.check_may_give(actor, actor, Role.MEMBER, is_oneself=True)


@pytest.mark.parametrize(
    ("actor", "owners", "expected"),
    [
        (Role.NONE, 1, "NOT_FOUND"),
        (Role.MEMBER, 1, "ok"),
        (Role.ORGANISER, 1, "ok"),
        (Role.OWNER, 2, "ok"),
        (Role.OWNER, 1, "LAST_OWNER"),
    ],
)
def test_everybody_leaves_save_the_last_owner(actor: Role, owners: int, expected: str) -> None:
    """Leaving is the one thing people do to themselves."""
    assert verdict(lambda: domain.check_may_remove(actor, actor, is_oneself=True, owners=owners)) == expected


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.NONE, "NOT_FOUND"), (Role.MEMBER, "PERMISSION_DENIED"), (Role.STAFF, "ok")]
)
def test_staff_see_the_members(role: Role, sees: str) -> None:
    """Plain members do not, and strangers are told that there is no such organisation."""
    assert verdict(lambda: domain.check_may_list(role)) == sees


@pytest.mark.parametrize("role", [-1, 0, 5])
def test_only_real_roles_can_be_given(role: int) -> None:
    """UNSPECIFIED and unknown numbers are refused by field."""
    with pytest.raises(InvalidArgumentError):
        domain.check_role(role)
