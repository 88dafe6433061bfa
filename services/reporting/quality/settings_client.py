"""What activities ask, as the activity service tells it."""

import logging
from collections.abc import Collection, Mapping

import grpc

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from servicekit.clock import SECOND_US
from servicekit.errors import ServiceError
from servicekit.rpc import client
from services.reporting.quality.advice import Settings
from services.reporting.quality.quality import AskSettings

log = logging.getLogger(__name__)

_TIMEOUT_S = 0.5


def asker(channel: grpc.aio.Channel) -> AskSettings:
    """Asks on nobody's behalf; while nobody can tell there is no advice, which is not worth failing for."""
    stub = activity_pb2_grpc.ActivityServiceStub(channel)

    async def ask(activity_ids: Collection[bytes]) -> Mapping[bytes, Settings]:
        request = pb.BatchGetOccurrencesRequest(activity_ids=activity_ids)
        try:
            response = await client.call(stub.BatchGetOccurrences, request, timeout_s=_TIMEOUT_S)
        except ServiceError as error:
            log.warning("no advice: %s", error)
            return {}
        return {each.activity_id: _settings(each) for each in response.occurrences}

    return ask


def _settings(occurrence: pb.OccurrenceSnapshot) -> Settings:
    return Settings(
        occurrence.place.radius_m if occurrence.HasField("place") else 0,
        len(occurrence.bssids),
        len(occurrence.gates),
        (occurrence.starts_at - occurrence.opens_at) // SECOND_US,
        occurrence.qr_period_s,
    )
