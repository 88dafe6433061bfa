"""Between the domain and `identity.v1`: what comes in once, pages, and what goes out."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from google.protobuf.message import Message

from protos.identity.v1 import identity_pb2 as pb
from servicekit import pages
from servicekit.mysql.idempotency import Intent
from servicekit.rpc.interceptors import person
from services.identity import domain
from services.identity.domain import Activity, ActivityStaff, Member, Organisation, Session, User
from services.identity.invite_rules import Invite

T = TypeVar("T")


def intent_of(route: str, key: str, request: Message) -> Intent:
    """What the calling person wants once; an empty key: as often as they ask."""
    return Intent(person().user_id, route, key, request.SerializeToString(deterministic=True))


def page_of(found: Sequence[T], size: int, key: Callable[[T], bytes]) -> tuple[Sequence[T], str]:
    """Cuts off the one too many that says whether there is more."""
    page = found[:size]
    return page, pages.encode(key(page[-1])) if len(found) > size else ""


def to_role(role: domain.Role) -> "pb.Role.ValueType":
    """A role on the wire."""
    return pb.Role.ValueType(role)


def to_user(user: User) -> pb.User:
    """A person on the wire."""
    return pb.User(user_id=user.user_id, name=user.name, created_at=user.created_at)


def to_session(session: Session, access_token: str, expires_in_s: int) -> pb.Session:
    """A signed-in person with what goes on from here."""
    return pb.Session(
        access_token=access_token,
        expires_in_s=expires_in_s,
        refresh_token=session.refresh_token,
        user=to_user(session.user),
    )


def to_organisation(organisation: Organisation) -> pb.Organisation:
    """An organisation as one of its members, or somebody invited, sees it."""
    return pb.Organisation(
        organisation_id=organisation.organisation_id,
        name=organisation.name,
        role=to_role(organisation.role),
        created_at=organisation.created_at,
        archived_at=organisation.archived_at or 0,
    )


def to_member(member: Member) -> pb.Member:
    """A member on the wire."""
    return pb.Member(
        user_id=member.user_id,
        name=member.name,
        role=to_role(member.role),
        joined_at=member.joined_at,
        group=member.group,
    )


def to_activity_staff(staff: ActivityStaff, activity: Activity) -> pb.ActivityStaff:
    """Staff of one activity on the wire."""
    return pb.ActivityStaff(
        user_id=staff.user_id, name=staff.name, joined_at=staff.joined_at, expires_at=activity.staffed_until
    )


def to_invite(invite: Invite, now_us: int, public_url: str, title: str, members: Sequence[Member] = ()) -> pb.Invite:
    """An invite as it is at a moment.

    Args:
        title: Of its activity; empty where it has none, or nobody can tell.
        members: Who used it.
    """
    return pb.Invite(
        invite_id=invite.invite_id,
        organisation_id=invite.organisation_id,
        code=invite.code,
        role=to_role(invite.role),
        state=pb.Invite.State.ValueType(invite.state(now_us)),
        uses=invite.uses,
        used=invite.used,
        expires_at=invite.expires_at,
        created_by=invite.created_by,
        created_at=invite.created_at,
        used_by=map(to_member, members),
        url=f"{public_url}/i/{invite.code}",
        group=invite.group,
        activity_id=invite.activity_id,
        activity_title=title,
    )
