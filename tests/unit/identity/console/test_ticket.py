"""Tickets of the console: what becomes of them, and who may do what with them."""

import pytest

from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.errors import InvalidArgumentError
from services.identity.console.ticket import (
    LIFE_US,
    REDEEM_US,
    Approval,
    Place,
    Purpose,
    State,
    Ticket,
    a_machine,
    a_place,
    check_phone,
    digest,
    new_ticket,
)
from services.identity.domain import Kind, Machine
from services.identity.errors import (
    PhoneOnlyError,
    TicketOthersError,
    TicketOverError,
    TicketUnknownError,
    TicketUsedError,
)

NOW = now_us()
SOMEBODY = ids.new_id()


def a_ticket(**changes: object) -> Ticket:
    """One of which the browser shows 42."""
    values: dict[str, object] = {
        "ticket_id": bytes(16),
        "secret_hash": digest("secret"),
        "digits": "42",
        "machine": Machine("Chrome", "Windows"),
        "created_at": NOW,
    }
    return Ticket(**(values | changes))  # type: ignore[arg-type]


LIBRARY = Place("图书馆", 25.04, 102.71)


def approved(at: int = NOW, **changes: object) -> Ticket:
    """One that somebody approved."""
    return a_ticket(user_id=SOMEBODY, approved_at=at, **changes)


@pytest.mark.parametrize(
    ("ticket", "after_us", "state"),
    [
        (a_ticket(), 0, State.PENDING),
        (a_ticket(), LIFE_US - 1, State.PENDING),
        (a_ticket(), LIFE_US, State.EXPIRED),
        (a_ticket(wrong=1), 0, State.PENDING),
        (a_ticket(wrong=2), 0, State.DENIED),
        (a_ticket(denied_at=NOW), LIFE_US, State.DENIED),
        (approved(), LIFE_US - 1, State.APPROVED),
        (approved(), LIFE_US, State.EXPIRED),
        (approved(NOW + LIFE_US - SECOND_US), LIFE_US + SECOND_US, State.APPROVED),
        (approved(NOW + LIFE_US - SECOND_US), LIFE_US + REDEEM_US, State.EXPIRED),
        (approved(used_at=NOW), 2 * LIFE_US, State.APPROVED),
        (approved(denied_at=NOW), 0, State.DENIED),
    ],
)
def test_a_ticket_waits_two_minutes_and_is_told_what_became_of_it(ticket: Ticket, after_us: int, state: State) -> None:
    """Approved in its last second it is still worth a session; denied it stays, used it stays."""
    assert ticket.state(NOW + after_us) is state


def test_no_two_tickets_share_anything_that_can_be_guessed() -> None:
    """The secret is nowhere in what is kept, and the digits are two, zeros included."""
    made = [new_ticket(Machine(), NOW) for _ in range(200)]

    assert len({ticket.ticket_id for ticket, _ in made}) == len({secret for _, secret in made}) == 200
    assert all(ticket.secret_hash == digest(secret) and len(secret) == 43 for ticket, secret in made)
    assert {len(ticket.digits) for ticket, _ in made} == {2} and len({ticket.digits for ticket, _ in made}) > 50


def test_only_the_browser_that_opened_it_is_answered_and_only_until_it_was_let_in() -> None:
    """Another secret reads like a ticket that nobody has."""
    a_ticket().check_redeemable("secret")
    with pytest.raises(TicketUnknownError):
        a_ticket().check_redeemable("secret-")
    with pytest.raises(TicketUnknownError):
        approved(used_at=NOW).check_redeemable("")
    with pytest.raises(TicketUsedError):
        approved(used_at=NOW).check_redeemable("secret")


