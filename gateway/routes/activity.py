"""Activities, their QR in three forms, and what a phone shows before checking in."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from gateway import qr
from gateway.clients import ask
from gateway.http.fields import Bssid, Count, Degrees, Id, IdempotencyKey, Instant, Model, PageSize, PageToken
from gateway.routes.dependencies import Caller, Services
from protos.activity.v1 import activity_pb2 as pb
from servicekit.errors import invalid
from servicekit.tokens import Claims

router = APIRouter(prefix="/v1/activities", tags=["activity"])

KindName = Literal["attendance", "event", "points"]
StateName = Literal["draft", "published", "closed", "cancelled"]
MethodName = Literal["qr", "code", "nfc", "place", "staff"]
GradeName = Literal["off", "review", "refuse"]
LateName = Literal["accept", "review", "refuse"]

_KINDS: dict[KindName, pb.Kind.ValueType] = {
    "attendance": pb.KIND_ATTENDANCE,
    "event": pb.KIND_EVENT,
    "points": pb.KIND_POINTS,
}
_METHODS: dict[MethodName, pb.Method.ValueType] = {
    "qr": pb.METHOD_QR,
    "code": pb.METHOD_CODE,
    "nfc": pb.METHOD_NFC,
    "place": pb.METHOD_PLACE,
    "staff": pb.METHOD_STAFF,
}
_GRADES: dict[str, pb.Grade.ValueType] = {
    "off": pb.GRADE_OFF,
    "review": pb.GRADE_REVIEW,
    "refuse": pb.GRADE_REFUSE,
    "accept": pb.GRADE_ACCEPT,
}
_PLACE_RULES: dict[Literal["any", "all"], pb.PlaceRule.ValueType] = {
    "any": pb.PLACE_RULE_ANY,
    "all": pb.PLACE_RULE_ALL,
}
_STATE_NAMES: dict[int, StateName] = {
    pb.STATE_DRAFT: "draft",
    pb.STATE_PUBLISHED: "published",
    pb.STATE_CLOSED: "closed",
    pb.STATE_CANCELLED: "cancelled",
}

_KIND_NAMES = {number: name for name, number in _KINDS.items()}
_METHOD_NAMES = {number: name for name, number in _METHODS.items()}
_GRADE_NAMES: dict[int, Any] = {number: name for name, number in _GRADES.items()}
_PLACE_RULE_NAMES = {number: name for name, number in _PLACE_RULES.items()}


class Place(Model):
    """Where people check in, in GCJ-02 as `wx.chooseLocation` gives it."""

    name: Annotated[str, Field(max_length=256)] = ""
    latitude: Degrees
    longitude: Degrees
    coord: Literal["gcj02"]
    radius_m: Annotated[float, Field(allow_inf_nan=False)] = 500


class Wifi(Model):
    """A Wi-Fi whose access point proves the place."""

    ssid: Annotated[str, Field(max_length=64)] = ""
    bssid: Bssid


class Policy(Model):
    """What is made of a finding."""

    fence: GradeName = "review"
    wifi: GradeName = "off"
    place: Literal["any", "all"] = "any"
    late: LateName = "accept"
    offline: LateName = "review"
    face: GradeName = "off"


class NewActivity(Model):
    """An activity to create. The window is [starts_at - opens_before_s, ends_at + closes_after_s]."""

    organisation_id: Id
    kind: KindName
    title: Annotated[str, Field(max_length=1024)]
    time_zone: Annotated[str, Field(max_length=64)] = "Asia/Shanghai"
    starts_at: Instant
    ends_at: Instant
    opens_before_s: Count = 0
    closes_after_s: Count = 0
    late_after_s: Annotated[Count | None, Field(description="Counted from starts_at; null: nobody is late.")] = None
    place: Place | None = None
    wifi: Annotated[list[Wifi], Field(max_length=256)] = []
    methods: Annotated[list[MethodName], Field(min_length=1, max_length=5)] = ["qr"]
    policy: Policy = Policy()
    qr_period_s: Count = 60
    strict: bool = False
    capacity: Annotated[Count, Field(description="0: unlimited.")] = 0
    offline_window_s: Count = 7200
    gates: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=256)] = []
    roster: Literal["open"] = "open"


class Occurrence(Model):
    """One time window of an activity."""

    id: Id
    starts_at: Instant
    ends_at: Instant


class Activity(Model):
    """An activity as owner, organiser and staff see it; `code` is null for everybody else."""

    id: Id
    organisation_id: Id
    kind: KindName | None
    title: str
    time_zone: str
    starts_at: Instant
    ends_at: Instant
    opens_before_s: int
    closes_after_s: int
    late_after_s: int | None
    place: Place | None
    wifi: list[Wifi]
    methods: list[MethodName]
    policy: Policy
    qr_period_s: int
    strict: bool
    capacity: int
    offline_window_s: int
    gates: list[str]
    code: str | None
    state: StateName | None
    revision: int
    occurrences: list[Occurrence]
    created_at: Instant


class Activities(Model):
    """A page of activities."""

    activities: list[Activity]
    next_page_token: str


class Card(Model):
    """An activity as a participant may see it: without credentials."""

    activity_id: Id
    occurrence_id: Id
    kind: KindName | None
    title: str
    time_zone: str
    starts_at: Instant
    ends_at: Instant
    opens_at: Instant
    closes_at: Instant
    state: StateName | None
    methods: list[MethodName]
    place: Place | None
    strict: bool
    gates: list[str]
    uses_wifi: bool


class ResolveToken(Model):
    """What the phone scanned."""

    token: Annotated[str, Field(min_length=1, max_length=256)]


class Qr(Model):
    """The current QR and code of an activity; fetch again after `refresh_in_s`."""

    token: str
    url: str
    slot: int
    expires_at: Instant
    refresh_in_s: int
    code: str


@router.post("", status_code=201)
async def create_activity(
    body: NewActivity, person: Caller, services: Services, idempotency_key: IdempotencyKey = ""
) -> Activity:
    """Creates a draft."""
    request = pb.CreateActivityRequest(activity=_to_message(body), idempotency_key=idempotency_key)
    return _activity(await ask(services.activity.CreateActivity, request, person))


@router.get("")
async def list_activities(
    person: Caller,
    services: Services,
    organisation_id: Annotated[Id | None, Query()] = None,
    page_size: PageSize = 0,
    page_token: PageToken = "",
) -> Activities:
    """Activities of one organisation, or of all the caller belongs to."""
    request = pb.ListActivitiesRequest(
        organisation_id=organisation_id or b"", page_size=page_size, page_token=page_token
    )
    page: pb.ListActivitiesResponse = await ask(services.activity.ListActivities, request, person)
    return Activities(activities=[_activity(one) for one in page.activities], next_page_token=page.next_page_token)


@router.get("/resolve")
async def resolve(
    person: Caller,
    services: Services,
    code: Annotated[str, Query(max_length=64)] = "",
    activity_id: Annotated[Id | None, Query()] = None,
) -> Card:
    """What a phone shows before checking in, by the code on the screen or by the activity's id."""
    if bool(code) == (activity_id is not None):
        raise invalid("code", "give either code or activity_id")
    request = pb.ResolveActivityRequest(activity_id=activity_id) if activity_id else _by_code(code)
    return _card(await ask(services.activity.ResolveActivity, request, person))


