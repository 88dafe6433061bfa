"""ParticipantService over real gRPC: who may ask and say what, until when, and what reporting and identity are told."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from protos.activity.v1 import participants_pb2 as pb
from protos.activity.v1 import participants_pb2_grpc
from protos.identity.v1 import identity_pb2
from servicekit import ids
from servicekit.clock import SECOND_US
from servicekit.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServiceError,
)
from servicekit.rpc import client
from services.activity.definition import Detail, Question
from services.activity.domain import Activity
from services.activity.participants.rpc import ACCESS, ParticipantServicer
from tests.component.conftest import Loopback, Signer
from tests.fakes.activity import STARTS_AT, FakeRoles, FakeStore, a_draft, an_allowance
from tests.fakes.participants import FakeAnswers, FakeDetails, FakePhones, FakePrivacies

ORGANISATION = ids.new_id()
PEOPLE = {role: ids.new_id() for role in ("owner", "organiser", "staff", "member", "stranger")}
_ROLES = {
    "owner": identity_pb2.ROLE_OWNER,
    "organiser": identity_pb2.ROLE_ORGANISER,
    "staff": identity_pb2.ROLE_STAFF,
    "member": identity_pb2.ROLE_MEMBER,
}
ASK = (Question(Detail.NAME), Question(Detail.PHONE), Question(Detail.TEXT, "衣服尺码"))
ENDS_AT = STARTS_AT + 7200 * SECOND_US
NAME = pb.SaidDetail(detail=pb.DETAIL_NAME, value=" 王小明 ")
PHONE = pb.SaidDetail(detail=pb.DETAIL_PHONE, phone_code="c")


@dataclass
class Service:
    """The service as a test sees it, on fakes."""

    loopback: Loopback
    signer: Signer
    answers: FakeAnswers = field(default_factory=FakeAnswers)
    details: FakeDetails = field(default_factory=FakeDetails)
    store: FakeStore = field(default_factory=FakeStore)
    phones: FakePhones = field(default_factory=lambda: FakePhones({"c": "13800000000"}))
    erased: list[bytes] = field(default_factory=list)
    now_us: int = STARTS_AT - 3600 * SECOND_US
    per_hour: int = 100

    async def start(self) -> "Service":
        """Serves; the activity is published and asks three things."""
        self.activity = self.add(a_draft(ORGANISATION, ids.new_id(), ids.new_id(), ask=ASK).publish(1))
        servicer = ParticipantServicer(
            self.answers,
            self.details,
            FakePrivacies(),
            self.store,
            FakeRoles({(ORGANISATION, PEOPLE[name]): role for name, role in _ROLES.items()}),
            an_allowance(self.per_hour),
            self.name_of,
            self.export,
            self.erase,
            self.phones,
            lambda: self.now_us,
        )
        register = participants_pb2_grpc.add_ParticipantServiceServicer_to_server
        await self.loopback.serve("activity", register, servicer, ACCESS, self.signer.verifier())
        return self

    def add(self, activity: Activity) -> Activity:
        """Another one."""
        self.store.activities[activity.activity_id] = activity
        return activity

    async def name_of(self, organisation_id: bytes) -> str:
        """What every organisation is called."""
        return "实验中学"

    async def export(self, user_id: bytes) -> pb.ExportMeResponse:
        """Whatever is known of whoever asks."""
        return pb.ExportMeResponse(answers=[pb.ExportedAnswer(activity_id=user_id)])

    async def erase(self, user_id: bytes) -> None:
        """Notes whom."""
        self.erased.append(user_id)

    async def call(self, name: str, request: Any, who: str = "stranger", by: str = "gateway") -> Any:
        """Calls a method, on somebody's behalf where the gateway does."""
        stub = participants_pb2_grpc.ParticipantServiceStub(self.loopback.connect("activity", by))
        token = self.signer.token(PEOPLE[who]) if by == "gateway" else None
        return await client.call(getattr(stub, name), request, timeout_s=30, token=token)

    async def answer(self, answer: "pb.Answer.ValueType") -> pb.Participation:
        """A stranger answers."""
        request = pb.SetAnswerRequest(activity_id=self.activity.activity_id, answer=answer)
        return await self.call("SetAnswer", request)

    async def say(self, *details: pb.SaidDetail, activity_id: bytes = b"") -> pb.Participation:
        """A stranger says what is asked."""
        request = pb.SayDetailsRequest(activity_id=activity_id or self.activity.activity_id, details=details)
        return await self.call("SayDetails", request)


@pytest.fixture
async def service(loopback: Loopback, signer: Signer) -> Service:
    """See `Service`."""
    return await Service(loopback, signer).start()


