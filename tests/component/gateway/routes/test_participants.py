"""What people say of themselves, over real HTTP: what reaches the service, and what comes back."""

from protos.activity.v1 import participants_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit import ids
from tests.component.gateway.conftest import Gateway

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
PATH = f"/v1/activities/{ID}/me"
PRIVACY = pb.Privacy(keeps_days=180, purpose="核对名单")
SAID = pb.Participation(
    answer=pb.ANSWER_LEAVE,
    questions=[pb.Question(detail=pb.DETAIL_NAME), pb.Question(detail=pb.DETAIL_TEXT, label="衣服尺码")],
    said=["王小明", ""],
    organisation_name="实验中学",
    privacy=PRIVACY,
)
SHOWN = {
    "answer": "leave",
    "questions": [
        {"detail": "name", "label": "", "said": "王小明"},
        {"detail": "text", "label": "衣服尺码", "said": ""},
    ],
    "organisation_name": "实验中学",
    "keeps_days": 180,
    "purpose": "核对名单",
}


async def test_people_answer_and_say_what_is_asked(gateway: Gateway) -> None:
    """Each call answers where they stand."""
    gateway.services.answers |= {"GetParticipation": SAID, "SetAnswer": SAID, "SayDetails": SAID}
    headers = gateway.bearer()
    details = [{"detail": "name", "value": "王小明"}, {"detail": "phone", "phone_code": "c"}]

    answers = [
        await gateway.http.get(PATH, headers=headers),
        await gateway.http.put(f"{PATH}/answer", json={"answer": "leave"}, headers=headers),
        await gateway.http.put(f"{PATH}/details", json={"details": details}, headers=headers),
    ]

    assert [answer.json() for answer in answers] == [SHOWN] * 3
    assert gateway.services.requests("SetAnswer")[0].answer == pb.ANSWER_LEAVE
    assert [*gateway.services.requests("SayDetails")[0].details] == [
        pb.SaidDetail(detail=pb.DETAIL_NAME, value="王小明"),
        pb.SaidDetail(detail=pb.DETAIL_PHONE, phone_code="c"),
    ]


async def test_nothing_said_yet_is_null_and_empty(gateway: Gateway) -> None:
    """An activity that asks nothing has no questions."""
    gateway.services.answers |= {"GetParticipation": pb.Participation(privacy=PRIVACY)}
    told = (await gateway.http.get(PATH, headers=gateway.bearer())).json()
    assert (told["answer"], told["questions"], told["organisation_name"]) == (None, [], "")


async def test_privacy_is_read_and_changed(gateway: Gateway) -> None:
    """What is left out of a change stays as it is."""
    gateway.services.answers |= {"GetPrivacy": PRIVACY, "UpdatePrivacy": PRIVACY}
    path, headers = f"/v1/organisations/{ID}/privacy", gateway.bearer()

    told = await gateway.http.get(path, headers=headers)
    await gateway.http.patch(path, json={"keeps_days": 30}, headers=headers)
    await gateway.http.put(path, json={"purpose": "核对名单"}, headers=headers)

    assert told.json() == {"keeps_days": 180, "purpose": "核对名单"}
    days, purpose = gateway.services.requests("UpdatePrivacy")
    assert (days.keeps_days, days.HasField("purpose")) == (30, False)
    assert (purpose.purpose, purpose.HasField("keeps_days")) == ("核对名单", False)
    assert days.organisation_id == ids.from_text(ID)


async def test_who_is_erased_is_signed_out_at_this_gateway_at_once(gateway: Gateway) -> None:
    """Whatever the channel of revocations does."""
    gateway.services.answers |= {"EraseMe": identity_pb2.EraseMeResponse(), "GetMe": identity_pb2.User()}
    headers = gateway.bearer()

    assert (await gateway.http.delete("/v1/me", headers=headers)).status_code == 204
    assert (await gateway.http.get("/v1/me", headers=headers)).status_code == 401