@router.post("/resolve")
async def resolve_token(body: ResolveToken, person: Caller, services: Services) -> Card:
    """What a phone shows before checking in, by the scanned token."""
    return _card(await ask(services.activity.ResolveActivity, pb.ResolveActivityRequest(token=body.token), person))


@router.get("/{activity_id}")
async def get_activity(activity_id: Id, person: Caller, services: Services) -> Activity:
    """One activity."""
    return _activity(await ask(services.activity.GetActivity, pb.GetActivityRequest(activity_id=activity_id), person))


@router.post("/{activity_id}/publish")
async def publish_activity(activity_id: Id, person: Caller, services: Services) -> Activity:
    """Opens a draft to check-ins."""
    request = pb.PublishActivityRequest(activity_id=activity_id)
    return _activity(await ask(services.activity.PublishActivity, request, person))


@router.post("/{activity_id}/close")
async def close_activity(activity_id: Id, person: Caller, services: Services) -> Activity:
    """Ends an activity before its time."""
    request = pb.CloseActivityRequest(activity_id=activity_id)
    return _activity(await ask(services.activity.CloseActivity, request, person))


@router.post("/{activity_id}/cancel")
async def cancel_activity(activity_id: Id, person: Caller, services: Services) -> Activity:
    """Calls an activity off."""
    request = pb.CancelActivityRequest(activity_id=activity_id)
    return _activity(await ask(services.activity.CancelActivity, request, person))


@router.get("/{activity_id}/qr")
async def get_qr(activity_id: Id, person: Caller, services: Services) -> Qr:
    """The current QR, for owner, organiser and staff."""
    return _qr(await _current(activity_id, person, services))


@router.get("/{activity_id}/qr.svg", response_class=Response, responses=qr.response("image/svg+xml"))
async def get_qr_svg(
    activity_id: Id, person: Caller, services: Services, size: qr.Size = 480, ecc: qr.Ecc = "M"
) -> Response:
    """The current QR as SVG."""
    return await qr.image(await _current(activity_id, person, services), "svg", size, ecc)


@router.get("/{activity_id}/qr.png", response_class=Response, responses=qr.response("image/png"))
async def get_qr_png(
    activity_id: Id, person: Caller, services: Services, size: qr.Size = 480, ecc: qr.Ecc = "M"
) -> Response:
    """The current QR as PNG."""
    return await qr.image(await _current(activity_id, person, services), "png", size, ecc)