async def test_whoever_has_the_activity_is_told_what_it_asks_and_who_keeps_it(service: Service) -> None:
    """Before they said anything."""
    told = await service.call("GetParticipation", pb.GetParticipationRequest(activity_id=service.activity.activity_id))

    assert [(each.detail, each.label) for each in told.questions] == [(each.detail, each.label) for each in ASK]
    assert (told.answer, [*told.said], told.organisation_name) == (0, ["", "", ""], "实验中学")
    assert (told.privacy.keeps_days, bool(told.privacy.purpose)) == (180, True)


@pytest.mark.parametrize("name", ["GetParticipation", "SetAnswer", "SayDetails"])
async def test_a_draft_and_an_unknown_activity_read_the_same(service: Service, name: str) -> None:
    """Nobody finds out which ids exist."""
    draft = service.add(a_draft(ORGANISATION, ids.new_id(), ids.new_id()))
    details = []
    for activity_id in (draft.activity_id, ids.new_id()):
        with pytest.raises(NotFoundError) as refusal:
            await service.call(name, getattr(pb, f"{name}Request")(activity_id=activity_id))
        details.append(refusal.value.detail)

    assert details[0] == details[1]


@pytest.mark.parametrize(
    ("before", "answer", "at", "error"),
    [
        (None, pb.ANSWER_COMING, STARTS_AT - 1, None),
        (None, pb.ANSWER_COMING, ENDS_AT - 1, None),
        (None, pb.ANSWER_LEAVE, ENDS_AT - 1, None),
        (None, pb.ANSWER_LEAVE, ENDS_AT, ConflictError),
        (pb.ANSWER_LEAVE, pb.ANSWER_COMING, STARTS_AT - 1, None),
        (pb.ANSWER_LEAVE, pb.ANSWER_COMING, STARTS_AT, ConflictError),
        (pb.ANSWER_COMING, pb.ANSWER_LEAVE, ENDS_AT - 1, None),
        (pb.ANSWER_COMING, pb.ANSWER_COMING, ENDS_AT, None),
        (None, pb.ANSWER_UNSPECIFIED, STARTS_AT - 1, InvalidArgumentError),
    ],
)
async def test_until_when_somebody_may_answer(
    service: Service,
    before: "pb.Answer.ValueType | None",
    answer: "pb.Answer.ValueType",
    at: int,
    error: type[ServiceError] | None,
) -> None:
    """Until it ends, and to come after all until it starts; a repeat is always the same."""
    if before:
        await service.answer(before)
    service.now_us = at

    if error:
        with pytest.raises(error):
            await service.answer(answer)
    else:
        assert (await service.answer(answer)).answer == answer


async def test_a_closed_activity_takes_no_answer(service: Service) -> None:
    """Whatever its times say."""
    service.activity = service.add(a_draft(ORGANISATION, ids.new_id(), ids.new_id()).publish(1).close())
    with pytest.raises(ConflictError):
        await service.answer(pb.ANSWER_LEAVE)


async def test_details_are_said_once_for_an_organisation(service: Service) -> None:
    """Another activity of it that asks the same is told; a phone number comes from WeChat."""
    other = service.add(a_draft(ORGANISATION, ids.new_id(), ids.new_id(), ask=ASK[:2]).publish(1))
    foreign = service.add(a_draft(ids.new_id(), ids.new_id(), ids.new_id(), ask=ASK[:1]).publish(1))

    assert [*(await service.say(NAME, PHONE)).said] == ["王小明", "13800000000", ""]
    for activity, said in ((other, ["王小明", "13800000000"]), (foreign, [""])):
        request = pb.GetParticipationRequest(activity_id=activity.activity_id)
        assert [*(await service.call("GetParticipation", request)).said] == said
    taken_back = await service.say(pb.SaidDetail(detail=pb.DETAIL_NAME))
    assert [*taken_back.said] == ["", "13800000000", ""]


@pytest.mark.parametrize(
    ("details", "field_name"),
    [
        ([pb.SaidDetail(detail=pb.DETAIL_EMPLOYER, value="x")], "details[0].detail"),
        ([pb.SaidDetail(detail=pb.DETAIL_TEXT, label="鞋码", value="42")], "details[0].detail"),
        ([NAME, NAME], "details[1].detail"),
        ([pb.SaidDetail(detail=pb.DETAIL_PHONE, value="13800000000")], "details[0].value"),
        ([pb.SaidDetail(detail=pb.DETAIL_NAME, phone_code="c")], "details[0].phone_code"),
        ([NAME, pb.SaidDetail(detail=pb.DETAIL_TEXT, label="衣服尺码", value="x" * 65)], "details[1].value"),
        ([pb.SaidDetail(detail=pb.DETAIL_NAME, value="王\u202e明")], "details[0].value"),
        ([NAME, pb.SaidDetail(detail=pb.DETAIL_PHONE, phone_code="unknown")], "details[1].phone_code"),
    ],
)
async def test_what_cannot_be_said_is_explained(
    service: Service, details: list[pb.SaidDetail], field_name: str
) -> None:
    """By its JSON path, and nothing is kept."""
    with pytest.raises(InvalidArgumentError) as refusal:
        await service.say(*details)

    assert [fault.field for fault in refusal.value.fields] == [field_name]
    assert service.details.kept == {}


