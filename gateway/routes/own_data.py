"""Everything that is kept of the caller, save their check-ins, which have a list of their own."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.clients import ask
from gateway.http.fields import IdText, Time
from gateway.routes.dependencies import Call, Routes
from gateway.routes.identity import Organisation, User, to_organisation, to_user
from gateway.routes.participants import ANSWER_NAMES, AnswerName, Label, Value
from gateway.routes.question_shapes import DETAIL_NAMES, DetailName
from gateway.routes.roster_shapes import Group, Note, Number, PersonName
from gateway.routes.subscription import Standing, to_standing
from protos.activity.v1 import participants_pb2
from protos.identity.v1 import identity_pb2
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("identity")

_PAGE = 200


class OwnAnswer(msgspec.Struct):
    """Whether the caller said that they come."""

    activity_id: IdText
    answer: AnswerName | None
    answered_at: Time


class OwnDetail(msgspec.Struct):
    """What the caller told an organisation."""

    organisation_id: IdText
    detail: DetailName | None
    label: Label
    value: Value
    said_at: Time


class ExportedEntry(msgspec.Struct):
    """What a roster says of the caller."""

    roster_id: IdText
    name: PersonName
    number: Number
    phone: Annotated[str, Meta(examples=["13800000000"])]
    group: Group
    note: Note
    extra: dict[str, str]


class OwnData(msgspec.Struct):
    """What is known of the caller. Their check-ins are at `/v1/me/checkins`."""

    user: User
    organisations: list[Organisation]
    subscriptions: Standing
    answers: list[OwnAnswer]
    details: list[OwnDetail]
    entries: list[ExportedEntry]


@routes.on("GET", "/v1/me/export")
async def export_me(call: Call) -> OwnData:
    """All that is kept of the caller by name: profile, organisations, what they told them, and what rosters say."""
    identity, person = call.services.identity, call.person
    known = await ask(call.services.participants.ExportMe, participants_pb2.ExportMeRequest(), person)
    return OwnData(
        user=to_user(await ask(identity.GetMe, identity_pb2.GetMeRequest(), person)),
        organisations=await _organisations(call),
        subscriptions=to_standing(await ask(identity.GetSubscriptions, identity_pb2.GetSubscriptionsRequest(), person)),
        answers=[
            OwnAnswer(to_text(each.activity_id), ANSWER_NAMES.get(each.answer), to_rfc3339(each.answered_at))
            for each in known.answers
        ],
        details=[
            OwnDetail(
                to_text(each.organisation_id),
                DETAIL_NAMES.get(each.detail),
                each.label,
                each.value,
                to_rfc3339(each.said_at),
            )
            for each in known.details
        ],
        entries=[
            ExportedEntry(
                to_text(each.roster_id),
                each.name,
                each.number,
                each.phone,
                each.group,
                each.note,
                dict(each.extra),
            )
            for each in known.entries
        ],
    )


async def _organisations(call: Call) -> list[Organisation]:
    found: list[Organisation] = []
    request = identity_pb2.ListOrganisationsRequest(page_size=_PAGE, include_archived=True)
    while True:
        page = await ask(call.services.identity.ListOrganisations, request, call.person)
        found += [to_organisation(one, call) for one in page.organisations]
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token