def test_the_digits_of_the_screen_approve_and_a_repeat_is_one() -> None:
    """Somebody else comes too late, and so does everybody once it is over."""
    assert a_ticket().judge(SOMEBODY, "42", NOW) is Approval.APPROVE
    assert a_ticket().judge(SOMEBODY, "24", NOW) is Approval.REFUSE
    assert approved().judge(SOMEBODY, "42", NOW) is Approval.REPEAT
    for ticket, who, state in (
        (approved(), ids.new_id(), "approved"),
        (a_ticket(wrong=2), SOMEBODY, "denied"),
        (a_ticket(created_at=NOW - LIFE_US), SOMEBODY, "expired"),
    ):
        with pytest.raises(TicketOverError) as caught:
            ticket.judge(who, "42", NOW)
        assert caught.value.metadata == {"state": state}


def test_an_approval_is_taken_back_by_who_gave_it_until_it_was_used() -> None:
    """What waits can be refused by anybody who sees it."""
    a_ticket().check_deniable(ids.new_id(), NOW)
    approved().check_deniable(SOMEBODY, NOW)
    a_ticket(denied_at=NOW).check_deniable(SOMEBODY, NOW)
    for ticket, who in ((approved(), ids.new_id()), (approved(used_at=NOW), SOMEBODY)):
        with pytest.raises(TicketOverError):
            ticket.check_deniable(who, NOW)


def test_only_a_phone_lets_others_in() -> None:
    """A console could otherwise make more of itself, and a session that is over anything."""
    check_phone(Kind.PHONE)
    for kind in (Kind.CONSOLE, None):
        with pytest.raises(PhoneOnlyError):
            check_phone(kind)


def test_a_machine_has_short_plain_names() -> None:
    """What would change how the rest is shown is refused by name."""
    assert a_machine(" Edge ", "") == Machine("Edge", "")
    for browser, platform, field in (("x" * 33, "", "browser"), ("", "a\u202eb", "platform")):
        with pytest.raises(InvalidArgumentError) as caught:
            a_machine(browser, platform)
        assert [each.field for each in caught.value.fields] == [field]


def test_what_asks_for_a_place_is_no_sign_in_and_its_persons_alone() -> None:
    """And the other way round."""
    place, _ = new_ticket(Machine("", ""), NOW, SOMEBODY)
    place.check_purpose(Purpose.PLACE)
    place.check_asker(SOMEBODY)
    a_ticket().check_asker(SOMEBODY)
    for ticket, purpose in ((place, Purpose.SIGN_IN), (a_ticket(), Purpose.PLACE)):
        with pytest.raises(TicketUnknownError):
            ticket.check_purpose(purpose)
    with pytest.raises(TicketOthersError):
        place.check_asker(ids.new_id())


def test_a_ticket_is_worth_one_place() -> None:
    """A repeat is none, another place or time too late."""
    assert not a_ticket(asked_by=SOMEBODY).is_answered_by(LIBRARY, NOW)
    assert approved(asked_by=SOMEBODY, place=LIBRARY).is_answered_by(LIBRARY, NOW)
    other = approved(place=Place("", 25.04, 102.71))
    for ticket in (other, a_ticket(denied_at=NOW), a_ticket(created_at=NOW - LIFE_US)):
        with pytest.raises(TicketOverError):
            ticket.is_answered_by(LIBRARY, NOW)


@pytest.mark.parametrize(
    ("name", "latitude", "longitude", "field"),
    [
        ("图书馆\u202e", 25.04, 102.71, "name"),
        ("x" * 65, 25.04, 102.71, "name"),
        ("", 102.71, 25.04, "latitude"),
        ("", float("nan"), 25.04, "latitude"),
        ("", 25.04, 180.1, "longitude"),
    ],
)
def test_a_place_is_one_that_an_activity_can_have(name: str, latitude: float, longitude: float, field: str) -> None:
    """Whoever is refused is told the field."""
    assert a_place(" 图书馆 ", 25.04, 102.71) == LIBRARY
    with pytest.raises(InvalidArgumentError) as caught:
        a_place(name, latitude, longitude)
    assert [each.field for each in caught.value.fields] == [field]