async def test_somebody_says_so_much_in_an_hour(loopback: Loopback, signer: Signer) -> None:
    """Answers and details together; a repeated answer says nothing new."""
    service = await Service(loopback, signer, per_hour=2).start()
    await service.say(NAME)
    for _ in range(3):
        await service.answer(pb.ANSWER_COMING)
    with pytest.raises(RateLimitedError):
        await service.answer(pb.ANSWER_LEAVE)
    with pytest.raises(RateLimitedError):
        await service.say(NAME)


@pytest.mark.parametrize("who", PEOPLE)
async def test_who_reads_and_changes_the_privacy_of_an_organisation(service: Service, who: str) -> None:
    """Staff read, organisers change, and to others there is no organisation."""
    change = pb.UpdatePrivacyRequest(organisation_id=ORGANISATION, keeps_days=30)
    may_change = who in ("owner", "organiser")
    for name, request, is_allowed in (
        ("GetPrivacy", pb.GetPrivacyRequest(organisation_id=ORGANISATION), may_change or who == "staff"),
        ("UpdatePrivacy", change, may_change),
    ):
        if is_allowed:
            await service.call(name, request, who)
        else:
            with pytest.raises(PermissionDeniedError if who == "staff" else NotFoundError):
                await service.call(name, request, who)


async def test_a_change_of_privacy_is_told_to_the_next_who_asks(service: Service) -> None:
    """What is left out stays; what makes no sense is named."""
    request = pb.GetParticipationRequest(activity_id=service.activity.activity_id)
    before = (await service.call("GetParticipation", request)).privacy
    change = pb.UpdatePrivacyRequest(organisation_id=ORGANISATION, keeps_days=30)
    changed = await service.call("UpdatePrivacy", change, "owner")

    assert (changed.keeps_days, changed.purpose) == (30, before.purpose)
    assert (await service.call("GetParticipation", request)).privacy == changed
    for name, value in (("keeps_days", 0), ("keeps_days", 1096), ("purpose", " "), ("purpose", "x" * 201)):
        with pytest.raises(InvalidArgumentError) as refusal:
            wrong = pb.UpdatePrivacyRequest(organisation_id=ORGANISATION, **{name: value})  # type: ignore[arg-type]
            await service.call("UpdatePrivacy", wrong, "owner")
        assert [fault.field for fault in refusal.value.fields] == [name]


async def test_reporting_reads_answers_and_details(service: Service) -> None:
    """In pages by person; details by the activity's own questions, and who told nothing is left out."""
    await service.answer(pb.ANSWER_LEAVE)
    await service.say(NAME)
    mine = service.activity.activity_id
    request = pb.BatchGetDetailsRequest(activity_id=mine, user_ids=[PEOPLE["stranger"], PEOPLE["owner"]])

    answers = await service.call("ListAnswers", pb.ListAnswersRequest(activity_id=mine, page_size=1), by="reporting")
    told = await service.call("BatchGetDetails", request, by="reporting")

    [answer] = answers.answers
    assert (answer.user_id, answer.answer, answer.answered_at) == (PEOPLE["stranger"], pb.ANSWER_LEAVE, service.now_us)
    assert answers.next_page_token == ""
    [person] = told.people
    assert (person.user_id, [*person.said]) == (PEOPLE["stranger"], ["王小明", "", ""])


async def test_identity_alone_erases(service: Service) -> None:
    """The gateway has no way to erase somebody else."""
    request = pb.ErasePersonRequest(user_id=PEOPLE["member"])
    await service.call("ErasePerson", request, by="identity")
    with pytest.raises(PermissionDeniedError):
        await service.call("ErasePerson", request)
    assert service.erased == [PEOPLE["member"]]


async def test_people_export_what_is_known_of_themselves(service: Service) -> None:
    """Nobody names anybody else."""
    exported = await service.call("ExportMe", pb.ExportMeRequest(), "member")
    assert exported.answers[0].activity_id == PEOPLE["member"]
