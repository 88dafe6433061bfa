"""Tags in the snapshots by which checkin judges."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from protos.activity.v1 import activity_pb2, tags_pb2
from services.activity.tags.tags import Tag


class TagsPort(Protocol):
    """See `tags.Tags`; raises UnavailableError when the database is gone and nothing is remembered."""

    async def known(self, activity_ids: Collection[bytes], at: int = 0) -> Mapping[bytes, Sequence[Tag]]:
        """Those of some activities that live, or did a day before at least, by activity."""


async def add_tags(tags: TagsPort, snapshots: Collection[activity_pb2.OccurrenceSnapshot], at: int) -> None:
    """Has the snapshots of activities that take NFC say which tags live, and until when others did; no other one costs.

    Args:
        at: As of when the snapshots are, microseconds since 1970 UTC; 0: now.
    """
    asking = [snapshot for snapshot in snapshots if activity_pb2.METHOD_NFC in snapshot.methods]
    known = await tags.known({snapshot.activity_id for snapshot in asking}, at)
    for snapshot in asking:
        for tag in known[snapshot.activity_id]:
            (snapshot.tags if tag.revoked_at is None else snapshot.revoked_tags).append(_to_message(tag))


def _to_message(tag: Tag) -> tags_pb2.KnownTag:
    return tags_pb2.KnownTag(
        tag_id=tag.tag_id,
        kind=tags_pb2.NfcTag.Kind.ValueType(tag.kind),
        gate=tag.gate,
        last_counter=tag.last_counter,
        revoked_at=tag.revoked_at or 0,
    )
