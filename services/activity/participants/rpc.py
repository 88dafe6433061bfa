"""`activity.v1.ParticipantService`: people say whether they come and what they are asked; reporting reads it."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from domainkit.roles import ORGANISER, STAFF
from protos.activity.v1 import participants_pb2 as pb
from protos.activity.v1 import participants_pb2_grpc
from servicekit import clock, pages
from servicekit.errors import InvalidArgumentError, invalid
from servicekit.plain_text import fault, tidy
from servicekit.rpc.interceptors import by, for_person, person
from servicekit.timed_cache import TimedCache
from services.activity.admission import RolesPort, admit
from services.activity.definition import Detail, Question
from services.activity.domain import Activity
from services.activity.errors import ActivityNotFoundError, SaidTooOftenError
from services.activity.metrics import SAID_OVER
from services.activity.participants import privacy
from services.activity.participants.answers import Answer, Answered, check_in_time
from services.activity.participants.details import MAX_CHARACTERS, Said
from services.activity.participants.privacy import Privacy

Context = Any

_SERVICE = "/activity.v1.ParticipantService/"
_FOR_PEOPLE = ("GetParticipation", "SetAnswer", "SayDetails", "ExportMe", "GetPrivacy", "UpdatePrivacy")
ACCESS = {
    **{_SERVICE + method: for_person("gateway") for method in _FOR_PEOPLE},
    **{_SERVICE + method: by("reporting", "exporter") for method in ("ListAnswers", "BatchGetDetails")},
    _SERVICE + "ErasePerson": by("identity"),
}

SAID_PER_HOUR = 100
# Whoever was accepted asks at once what they are asked.
_BELIEVED_S = 3.0
_ANSWERS_AT_ONCE = 5000
_PEOPLE_AT_ONCE = 500


class AnswersPort(Protocol):
    """See `answers.Answers`; raises UnavailableError when the database is gone."""

    async def of(self, activity_id: bytes, user_id: bytes) -> int | None:
        """What somebody answered last."""

    async def give(self, activity: Activity, answered: Answered) -> None:
        """Keeps an answer."""

    async def page(self, activity_id: bytes, after: bytes, size: int) -> Sequence[Answered]:
        """Everybody's, by person."""


class DetailsPort(Protocol):
    """See `details.Details`; raises UnavailableError when the database is gone."""

    async def of(self, organisation_id: bytes, user_ids: Collection[bytes]) -> Mapping[bytes, Said]:
        """Whatever these people told an organisation."""

    async def say(self, organisation_id: bytes, user_id: bytes, said: Said, now_us: int) -> None:
        """Keeps what somebody says."""


class PrivaciesPort(Protocol):
    """See `privacy.Privacies`; raises UnavailableError when the database is gone."""

    async def of(self, organisation_id: bytes) -> Privacy:
        """What an organisation does with what people say."""

    async def change(
        self, organisation_id: bytes, move: Callable[[Privacy], Privacy], by: bytes, now_us: int
    ) -> Privacy:
        """Says it anew."""


class StorePort(Protocol):
    """See `store.Store`; raises UnavailableError when the database is gone and nothing is remembered."""

    async def get(self, activity_id: bytes) -> Activity | None:
        """The activity of an id; None where there is none."""


class AllowancePort(Protocol):
    """See `servicekit.redis.allowance`; one trip, and never raises."""

    async def spend(self, items: Sequence[tuple[bytes, bool]]) -> list[float]:
        """For each, in order: 0 if it was in time, else the seconds until the hour is over."""


class PhonesPort(Protocol):
    """Numbers that WeChat verified; raises UnavailableError when it does not answer."""

    async def verified(self, code: str) -> str:
        """The number behind a code; raises InvalidArgumentError for one that WeChat does not know."""


