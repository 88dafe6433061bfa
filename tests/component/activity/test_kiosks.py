"""Kiosks over real gRPC: in whose name they act, whom somebody before one means, and how few guesses there are."""

from dataclasses import replace
from typing import Any

import pytest

from domainkit.entry_codes import code_of
from protos.activity.v1 import activity_pb2 as pb
from servicekit import ids
from servicekit.errors import (
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    UnauthenticatedError,
)
from services.activity.rosters.entry_rows import Bound, Listed
from services.activity.rosters.rosters import Roster
from services.activity.rosters.sealing import Said
from tests.component.activity.test_displays_rpc import OPEN, ORGANISATION, PEOPLE, Service
from tests.component.conftest import Loopback, Signer
from tests.fakes.activity import STARTS_AT

ROSTER, USER = ids.new_id(), ids.new_id()
PRINTED = Listed(ids.new_id(), Said("王小明", "2026001"), "一班")
BOUND = Listed(ids.new_id(), Said("李小红"), "二班", Bound(USER, 1, STARTS_AT))
KIOSK = {"kind": pb.Display.KIND_KIOSK, "show_names": pb.Display.NAMES_MASKED}


@pytest.fixture
async def service(loopback: Loopback, signer: Signer) -> Service:
    """With an activity that expects two people and has a gate."""
    service = Service(loopback, signer)
    # What a browser was a moment ago is not believed.
    await service.start(believed_s=0.0)
    service.rosters.rosters[ROSTER] = Roster(ROSTER, ORGANISATION, "新生", STARTS_AT)
    service.entries.listed[ROSTER] = [PRINTED, BOUND]
    definition = replace(service.activity.definition, roster_id=ROSTER, gates=("北门",))
    service.activity = service.put(service.activity.amend(definition))
    return service


async def a_kiosk(service: Service, **changes: Any) -> bytes:
    """The secret of a new one."""
    return (await service.open(await service.link(**KIOSK, **changes))).secret


async def visitor(service: Service, secret: bytes, **subject: Any) -> pb.KioskVisitor:
    """Whom somebody means before it."""
    request = pb.ResolveAtKioskRequest(secret=secret, **subject)
    found: pb.KioskVisitor = await service.call("ResolveAtKiosk", request)
    return found


async def test_who_stands_there_is_whom_their_code_says(service: Service) -> None:
    """A printed code as it was typed, a personal one by its person, and of whom the roster says nothing, nothing."""
    secret, code = await a_kiosk(service), code_of(PRINTED.entry_id)

    typed = await visitor(service, secret, entry_code=f"{code[:5]}-{code[5:]}".lower())
    shown = await visitor(service, secret, user_id=USER)
    unknown = await visitor(service, secret, user_id=(stranger := ids.new_id()))

    assert (typed.user_id, typed.name, typed.group) == (PRINTED.entry_id, "王小明", "一班")
    assert (shown.user_id, shown.name, shown.group) == (USER, "李小红", "二班")
    assert (unknown.user_id, unknown.name, unknown.group) == (stranger, "", "")
    display = typed.display
    assert (display.created_by, display.gate) == (PEOPLE["staff"], "签到台 1")
    assert (display.activity_id, display.show_names) == (service.activity.activity_id, pb.Display.NAMES_MASKED)


async def test_a_kiosk_is_at_a_gate_of_its_activity(service: Service) -> None:
    """Where one is named; other displays are at none."""
    at_gate = await visitor(service, await a_kiosk(service, gate="北门"), user_id=USER)
    assert at_gate.display.gate == "北门"
    for kind, gate in ((pb.Display.KIND_KIOSK, "南门"), (pb.Display.KIND_WALL, "北门")):
        with pytest.raises(InvalidArgumentError) as refusal:
            await service.link(kind=kind, gate=gate)
        assert [fault.field for fault in refusal.value.fields] == ["gate"]


async def test_other_displays_let_nobody_in(service: Service) -> None:
    """Nor does whoever has no secret."""
    wall = (await service.open(await service.link())).secret
    with pytest.raises(PermissionDeniedError):
        await visitor(service, wall, user_id=USER)
    with pytest.raises(UnauthenticatedError):
        await visitor(service, b"", user_id=USER)


async def test_a_kiosk_ends_with_the_role_of_who_made_it(service: Service) -> None:
    """It says so, and goes on where they come back; a wall does not ask."""
    secret, wall = await a_kiosk(service), (await service.open(await service.link())).secret
    role = service.roles.roles.pop((ORGANISATION, PEOPLE["staff"]))

    screen = await service.screen(secret)
    assert screen.display.state == pb.Display.STATE_UNSTAFFED and not screen.HasField("qr")
    await service.ends(secret)
    with pytest.raises(UnauthenticatedError):
        await visitor(service, secret, user_id=USER)
    assert (await service.screen(wall)).display.state == OPEN
    service.roles.alone.add((service.activity.activity_id, PEOPLE["staff"]))
    assert (await service.screen(secret)).display.state == OPEN
    service.roles.roles[ORGANISATION, PEOPLE["staff"]] = role


async def test_five_wrong_codes_lock_printed_codes_at_that_kiosk(service: Service) -> None:
    """The right one too, so that nothing is learnt; slips of a finger cost nothing, and personal codes go on."""
    secret, other = await a_kiosk(service), await a_kiosk(service)
    for slip in ("", "K7M", "CCCCC-CCCCF"):
        with pytest.raises(InvalidArgumentError) as malformed:
            await visitor(service, secret, entry_code=slip)
        assert malformed.value.reason == "ENTRY_CODE_MALFORMED"
    for _ in range(5):
        with pytest.raises(NotFoundError) as wrong:
            await visitor(service, secret, entry_code=code_of(ids.new_id()))
        assert wrong.value.reason == "ENTRY_NOT_LISTED"

    for code in (code_of(ids.new_id()), code_of(PRINTED.entry_id)):
        with pytest.raises(RateLimitedError) as locked:
            await visitor(service, secret, entry_code=code)
        assert locked.value.reason == "ENTRY_CODE_LOCKED" and 0 < (locked.value.retry_after_s or 0) <= 60
    assert (await visitor(service, secret, user_id=USER)).name == "李小红"
    assert (await visitor(service, other, entry_code=code_of(PRINTED.entry_id))).name == "王小明"
