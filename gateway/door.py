"""Whom staff at a door mean by an entry, a code or a guest: one call of the activity service for all of a request."""

from collections.abc import Sequence

from gateway.clients import Clients, ask
from protos.activity.v1 import door_pb2 as pb
from servicekit.errors import ServiceError
from servicekit.rpc.status import from_status
from servicekit.tokens import Claims


async def resolve(
    services: Clients, person: Claims, activity_id: bytes, subjects: Sequence[pb.Subject]
) -> list[pb.DoorPerson | ServiceError]:
    """Who each is, or what is wrong with it, in order; without a call where there is none.

    Raises:
        ServiceError: The activity service is gone, or knows no such activity for this person.
    """
    if not subjects:
        return []
    request = pb.ResolveSubjectsRequest(activity_id=activity_id, subjects=subjects)
    answer: pb.ResolveSubjectsResponse = await ask(services.door.ResolveSubjects, request, person)
    return [one.person if one.HasField("person") else from_status(one.status) for one in answer.results]
