"""`reporting.v1.ProofService`: what is true now of what a proof says, for whoever holds it; and people's own proofs."""

from typing import Any

from domainkit.masked_names import masked
from protos.reporting.v1 import exports_pb2, proofs_pb2_grpc
from protos.reporting.v1 import proofs_pb2 as pb
from servicekit.rpc.interceptors import by, for_person, person
from services.reporting.errors import ActivityNotFoundError
from services.reporting.exports.errors import ExportsOffError
from services.reporting.exports.handing import Files, check_ready, pieces_of
from services.reporting.exports.wire import to_export
from services.reporting.papers.attested import Stay, is_nothing, minutes_of, stays
from services.reporting.papers.own_proofs import Looks, OwnProofs
from services.reporting.papers.papers import OrganisationName
from services.reporting.papers.proof_token import Claim, ProofKeys, ProofUnknownError

_SERVICE = "/reporting.v1.ProofService/"
_OWN = ("CreateOwnProof", "GetOwnProof", "DownloadOwnProof")
ACCESS = {_SERVICE + "CheckProof": by("gateway")} | {_SERVICE + method: for_person("gateway") for method in _OWN}


class ProofServicer(proofs_pb2_grpc.ProofServiceServicer):
    """Answers.

    Args:
        keys, files: None: nothing is exported here, so there are no proofs.
    """

    def __init__(
        self,
        keys: ProofKeys | None,
        looks: Looks,
        organisation_name: OrganisationName,
        own: OwnProofs,
        files: Files | None,
    ) -> None:
        self._keys = keys
        self._looks = looks
        self._organisation_name = organisation_name
        self._own = own
        self._files = files

    async def CheckProof(self, request: pb.CheckProofRequest, context: Any) -> pb.Proof:
        """Looks at the claim, and at what the person did."""
        if self._keys is None:
            raise ProofUnknownError
        claim = self._keys.claim(request.token)
        try:
            activity = await self._looks.activities.get(claim.activity_id)
        except ActivityNotFoundError:
            raise ProofUnknownError from None
        scene = await self._looks.people.scene(activity, is_needed=True)
        tried = scene.as_one(await self._looks.facts.of(activity.activity_id, scene.ids(claim.user_id)))
        windows = await self._looks.windows.windows_of(activity.activity_id)
        found = stays({each.occurrence_id: each for each in windows}, tried, claim.from_at, claim.until)
        if is_nothing(activity):
            found = []
        [shown] = await self._looks.people.shown(
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

    async def CreateOwnProof(self, request: pb.CreateOwnProofRequest, context: Any) -> exports_pb2.Export:
        """Puts it in the queue, or finds it."""
        if self._files is None:
            raise ExportsOffError
        return to_export(await self._own.ask(person().user_id, request.activity_id))

    async def GetOwnProof(self, request: pb.GetOwnProofRequest, context: Any) -> exports_pb2.Export:
        """How far it is."""
        return to_export(await self._own.latest(person().user_id, request.activity_id))

    async def DownloadOwnProof(self, request: pb.DownloadOwnProofRequest, context: Any) -> None:  # type: ignore[override]
        """The file, in pieces."""
        if self._files is None:
            raise ExportsOffError
        job = await self._own.due(person().user_id, request.activity_id)
        check_ready(job)
        async for piece in pieces_of(job, self._files):
            await context.write(piece)


def state_of(claim: Claim, found: list[Stay]) -> pb.Proof.State.ValueType:
    """How much is left of what a proof attests."""
    if not found:
        return pb.Proof.STATE_ANNULLED
    is_less = len(found) < claim.sessions or minutes_of(found) < claim.minutes
    return pb.Proof.STATE_REDUCED if is_less else pb.Proof.STATE_VALID


def _begins(stay: Stay) -> int:
    return stay.window.starts_at or stay.window.opens_at