class ParticipantServicer(participants_pb2_grpc.ParticipantServiceServicer):
    """Serves the methods.

    Args:
        organisation_name: What an organisation is called, empty while nobody can tell; never raises.
        export: Whatever is known of a person; raises UnavailableError.
        erase: Empties what is known of a person; raises UnavailableError.
        now_us: The clock; tests bring their own.
    """

    def __init__(
        self,
        answers: AnswersPort,
        details: DetailsPort,
        privacies: PrivaciesPort,
        store: StorePort,
        roles: RolesPort,
        allowance: AllowancePort,
        organisation_name: Callable[[bytes], Awaitable[str]],
        export: Callable[[bytes], Awaitable[pb.ExportMeResponse]],
        erase: Callable[[bytes], Awaitable[None]],
        phones: PhonesPort,
        now_us: Callable[[], int] = clock.now_us,
    ) -> None:
        self._answers = answers
        self._details = details
        self._privacies = privacies
        self._roles = roles
        self._allowance = allowance
        self._organisation_name = organisation_name
        self._export = export
        self._erase = erase
        self._phones = phones
        self._now_us = now_us
        self._activities: TimedCache[bytes, Activity | None] = TimedCache(store.get, _BELIEVED_S, keep=bool)
        self._told: TimedCache[bytes, Privacy] = TimedCache(privacies.of, _BELIEVED_S)

    async def GetParticipation(self, request: pb.GetParticipationRequest, context: Context) -> pb.Participation:
        """What the calling person said, and who keeps it."""
        return await self._participation(await self._published(request.activity_id))

    async def SetAnswer(self, request: pb.SetAnswerRequest, context: Context) -> pb.Participation:
        """Whether the calling person will come."""
        activity = await self._published(request.activity_id)
        if request.answer not in set(Answer):
            raise invalid("answer", "must be coming or leave")
        answer, user_id, now_us = Answer(request.answer), person().user_id, self._now_us()
        before = await self._answers.of(activity.activity_id, user_id)
        if answer != before:
            check_in_time(activity, before, answer, now_us)
            await self._spend()
            await self._answers.give(activity, Answered(user_id, answer, now_us))
        return await self._participation(activity)

    async def SayDetails(self, request: pb.SayDetailsRequest, context: Context) -> pb.Participation:
        """What the calling person is asked."""
        activity = await self._published(request.activity_id)
        _check_asked(activity, request.details)
        texts = [_text(index, each) for index, each in enumerate(request.details)]
        await self._spend()
        said: dict[Question, str] = {}
        for index, (each, text) in enumerate(zip(request.details, texts, strict=True)):
            said[_question(each)] = await self._verified(index, each.phone_code) if each.phone_code else text
        await self._details.say(activity.definition.organisation_id, person().user_id, said, self._now_us())
        return await self._participation(activity)

    async def GetPrivacy(self, request: pb.GetPrivacyRequest, context: Context) -> pb.Privacy:
        """What an organisation does with what people say."""
        await admit(self._roles, request.organisation_id, STAFF)
        return _privacy(await self._privacies.of(request.organisation_id))

    async def UpdatePrivacy(self, request: pb.UpdatePrivacyRequest, context: Context) -> pb.Privacy:
        """Changes what is given."""
        await admit(self._roles, request.organisation_id, ORGANISER)

        def move(before: Privacy) -> Privacy:
            keeps_days = request.keeps_days if request.HasField("keeps_days") else before.keeps_days
            after = replace(before, keeps_days=keeps_days)
            after = replace(after, purpose=tidy(request.purpose)) if request.HasField("purpose") else after
            privacy.check(after)
            return after

        changed = await self._privacies.change(request.organisation_id, move, person().user_id, self._now_us())
        self._told.forget(request.organisation_id)
        return _privacy(changed)

    async def ListAnswers(self, request: pb.ListAnswersRequest, context: Context) -> pb.ListAnswersResponse:
        """Everybody's, in pages by person."""
        size = min(request.page_size or _ANSWERS_AT_ONCE, _ANSWERS_AT_ONCE)
        after = pages.decode_id(request.page_token) or b""
        found = await self._answers.page(request.activity_id, after, size + 1)
        answers = (
            pb.ParticipantAnswer(
                user_id=each.user_id, answer=pb.Answer.ValueType(each.answer), answered_at=each.answered_at
            )
            for each in found[:size]
        )
        is_more = len(found) > size
        next_page_token = pages.encode(found[size - 1].user_id) if is_more else ""
        return pb.ListAnswersResponse(answers=answers, next_page_token=next_page_token)

    async def BatchGetDetails(self, request: pb.BatchGetDetailsRequest, context: Context) -> pb.BatchGetDetailsResponse:
        """What these people told of what the activity asks."""
        if len(request.user_ids) > _PEOPLE_AT_ONCE:
            raise invalid("user_ids", f"must be at most {_PEOPLE_AT_ONCE}")
        activity = await self._activities.get(request.activity_id)
        if activity is None or not activity.definition.ask or not request.user_ids:
            return pb.BatchGetDetailsResponse()
        found = await self._details.of(activity.definition.organisation_id, request.user_ids)
        asked = activity.definition.ask
        people = (
            pb.ParticipantDetails(user_id=user_id, said=[said.get(question, "") for question in asked])
            for user_id, said in found.items()
            if any(question in said for question in asked)
        )
        return pb.BatchGetDetailsResponse(people=people)

    async def ExportMe(self, request: pb.ExportMeRequest, context: Context) -> pb.ExportMeResponse:
        """Whatever organisations have of the calling person."""
        return await self._export(person().user_id)

    async def ErasePerson(self, request: pb.ErasePersonRequest, context: Context) -> pb.ErasePersonResponse:
        """Empties what is known of a person."""
        await self._erase(request.user_id)
        return pb.ErasePersonResponse()

    async def _published(self, activity_id: bytes) -> Activity:
        """What whoever has its id may know of."""
        activity = await self._activities.get(activity_id)
        if activity is None or activity.published_at is None:
            raise ActivityNotFoundError
        return activity

    async def _participation(self, activity: Activity) -> pb.Participation:
        user_id, definition = person().user_id, activity.definition
        answer = await self._answers.of(activity.activity_id, user_id)
        said: Said = {}
        if definition.ask:
            said = (await self._details.of(definition.organisation_id, [user_id])).get(user_id, {})
        return pb.Participation(
            answer=pb.Answer.ValueType(answer or 0),
            questions=[
                pb.Question(detail=pb.Detail.ValueType(each.detail), label=each.label) for each in definition.ask
            ],
            said=[said.get(each, "") for each in definition.ask],
            organisation_name=await self._organisation_name(definition.organisation_id),
            privacy=_privacy(await self._told.get(definition.organisation_id)),
        )

    async def _spend(self) -> None:
        [wait_s] = await self._allowance.spend([(person().user_id, True)])
        if wait_s:
            SAID_OVER.inc()
            raise SaidTooOftenError(wait_s)

    async def _verified(self, index: int, code: str) -> str:
        try:
            return await self._phones.verified(code)
        except InvalidArgumentError:
            cure = "is unknown, used or too old; tap the phone-number button again and send the new one"
            raise invalid(f"details[{index}].phone_code", cure) from None


