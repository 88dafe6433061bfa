"""What operators may turn on, for how long, and what is on."""

from dataclasses import replace

import pytest

from deploy.operate.switch import Switch, WrongUseError, on, render, wanted
from servicekit.clock import SECOND_US, now_us

_NOW = 1_000 * SECOND_US
_MUTED = Switch("mute-signal", "DEVICE_NEW", 0, _NOW, _NOW + 600 * SECOND_US, "sre", "false alarms after an update")


def test_the_newest_row_of_a_switch_counts() -> None:
    """A row that expires as it is set ends it; another signal is another switch."""
    ended = replace(_MUTED, set_at=_NOW + 1, expires_at=_NOW + 1)
    other = replace(_MUTED, signal="DEVICE_SHARED")
    assert on([ended, other, _MUTED], _NOW + 2) == [other]


def test_an_expired_switch_is_off() -> None:
    """Without anybody ending it."""
    assert on([_MUTED], _MUTED.expires_at) == []


def test_a_switch_keeps_who_why_and_until_when() -> None:
    """From the moment it is set."""
    before = now_us()
    switch = wanted("lengthen-grace", "30", 600, "sre", "slow campus network")
    assert (switch.grace_s, switch.signal, switch.set_by, switch.reason) == (30, "", "sre", "slow campus network")
    assert switch.set_at >= before
    assert switch.expires_at - switch.set_at == 600 * SECOND_US


@pytest.mark.parametrize(
    ("word", "value", "for_s", "by", "reason", "complaint"),
    [
        ("force-id-only", "", 600, "sre", " ", "--reason is needed"),
        ("force-id-only", "", 600, "", "why", "--by is needed"),
        ("force-id-only", "", 90_000, "sre", "why", "at most 1 d"),
        ("force-id-only", "yes", 600, "sre", "why", "takes no value"),
        ("mute-signal", "NOISE", 600, "sre", "why", "FENCE_OUTSIDE"),
        ("lengthen-grace", "", 600, "sre", "why", "wants seconds"),
        ("lengthen-grace", "301", 600, "sre", "why", "1 to 300"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    word: str, value: str, for_s: float, by: str, reason: str, complaint: str
) -> None:
    """Before anything is written."""
    with pytest.raises(WrongUseError, match=complaint):
        wanted(word, value, for_s, by, reason)


def test_ending_names_the_signal_but_no_seconds() -> None:
    """Which of several muted signals is meant has to be said."""
    assert wanted("lengthen-grace", "", 0, "sre", "over").grace_s == 0
    assert wanted("mute-signal", "DEVICE_NEW", 0, "sre", "over").signal == "DEVICE_NEW"
    with pytest.raises(WrongUseError):
        wanted("mute-signal", "", 0, "sre", "over")


def test_the_list_says_for_how_long_and_why() -> None:
    """One line each."""
    lines = [*render([_MUTED], _NOW + 60 * SECOND_US)]
    assert lines[1].startswith("mute-signal DEVICE_NEW  9 min")
    assert lines[1].endswith("false alarms after an update")
    assert [*render([], _NOW)] == ["No switch is on."]


def test_an_ended_row_is_shown_as_over() -> None:
    """However long it was meant to last."""
    ended = replace(_MUTED, set_at=_NOW + 1, expires_at=_NOW + 1)
    assert [line.split()[2] for line in [*render([ended, _MUTED], _NOW + 2)][1:]] == ["over", "over"]
