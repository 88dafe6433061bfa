"""`reporting.v1.ProofService`: what is true now of what a proof says, for whoever holds it."""

from typing import Any

from domainkit.masked_names import masked
from protos.reporting.v1 import proofs_pb2 as pb
from protos.reporting.v1 import proofs_pb2_grpc
from servicekit.rpc.interceptors import by
from services.reporting.errors import ActivityNotFoundError
from services.reporting.exports.making import Activities
from services.reporting.exports.reading import Facts, People, Windows
from services.reporting.papers.attested import Stay, is_nothing, minutes_of, stays
from services.reporting.papers.papers import OrganisationName
from services.reporting.papers.proof_token import Claim, ProofKeys, ProofUnknownError

ACCESS = {"/reporting.v1.ProofService/CheckProof": by("gateway")}


class ProofServicer(proofs_pb2_grpc.ProofServiceServicer):
    """Answers.

    Args:
        keys: None: nothing is exported here, so there are no proofs.
    """

    def __init__(
        self,
        keys: ProofKeys | None,
        activities: Activities,
        facts: Facts,
        people: People,
        windows: Windows,
        organisation_name: OrganisationName,
    ) -> None:
        self._keys = keys
        self._activities = activities
        self._facts = facts
        self._people = people
        self._windows = windows
        self._organisation_name = organisation_name

    async def CheckProof(self, request: pb.CheckProofRequest, context: Any) -> pb.Proof:
        """Looks at the claim, and at what the person did."""
        if self._keys is None:
            raise ProofUnknownError
        claim = self._keys.claim(request.token)
        try:
            activity = await self._activities.get(claim.activity_id)
        except ActivityNotFoundError:
            raise ProofUnknownError from None
        scene = await self._people.scene(activity, is_needed=True)
        tried = scene.as_one(await self._facts.of(activity.activity_id, scene.ids(claim.user_id)))
        windows = await self._windows.windows_of(activity.activity_id)
        found = stays({each.occurrence_id: each for each in windows}, tried, claim.from_at, claim.until)
        if is_nothing(activity):
            found = []
        [shown] = await self._people.shown(
            scene, list(scene.people([scene.key(claim.user_id)], tried)), is_needed=True, has_details=False
        )
        return pb.Proof(
            state=state_of(claim, found),
            title=activity.title,
            organisation=await self._organisation_name(activity.organisation_id),
            name=masked(shown.name),
            first_at=_begins(found[0]) if found else 0,
            last_at=_begins(found[-1]) if found else 0,
            time_zone=activity.time_zone,
            sessions=len(found),
            minutes=minutes_of(found),
            attested_sessions=claim.sessions,
            attested_minutes=claim.minutes,
        )


def state_of(claim: Claim, found: list[Stay]) -> pb.Proof.State.ValueType:
    """How much is left of what a proof attests."""
    if not found:
        return pb.Proof.STATE_ANNULLED
    is_less = len(found) < claim.sessions or minutes_of(found) < claim.minutes
    return pb.Proof.STATE_REDUCED if is_less else pb.Proof.STATE_VALID


def _begins(stay: Stay) -> int:
    return stay.window.starts_at or stay.window.opens_at
