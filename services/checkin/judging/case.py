"""One attempt on its way to a finding, and what is said of it on the way."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from domainkit import qr
from domainkit.nfc_tags import Touch
from domainkit.person_codes import PersonCode
from domainkit.qr import QrToken
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import ServiceError
from services.checkin.errors import GateUnknownError
from services.checkin.judging.snapshots import Snapshot
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import Finding, Reason, refused

UNDECIDED = Finding(Judgement.UNDECIDED, (Reason("DEPENDENCY_UNAVAILABLE"),))


@dataclass(slots=True)
class Case:
    """One attempt on its way to a finding.

    Attributes:
        snapshot: The occurrence; one that is given is not looked up.
        then: What it asked when the attempt was made, where it has been amended since.
        code: By which the person proved to staff who they are.
        touch: Of an NFC tag; None once it is known to prove nothing.
        is_trusted: A staff member's device that was at a door before.
        is_gate_unknown: It named a gate that the activity does not have, which is left out of everything.
        error: Says that the attempt cannot even be recorded.
    """

    attempt: pb.Attempt
    snapshot: Snapshot | None = None
    then: Snapshot | None = None
    token: QrToken | None = None
    code: PersonCode | None = None
    touch: Touch | None = None
    finding: Finding = UNDECIDED
    is_open: bool = True
    distance_m: float = -1.0
    is_trusted: bool = False
    is_gate_unknown: bool = False
    error: ServiceError | None = None

    @property
    def asking(self) -> Snapshot:
        """What the attempt is judged by, once its occurrence is found."""
        found = self.then or self.snapshot
        assert found is not None
        return found

    def close(self, finding: Finding) -> None:
        """Ends the judging: nothing that comes later is asked."""
        self.finding = finding
        self.is_open = False

    def fail(self, error: ServiceError) -> None:
        """Ends the judging without a finding: nothing is recorded."""
        self.error = error
        self.close(UNDECIDED)

    def leave_out_gate(self) -> None:
        """What a phone says may be anything, and others would see it; staff at a door choose from the list."""
        if self.attempt.method == pb.METHOD_STAFF and not self.attempt.is_offline:
            return self.fail(GateUnknownError(self.attempt.gate, self.asking.occurrence.gates))
        self.stand_at("")
        self.is_gate_unknown = True
        return None

    def stand_at(self, gate: str) -> None:
        """Has the attempt say of where it was made what we know instead of what the phone says."""
        self.attempt.gate = gate
        if self.attempt.HasField("presented"):
            self.attempt.presented.gate = gate


def effective_at(case: Case) -> int:
    """When the attempt counts as made."""
    return case.finding.effective_at or case.attempt.received_at


def slot_age_s(case: Case) -> int:
    """Seconds from a QR's issue to its scan's arrival; -1 for other methods."""
    return -1 if case.token is None else qr.slot_age_s(case.token.issued_at, case.attempt.received_at)


def no_seat_left(case: Case) -> Finding:
    """The refusal of who came after the last seat was taken."""
    assert case.snapshot is not None
    return refused("CAPACITY_FULL", capacity=case.snapshot.occurrence.capacity)


def undecided(finding: Finding) -> Finding:
    """The finding of somebody who could not be asked everything; what time said of it stays."""
    return replace(finding, judgement=Judgement.UNDECIDED, reasons=UNDECIDED.reasons)


def tell_effective(copy: pb.Copy, finding: Finding) -> None:
    """Has a copy say how it lies to the activity's times by effective time, where that is not as by arrival."""
    copy.effective_punctuality = pb.Punctuality.ValueType(finding.effective_punctuality or 0)
    copy.effective_late_by_s = finding.effective_late_by_s


def tell_touch(copy: pb.Copy, touch: Touch) -> None:
    """Has a copy say which tag was touched."""
    copy.tag_id, copy.tag_counter = touch.tag_id, touch.counter or 0


def to_reasons(reasons: Iterable[Reason]) -> list[pb.Reason]:
    """Reasons as messages carry them."""
    return [pb.Reason(reason=reason.reason, numbers=reason.numbers) for reason in reasons]
