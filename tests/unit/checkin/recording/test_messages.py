"""What comes in a message, before anything of it is recorded."""

from dataclasses import replace

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.rabbitmq.delivery import Delivery
from services.checkin.queues import PUBLISHER
from services.checkin.recording.messages import to_copies
from tests.factories import a_copy

EMPTY = Delivery(b"", "", "", "", {}, "", "", None, False, 0)


def test_a_copy_is_the_same_whichever_release_wrote_it() -> None:
    """One that writes nested what this one writes flat is merged by the same canonical bytes."""
    flat = a_copy(gate="东门")
    nested = pb.Copy()
    nested.CopyFrom(flat)
    nested.presented.CopyFrom(pb.Presented(method=flat.method, direction=flat.direction, gate=flat.gate))
    for name in ("method", "direction", "gate"):
        nested.ClearField(name)
    body = pb.AttemptedBatch(copies=[flat, nested]).SerializeToString()

    first, second = to_copies(replace(EMPTY, body=body, user_id=PUBLISHER))

    assert first.item == second.item == flat
