"""A person's own proof of an activity: asked for, waited for, fetched."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from gateway.clients import ask
from gateway.http.fields import Id, Time
from gateway.routes.dependencies import Call, Routes, reply
from gateway.routes.exports import FILE, STATES, StateName, handed_out
from protos.reporting.v1 import exports_pb2
from protos.reporting.v1 import proofs_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.errors import RateLimitedError

routes = Routes("exports")

# Identity and activity are asked on the way.
_LOOK_S = 3.0


class OwnProof(msgspec.Struct):
    """A proof on its way; `reason` says why it failed, or what a running one waits for."""

    state: StateName
    progress: Annotated[int, Meta(description="0 to 100.")]
    file_bytes: int
    file_name: Annotated[str, Meta(examples=["新生讲座 参会证明 20260901-1030.pdf"])]
    reason: Annotated[str | None, Meta(examples=["NOBODY_QUALIFIES"])]
    created_at: Time
    expires_at: Time | None


_MEANINGS = {200: "It can be fetched.", 202: "It waits, or is being made."}


@routes.on(
    "PUT",
    "/v1/activities/{activity_id}/me/proof",
    answers={200: OwnProof, 202: OwnProof},
    meanings=_MEANINGS,
)
async def ask_for_own_proof(call: Call, activity_id: Id) -> Response:
    """Has a proof made that the caller came, and for how long, of what has closed; asked again, the same one.

    For whoever was accepted: else 404 NOT_ATTENDED, 409 CHECKIN_UNDECIDED or STILL_OPEN; 403 OWN_PROOF_NEVER where
    `policy.own_proof` leaves proofs to organisers, 429 PROOFS_QUEUED where too many wait. GET says when it is `done`.
    """
    parts = call.parts
    if wait_s := parts.own_proofs.take(call.person.user_id) or parts.all_own_proofs.take(b""):
        raise RateLimitedError("one proof after the other; ask in a moment", retry_after_s=wait_s)
    request = pb.CreateOwnProofRequest(activity_id=activity_id)
    made = _own_proof(await ask(call.services.proofs.CreateOwnProof, request, call.person, timeout_s=_LOOK_S))
    return reply(made, 200 if made.state == "done" else 202)


@routes.on("GET", "/v1/activities/{activity_id}/me/proof")
async def get_own_proof(call: Call, activity_id: Id) -> OwnProof:
    """How far the latest is that the caller asked for; 404 PROOF_NOT_ASKED where they asked for none."""
    request = pb.GetOwnProofRequest(activity_id=activity_id)
    return _own_proof(await ask(call.services.proofs.GetOwnProof, request, call.person))


@routes.on("GET", "/v1/activities/{activity_id}/me/proof/file", answers={200: FILE})
async def download_own_proof(call: Call, activity_id: Id) -> Response:
    """The PDF, once it is `done`, while the caller may have it: refused as where it is asked for."""
    request = pb.DownloadOwnProofRequest(activity_id=activity_id)
    return await handed_out(call, call.services.proofs.DownloadOwnProof, request)


def _own_proof(job: exports_pb2.Export) -> OwnProof:
    return OwnProof(
        state=STATES[job.state],
        progress=job.progress,
        file_bytes=job.file_bytes,
        file_name=job.file_name,
        reason=job.reason or None,
        created_at=to_rfc3339(job.created_at),
        expires_at=to_rfc3339(job.expires_at) if job.expires_at else None,
    )
