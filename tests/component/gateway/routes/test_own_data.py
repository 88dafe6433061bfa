"""What the caller may take with them, over real HTTP."""

from protos.activity.v1 import participants_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit import ids
from tests.component.gateway.conftest import Gateway

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
RAW = ids.from_text(ID)
AT, SHOWN_AT = 1788220800_000000, "2026-09-01T00:00:00.000Z"


async def test_the_caller_is_given_all_that_is_kept_of_them(gateway: Gateway) -> None:
    """Of both services, and every page of organisations."""
    organisation = identity_pb2.Organisation(organisation_id=RAW, name="跑步社", role=identity_pb2.ROLE_STAFF)
    entry = pb.ExportedEntry(roster_id=RAW, name="王小明", phone="13800000000", extra={"座位": "A7"})
    gateway.services.answers |= {
        "GetMe": identity_pb2.User(user_id=RAW, name="王小明", created_at=AT),
        "ListOrganisations": identity_pb2.ListOrganisationsResponse(organisations=[organisation]),
        "GetSubscriptions": identity_pb2.Subscriptions(),
        "ExportMe": pb.ExportMeResponse(
            answers=[pb.ExportedAnswer(activity_id=RAW, answer=pb.ANSWER_COMING, answered_at=AT)],
            details=[pb.ExportedDetail(organisation_id=RAW, detail=pb.DETAIL_NAME, value="王小明", said_at=AT)],
            entries=[entry],
        ),
    }

    own = (await gateway.http.get("/v1/me/export", headers=gateway.bearer())).json()

    assert own["user"] == {"id": ID, "name": "王小明", "created_at": SHOWN_AT}
    assert [each["name"] for each in own["organisations"]] == ["跑步社"]
    assert own["subscriptions"] == {"quotas": {}, "results": {}}
    assert own["answers"] == [{"activity_id": ID, "answer": "coming", "answered_at": SHOWN_AT}]
    assert own["details"] == [
        {"organisation_id": ID, "detail": "name", "label": "", "value": "王小明", "said_at": SHOWN_AT}
    ]
    [listed] = own["entries"]
    assert (listed["roster_id"], listed["name"], listed["extra"]) == (ID, "王小明", {"座位": "A7"})
    [asked] = gateway.services.requests("ListOrganisations")
    assert asked.include_archived
