"""What the caller says of themselves: whether they come, and what an activity asks; and what becomes of it."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gateway.clients import SIGN_IN_S, ask
from gateway.http.fields import Id, Input
from gateway.routes.dependencies import Call, Routes
from gateway.routes.question_shapes import DETAIL_NAMES, DETAILS, DetailName
from protos.activity.v1 import participants_pb2 as pb

routes = Routes("activity")

AnswerName = Literal["coming", "leave"]

_ANSWERS: dict[AnswerName, pb.Answer.ValueType] = {"coming": pb.ANSWER_COMING, "leave": pb.ANSWER_LEAVE}
ANSWER_NAMES = {answer: name for name, answer in _ANSWERS.items()}

Label = Annotated[str, Meta(max_length=64, examples=["衣服尺码"])]
Value = Annotated[str, Meta(max_length=256, examples=["王小明"])]
KeepsDays = Annotated[int, Meta(ge=0, le=2**32 - 1, examples=[180])]
Purpose = Annotated[str, Meta(max_length=1024, examples=["核对到场人员，统计出勤"])]


class NewAnswer(Input):
    """Whether the caller will come; `leave` is excused, which is never absent."""

    answer: AnswerName


class NewDetail(Input):
    """What the caller says. A phone number is never typed: `phone_code` comes from WeChat's phone-number button."""

    detail: DetailName
    label: Label = ""
    value: Value = ""
    phone_code: Annotated[str, Meta(max_length=512)] = ""


class NewDetails(Input):
    """Some of what is asked; what is left out stays, an empty value takes it back."""

    details: Annotated[list[NewDetail], Meta(min_length=1, max_length=5)]


class PrivacyChange(Input):
    """What to change; what is left out stays."""

    keeps_days: KeepsDays | UnsetType = UNSET
    purpose: Purpose | UnsetType = UNSET


class Asked(msgspec.Struct):
    """What is asked, and what the caller said of it; empty where they did not."""

    detail: DetailName | None
    label: Label
    said: Value


class Participation(msgspec.Struct):
    """Where the caller stands. What they say is kept for `keeps_days` after the organisation's last such activity."""

    answer: AnswerName | None
    questions: list[Asked]
    organisation_name: Annotated[str, Meta(description="Empty while nobody can tell.", examples=["实验中学"])]
    keeps_days: KeepsDays
    purpose: Purpose


class Privacy(msgspec.Struct):
    """How long an organisation keeps names, numbers and phones after its last activity with a roster or questions."""

    keeps_days: KeepsDays
    purpose: Purpose


@routes.on("GET", "/v1/activities/{activity_id}/me")
async def get_participation(call: Call, activity_id: Id) -> Participation:
    """The caller's answer, what the activity asks of whoever was accepted, and what becomes of it."""
    request = pb.GetParticipationRequest(activity_id=activity_id)
    return _participation(await ask(call.services.participants.GetParticipation, request, call.person))


@routes.on("PUT", "/v1/activities/{activity_id}/me/answer")
async def set_answer(call: Call, activity_id: Id, body: NewAnswer) -> Participation:
    """Says whether the caller comes, until the activity ends; from its start on nobody changes back to coming.

    Too late is a 409 ANSWER_LATE.
    """
    request = pb.SetAnswerRequest(activity_id=activity_id, answer=_ANSWERS[body.answer])
    return _participation(await ask(call.services.participants.SetAnswer, request, call.person))


@routes.on("PUT", "/v1/activities/{activity_id}/me/details")
async def say_details(call: Call, activity_id: Id, body: NewDetails) -> Participation:
    """Says what the activity asks; its organisation remembers it for the next one that asks the same."""
    details = [
        pb.SaidDetail(detail=DETAILS[each.detail], label=each.label, value=each.value, phone_code=each.phone_code)
        for each in body.details
    ]
    request = pb.SayDetailsRequest(activity_id=activity_id, details=details)
    said = await ask(call.services.participants.SayDetails, request, call.person, timeout_s=SIGN_IN_S)
    return _participation(said)


@routes.on("GET", "/v1/organisations/{organisation_id}/privacy")
async def get_privacy(call: Call, organisation_id: Id) -> Privacy:
    """What participants are told of what they say, for staff and above."""
    request = pb.GetPrivacyRequest(organisation_id=organisation_id)
    return _privacy(await ask(call.services.participants.GetPrivacy, request, call.person))


@routes.on("PUT", "/v1/organisations/{organisation_id}/privacy")
@routes.on("PATCH", "/v1/organisations/{organisation_id}/privacy")
async def update_privacy(call: Call, organisation_id: Id, body: PrivacyChange) -> Privacy:
    """Changes it, for organisers and owners; what is over by then is erased within the hour."""
    request = pb.UpdatePrivacyRequest(organisation_id=organisation_id)
    if body.keeps_days is not UNSET:
        request.keeps_days = body.keeps_days
    if body.purpose is not UNSET:
        request.purpose = body.purpose
    return _privacy(await ask(call.services.participants.UpdatePrivacy, request, call.person))


def _participation(found: pb.Participation) -> Participation:
    return Participation(
        answer=ANSWER_NAMES.get(found.answer),
        questions=[
            Asked(DETAIL_NAMES.get(question.detail), question.label, said)
            for question, said in zip(found.questions, found.said, strict=True)
        ],
        organisation_name=found.organisation_name,
        keeps_days=found.privacy.keeps_days,
        purpose=found.privacy.purpose,
    )


def _privacy(found: pb.Privacy) -> Privacy:
    return Privacy(found.keeps_days, found.purpose)