def _check_asked(activity: Activity, details: Iterable[pb.SaidDetail]) -> None:
    known: set[Question] = set()
    for index, each in enumerate(details):
        question = _question(each)
        if question not in activity.definition.ask:
            raise invalid(f"details[{index}].detail", "is not asked by this activity; read what it asks again")
        if question in known:
            raise invalid(f"details[{index}].detail", "is answered twice; leave one out")
        known.add(question)


def _question(said: pb.SaidDetail) -> Question:
    return Question(said.detail, said.label)


def _text(index: int, said: pb.SaidDetail) -> str:
    """What somebody says, as it is kept; empty where it is taken back, or stands behind a code."""
    if said.phone_code and said.detail != Detail.PHONE:
        raise invalid(f"details[{index}].phone_code", "is for the phone number alone; send a value")
    if said.value and said.detail == Detail.PHONE:
        raise invalid(f"details[{index}].value", "a phone number is not typed; send phone_code of the phone button")
    text = tidy(said.value)
    if found := fault(text, MAX_CHARACTERS, is_required=bool(said.value)):
        raise invalid(f"details[{index}].value", found)
    return text


def _privacy(said: Privacy) -> pb.Privacy:
    return pb.Privacy(keeps_days=said.keeps_days, purpose=said.purpose)