@router.post("/{activity_id}/qr/revoke")
async def revoke_qr(activity_id: Id, person: Caller, services: Services) -> Qr:
    """A new epoch and a new code: every QR shown before is refused from now on."""
    return _qr(await ask(services.activity.RevokeQr, pb.RevokeQrRequest(activity_id=activity_id), person))


async def _current(activity_id: bytes, person: Claims, services: Services) -> pb.Qr:
    current: pb.Qr = await ask(services.activity.GetQr, pb.GetQrRequest(activity_id=activity_id), person)
    return current


def _by_code(code: str) -> pb.ResolveActivityRequest:
    return pb.ResolveActivityRequest(code=code.strip().upper())


def _to_message(body: NewActivity) -> pb.Activity:
    return pb.Activity(
        organisation_id=body.organisation_id,
        kind=_KINDS[body.kind],
        title=body.title,
        time_zone=body.time_zone,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        opens_before_s=body.opens_before_s,
        closes_after_s=body.closes_after_s,
        late_after_s=body.late_after_s or 0,
        has_late_after=body.late_after_s is not None,
        place=_place_to_message(body.place) if body.place else None,
        wifi=[pb.Wifi(ssid=wifi.ssid, bssid=wifi.bssid) for wifi in body.wifi],
        methods=[_METHODS[name] for name in body.methods],
        policy=_policy_to_message(body.policy),
        qr_period_s=body.qr_period_s,
        strict=body.strict,
        capacity=body.capacity,
        offline_window_s=body.offline_window_s,
        gates=body.gates,
    )


def _place_to_message(place: Place) -> pb.Place:
    return pb.Place(name=place.name, latitude=place.latitude, longitude=place.longitude, radius_m=place.radius_m)


def _policy_to_message(policy: Policy) -> pb.Policy:
    return pb.Policy(
        fence=_GRADES[policy.fence],
        wifi=_GRADES[policy.wifi],
        place=_PLACE_RULES[policy.place],
        late=_GRADES[policy.late],
        offline=_GRADES[policy.offline],
        face=_GRADES[policy.face],
    )


def _activity(activity: pb.Activity) -> Activity:
    return Activity(
        id=activity.activity_id,
        organisation_id=activity.organisation_id,
        kind=_KIND_NAMES.get(activity.kind),
        title=activity.title,
        time_zone=activity.time_zone,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        opens_before_s=activity.opens_before_s,
        closes_after_s=activity.closes_after_s,
        late_after_s=activity.late_after_s if activity.has_late_after else None,
        place=_place(activity.place) if activity.HasField("place") else None,
        wifi=[Wifi(ssid=wifi.ssid, bssid=wifi.bssid) for wifi in activity.wifi],
        methods=[_METHOD_NAMES[method] for method in activity.methods],
        policy=_policy(activity.policy),
        qr_period_s=activity.qr_period_s,
        strict=activity.strict,
        capacity=activity.capacity,
        offline_window_s=activity.offline_window_s,
        gates=list(activity.gates),
        code=activity.code or None,
        state=_STATE_NAMES.get(activity.state),
        revision=activity.revision,
        occurrences=[
            Occurrence(id=one.occurrence_id, starts_at=one.starts_at, ends_at=one.ends_at)
            for one in activity.occurrences
        ],
        created_at=activity.created_at,
    )


def _place(place: pb.Place) -> Place:
    return Place(
        name=place.name,
        latitude=place.latitude,
        longitude=place.longitude,
        coord="gcj02",
        radius_m=place.radius_m,
    )


def _policy(policy: pb.Policy) -> Policy:
    named = {
        "fence": _GRADE_NAMES.get(policy.fence),
        "wifi": _GRADE_NAMES.get(policy.wifi),
        "place": _PLACE_RULE_NAMES.get(policy.place),
        "late": _GRADE_NAMES.get(policy.late),
        "offline": _GRADE_NAMES.get(policy.offline),
        "face": _GRADE_NAMES.get(policy.face),
    }
    return Policy.model_validate({field: name for field, name in named.items() if name is not None})


def _card(card: pb.ActivityCard) -> Card:
    return Card(
        activity_id=card.activity_id,
        occurrence_id=card.occurrence_id,
        kind=_KIND_NAMES.get(card.kind),
        title=card.title,
        time_zone=card.time_zone,
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        opens_at=card.opens_at,
        closes_at=card.closes_at,
        state=_STATE_NAMES.get(card.state),
        methods=[_METHOD_NAMES[method] for method in card.methods],
        place=_place(card.place) if card.HasField("place") else None,
        strict=card.strict,
        gates=list(card.gates),
        uses_wifi=card.uses_wifi,
    )


def _qr(current: pb.Qr) -> Qr:
    return Qr(
        token=current.token,
        url=current.url,
        slot=current.slot,
        expires_at=current.expires_at,
        refresh_in_s=current.refresh_in_s,
        code=current.code,
    )
