"""Activities as the API takes and gives them, and as `activity.v1` does."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gateway.http.fields import Count, Id, IdText, Input, NextPageToken, Time, WallTime, Word
from gateway.routes.identity import ROLE_NAMES, RoleName
from gateway.routes.place_shapes import (
    AccessPoint,
    NewAccessPoint,
    NewPlace,
    Place,
    place_to_message,
    to_access_points,
    to_place,
    wifi_to_messages,
)
from gateway.routes.question_shapes import NewQuestion, Question, questions_to_messages, to_questions
from protos.activity.v1 import activity_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.errors import invalid
from servicekit.ids import to_text

KindName = Literal["event", "attendance", "points"]
StateName = Literal["draft", "published", "closed", "cancelled"]
MethodName = Literal["qr", "code", "nfc", "place", "staff"]
GradeName = Literal["off", "review", "refuse"]
LateName = Literal["accept", "review", "refuse"]
NotListedName = Literal["review", "refuse"]
ReentryName = Literal["once", "in_out"]
UndecidedName = Literal["present", "absent"]
OwnProofName = Literal["after_close", "never"]

KINDS: dict[KindName, pb.Kind.ValueType] = {
    "attendance": pb.KIND_ATTENDANCE,
    "event": pb.KIND_EVENT,
    "points": pb.KIND_POINTS,
}
METHODS: dict[MethodName, pb.Method.ValueType] = {
    "qr": pb.METHOD_QR,
    "code": pb.METHOD_CODE,
    "nfc": pb.METHOD_NFC,
    "place": pb.METHOD_PLACE,
    "staff": pb.METHOD_STAFF,
}
GRADES: dict[str, pb.Grade.ValueType] = {
    "off": pb.GRADE_OFF,
    "review": pb.GRADE_REVIEW,
    "refuse": pb.GRADE_REFUSE,
    "accept": pb.GRADE_ACCEPT,
}
PLACE_RULES: dict[Literal["any", "all"], pb.PlaceRule.ValueType] = {
    "any": pb.PLACE_RULE_ANY,
    "all": pb.PLACE_RULE_ALL,
}
REENTRIES: dict[ReentryName, pb.Reentry.ValueType] = {
    "once": pb.REENTRY_ONCE,
    "in_out": pb.REENTRY_IN_OUT,
}
UNDECIDED: dict[UndecidedName | None, pb.Undecided.ValueType] = {
    None: pb.UNDECIDED_UNSPECIFIED,
    "present": pb.UNDECIDED_PRESENT,
    "absent": pb.UNDECIDED_ABSENT,
}
OWN_PROOFS: dict[OwnProofName, pb.OwnProof.ValueType] = {
    "after_close": pb.OWN_PROOF_UNSPECIFIED,
    "never": pb.OWN_PROOF_NEVER,
}
STATE_NAMES: dict[int, StateName] = {
    pb.STATE_DRAFT: "draft",
    pb.STATE_PUBLISHED: "published",
    pb.STATE_CLOSED: "closed",
    pb.STATE_CANCELLED: "cancelled",
}

_KIND_NAMES = {number: name for name, number in KINDS.items()}
_METHOD_NAMES = {number: name for name, number in METHODS.items()}
_GRADE_NAMES: dict[int, Any] = {number: name for name, number in GRADES.items()}

_PLACE_RULE_NAMES = {number: name for name, number in PLACE_RULES.items()}
_UNDECIDED_NAMES: dict[int, Any] = {number: name for name, number in UNDECIDED.items()}
_OWN_PROOF_NAMES: dict[int, Any] = {number: name for name, number in OWN_PROOFS.items()}
_REENTRY_NAMES: dict[int, ReentryName] = {number: name for name, number in REENTRIES.items()}

_A_PLACE = {"name": "图书馆", "latitude": 25.04, "longitude": 102.71, "coord": "gcj02", "radius_m": 200}
_A_TITLE = ["新生讲座"]
_GATES = [["北门"]]
_A_TOKEN = ["AbvS0mC2Xk7vYt4Qm1dJr3wZp9Ho5uLs"]
_A_CODE = ["K7M2PQ"]

Title = Annotated[str, Meta(examples=_A_TITLE)]
Gates = Annotated[list[str], Meta(examples=_GATES)]
Undecided = Annotated[
    UndecidedName | None,
    Meta(description="What becomes of what nobody reviews within `undecided_after_s` of the close; null: it waits on."),
]
OwnProof = Annotated[
    OwnProofName, Meta(description="Whether people may have a proof that they came without asking an organiser.")
]
Reentry = Annotated[ReentryName, Meta(description="once: who went does not come in again.")]


class NewPolicy(Input):
    """What is made of a finding."""

    fence: GradeName = "review"
    wifi: GradeName = "off"
    place: Literal["any", "all"] = "any"
    late: LateName = "accept"
    offline: LateName = "review"
    face: GradeName = "off"
    location_max_age_s: Annotated[int, Meta(ge=1, le=2**32 - 1, description="An older position counts as none.")] = 120
    not_listed: Annotated[NotListedName, Meta(description="Of who is not on the roster.")] = "review"
    undecided: Undecided = None
    own_proof: OwnProof = "after_close"


class Policy(NewPolicy, forbid_unknown_fields=False):
    """What is made of a finding."""


class NewActivity(Input, kw_only=True):
    """An activity to create. The window is [starts_at - opens_before_s, ends_at + closes_after_s]."""

    organisation_id: Id
    kind: KindName
    title: Annotated[str, Meta(max_length=1024, examples=_A_TITLE)]
    time_zone: Word = "Asia/Shanghai"
    starts_at: WallTime
    ends_at: Annotated[WallTime, Meta(examples=["2026-09-01T10:00:00+08:00"])]
    opens_before_s: Count = 0
    closes_after_s: Count = 0
    late_after_s: Annotated[Count | None, Meta(description="Counted from starts_at; null: nobody is late.")] = None
    place: Annotated[NewPlace | None, Meta(examples=[_A_PLACE])] = None
    wifi: Annotated[list[NewAccessPoint], Meta(max_length=256)] = []
    methods: Annotated[tuple[MethodName, ...], Meta(min_length=1, max_length=5)] = ("qr",)
    policy: Annotated[NewPolicy, Meta(extra_json_schema={"default": msgspec.to_builtins(NewPolicy())})] = msgspec.field(
        default_factory=NewPolicy
    )
    qr_period_s: Annotated[int, Meta(ge=1, le=2**32 - 1)] = 60
    strict: bool = False
    capacity: Annotated[Count, Meta(description="0: unlimited.")] = 0
    offline_window_s: Count = 7200
    gates: Annotated[list[Word], Meta(max_length=256, examples=_GATES)] = []
    roster: Annotated[Literal["open", "listed"], Meta(description="listed needs a roster_id.")] = "open"
    roster_id: Annotated[Id | None, Meta(description="Who is expected; null: open to all.")] = None
    expected_count: Annotated[Count, Meta(description="Where there is no roster; 0: nobody knows.")] = 0
    ask: Annotated[list[NewQuestion], Meta(max_length=16)] = []
    reentry: Reentry = "in_out"


class Occurrence(msgspec.Struct):
    """One time window of an activity, in which people check in once; `number` is 1 of the first."""

    id: IdText
    number: int
    opens_at: Time
    starts_at: Time
    ends_at: Time
    closes_at: Time


class NewOccurrence(Input, kw_only=True):
    """Another window from now on; the one before takes no check-ins any more."""

    number: Annotated[int, Meta(ge=2, le=100, description="One more than there are; one that is there stays as it is.")]
    minutes: Annotated[
        Annotated[int, Meta(ge=1, le=1440)] | None,
        Meta(description="Left out: until the activity ends as planned, at least a quarter of an hour."),
    ] = None


class Activity(msgspec.Struct):
    """An activity as owner, organiser and staff see it; `code` is null for everybody else."""

    id: IdText
    organisation_id: IdText
    kind: KindName | None
    title: Title
    time_zone: Annotated[str, Meta(examples=["Asia/Shanghai"])]
    starts_at: Time
    ends_at: Time
    opens_before_s: int
    closes_after_s: int
    late_after_s: int | None
    place: Annotated[Place | None, Meta(examples=[_A_PLACE])]
    wifi: list[AccessPoint]
    methods: list[MethodName]
    policy: Policy
    qr_period_s: int
    strict: bool
    capacity: int
    offline_window_s: int
    gates: Gates
    roster: Literal["open", "listed"]
    roster_id: IdText | None
    expected_count: int
    ask: list[Question]
    reentry: Reentry
    code: Annotated[str | None, Meta(examples=_A_CODE)]
    state: StateName | None
    revision: int
    occurrences: list[Occurrence]
    created_at: Time
    rehearsal_of: Annotated[IdText | None, Meta(description="The draft that this one only tries out.")]
    own_role: Annotated[RoleName | None, Meta(description="The caller's, for this activity.")]


class Activities(msgspec.Struct):
    """A page of activities."""

    activities: list[Activity]
    next_page_token: NextPageToken


class Card(msgspec.Struct):
    """An activity as a participant may see it: without credentials."""

    activity_id: IdText
    occurrence_id: IdText
    kind: KindName | None
    title: Title
    time_zone: Annotated[str, Meta(examples=["Asia/Shanghai"])]
    starts_at: Time
    ends_at: Time
    opens_at: Time
    closes_at: Time
    state: StateName | None
    methods: list[MethodName]
    place: Annotated[Place | None, Meta(examples=[_A_PLACE])]
    strict: bool
    gates: Gates
    uses_wifi: bool
    is_rehearsal: bool
    is_listed: Annotated[bool, Meta(description="Who is expected says so by phone number or invite.")]
    ask: list[Question]
    reentry: Reentry
    number: Annotated[int, Meta(description="Which of the activity's windows this is.")]
    count: Annotated[int, Meta(description="How many windows there are.")]


class ResolveToken(Input):
    """What the phone scanned."""

    token: Annotated[str, Meta(min_length=1, max_length=256, examples=_A_TOKEN)]


class Qr(msgspec.Struct):
    """The current QR and code of an activity; fetch again after `refresh_in_s`."""

    token: Annotated[str, Meta(examples=_A_TOKEN)]
    url: Annotated[str, Meta(examples=[f"https://qiandao.example/q/{_A_TOKEN[0]}"])]
    slot: int
    expires_at: Time
    refresh_in_s: int
    code: Annotated[str, Meta(examples=_A_CODE)]


def to_message(body: NewActivity) -> pb.Activity:
    """The activity to create.

    Raises:
        InvalidArgumentError: It is listed, and no roster is named.
    """
    if body.roster == "listed" and body.roster_id is None:
        raise invalid("roster", "listed needs a roster_id; which people are expected?")
    return pb.Activity(
        organisation_id=body.organisation_id,
        kind=KINDS[body.kind],
        title=body.title,
        time_zone=body.time_zone,
        starts_at=body.starts_at.in_zone(body.time_zone),
        ends_at=body.ends_at.in_zone(body.time_zone),
        opens_before_s=body.opens_before_s,
        closes_after_s=body.closes_after_s,
        late_after_s=body.late_after_s or 0,
        has_late_after=body.late_after_s is not None,
        place=place_to_message(body.place) if body.place else None,
        wifi=wifi_to_messages(body.wifi),
        methods=[METHODS[name] for name in body.methods],
        policy=_policy_to_message(body.policy),
        qr_period_s=body.qr_period_s,
        strict=body.strict,
        capacity=body.capacity,
        offline_window_s=body.offline_window_s,
        gates=body.gates,
        roster_id=body.roster_id or b"",
        expected_count=body.expected_count,
        ask=questions_to_messages(body.ask),
        reentry=REENTRIES[body.reentry],
    )


def to_activity(activity: pb.Activity) -> Activity:
    """The activity in JSON terms."""
    return Activity(
        id=to_text(activity.activity_id),
        organisation_id=to_text(activity.organisation_id),
        kind=_KIND_NAMES.get(activity.kind),
        title=activity.title,
        time_zone=activity.time_zone,
        starts_at=to_rfc3339(activity.starts_at),
        ends_at=to_rfc3339(activity.ends_at),
        opens_before_s=activity.opens_before_s,
        closes_after_s=activity.closes_after_s,
        late_after_s=activity.late_after_s if activity.has_late_after else None,
        place=to_place(activity.place) if activity.HasField("place") else None,
        wifi=to_access_points(activity.wifi),
        methods=[_METHOD_NAMES[method] for method in activity.methods],
        policy=_policy(activity.policy),
        qr_period_s=activity.qr_period_s,
        strict=activity.strict,
        capacity=activity.capacity,
        offline_window_s=activity.offline_window_s,
        gates=list(activity.gates),
        roster="listed" if activity.roster_id else "open",
        roster_id=to_text(activity.roster_id) if activity.roster_id else None,
        expected_count=activity.expected_count,
        ask=to_questions(activity.ask),
        reentry=_reentry(activity.reentry),
        code=activity.code or None,
        state=STATE_NAMES.get(activity.state),
        revision=activity.revision,
        occurrences=[_occurrence(number, one) for number, one in enumerate(activity.occurrences, 1)],
        created_at=to_rfc3339(activity.created_at),
        rehearsal_of=to_text(activity.rehearsal_of) if activity.rehearsal_of else None,
        own_role=ROLE_NAMES.get(activity.own_role),
    )


def _occurrence(number: int, window: pb.Occurrence) -> Occurrence:
    opens_at, closes_at = window.opens_at or window.starts_at, window.closes_at or window.ends_at
    opens, starts, ends, closes = map(to_rfc3339, (opens_at, window.starts_at, window.ends_at, closes_at))
    return Occurrence(to_text(window.occurrence_id), number, opens, starts, ends, closes)


def to_card(card: pb.ActivityCard) -> Card:
    """The card in JSON terms."""
    return Card(
        activity_id=to_text(card.activity_id),
        occurrence_id=to_text(card.occurrence_id),
        kind=_KIND_NAMES.get(card.kind),
        title=card.title,
        time_zone=card.time_zone,
        starts_at=to_rfc3339(card.starts_at),
        ends_at=to_rfc3339(card.ends_at),
        opens_at=to_rfc3339(card.opens_at),
        closes_at=to_rfc3339(card.closes_at),
        state=STATE_NAMES.get(card.state),
        methods=[_METHOD_NAMES[method] for method in card.methods],
        place=to_place(card.place) if card.HasField("place") else None,
        strict=card.strict,
        gates=list(card.gates),
        uses_wifi=card.uses_wifi,
        is_rehearsal=card.is_rehearsal,
        is_listed=card.is_listed,
        ask=to_questions(card.ask),
        reentry=_reentry(card.reentry),
        number=card.number or 1,
        count=card.count or 1,
    )


def to_qr(current: pb.Qr) -> Qr:
    """The QR in JSON terms."""
    return Qr(
        token=current.token,
        url=current.url,
        slot=current.slot,
        expires_at=to_rfc3339(current.expires_at),
        refresh_in_s=current.refresh_in_s,
        code=current.code,
    )


def _reentry(reentry: int) -> ReentryName:
    """A word; activity does not say it while it is of the release before."""
    return _REENTRY_NAMES.get(reentry, "in_out")


def _policy_to_message(policy: NewPolicy) -> pb.Policy:
    return pb.Policy(
        fence=GRADES[policy.fence],
        wifi=GRADES[policy.wifi],
        place=PLACE_RULES[policy.place],
        late=GRADES[policy.late],
        offline=GRADES[policy.offline],
        face=GRADES[policy.face],
        location_max_age_s=policy.location_max_age_s,
        not_listed=GRADES[policy.not_listed],
        undecided=UNDECIDED[policy.undecided],
        own_proof=OWN_PROOFS[policy.own_proof],
    )


def _policy(policy: pb.Policy) -> Policy:
    named: dict[str, Any] = {
        "fence": _GRADE_NAMES.get(policy.fence),
        "wifi": _GRADE_NAMES.get(policy.wifi),
        "place": _PLACE_RULE_NAMES.get(policy.place),
        "late": _GRADE_NAMES.get(policy.late),
        "offline": _GRADE_NAMES.get(policy.offline),
        "face": _GRADE_NAMES.get(policy.face),
        "location_max_age_s": policy.location_max_age_s or None,
        "not_listed": _GRADE_NAMES.get(policy.not_listed),
        "undecided": _UNDECIDED_NAMES.get(policy.undecided),
        "own_proof": _OWN_PROOF_NAMES.get(policy.own_proof),
    }
    return msgspec.convert({field: name for field, name in named.items() if name is not None}, Policy)
