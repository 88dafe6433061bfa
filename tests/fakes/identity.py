"""identity's stores in memory, and WeChat and Redis as far as identity uses them.

`tests/contract/identity/test_store.py` runs the same body on these stores and on the real ones.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from domainkit.name_search import is_named_like, is_searchable
from domainkit.organisations import OrganisationArchivedError
from servicekit import ids
from servicekit.errors import ServiceError, invalid
from servicekit.mysql.idempotency import IdempotencyKeyReusedError, Intent
from servicekit.redis.cache import RedisError
from services.identity import domain
from services.identity.domain import Family, Member, Organisation, Refresh, Role, Session, Standing, User, Wanted
from services.identity.errors import (
    AlreadyMemberError,
    OwnsOrganisationError,
    RefreshTokenError,
    RefreshTokenReusedError,
    TooManyAnswersError,
    TooManyOrganisationsError,
    WechatCodeError,
)
from services.identity.subscriptions import Answer, Grant, Subscription

_EVERYBODY = Wanted()


@dataclass
class Kept:
    """A session as it is kept, with its current token."""

    user_id: bytes
    family: Family
    token: str


@dataclass
class FakePeople:
    """Users and sessions in dictionaries."""

    users: dict[bytes, User] = field(default_factory=dict)
    openids: dict[str, bytes] = field(default_factory=dict)
    sessions: dict[bytes, Kept] = field(default_factory=dict)
    tokens: dict[bytes, bytes] = field(default_factory=dict)

    async def sign_in(self, openid: str, now_us: int) -> Session:
        """See `People.sign_in`."""
        if openid not in self.openids:
            user = User(ids.new_id(), "", now_us)
            self.openids[openid] = user.user_id
            self.users[user.user_id] = user
        session_id, token = ids.new_id(), domain.new_refresh_token()
        self.tokens[domain.digest(token)] = session_id
        family = Family(domain.digest(token), None, None, now_us + domain.REFRESH_LIFE_US, None)
        self.sessions[session_id] = Kept(self.openids[openid], family, token)
        return Session(session_id, self.users[self.openids[openid]], token)

    async def refresh(self, token: str, device_id: str, now_us: int) -> Session:
        """See `People.refresh`."""
        presented = domain.digest(token)
        if presented not in self.tokens:
            raise RefreshTokenError
        session_id = self.tokens[presented]
        kept = self.sessions[session_id]
        device = domain.device_digest(session_id, device_id)
        verdict = domain.judge_refresh(kept.family, presented, device, now_us)
        if verdict is Refresh.REVOKE:
            await self.end_session(session_id, now_us)
            raise RefreshTokenReusedError(session_id)
        if verdict is Refresh.ROTATE:
            kept.token = domain.new_refresh_token()
            current = domain.digest(kept.token)
            self.tokens[current] = session_id
            kept.family = Family(current, presented, now_us, now_us + domain.REFRESH_LIFE_US, None, device)
        return Session(session_id, self.users[kept.user_id], kept.token)

    async def end_session(self, session_id: bytes, now_us: int) -> None:
        """See `People.end_session`."""
        kept = self.sessions[session_id]
        kept.family = replace(kept.family, revoked_at=kept.family.revoked_at or now_us)

    async def revoked_since(self, since_us: int) -> list[bytes]:
        """See `People.revoked_since`."""
        return [session for session, kept in self.sessions.items() if (kept.family.revoked_at or 0) > since_us]

    async def get(self, user_id: bytes) -> User:
        """See `People.get`."""
        if user_id not in self.users:
            raise domain.unknown_person()
        return self.users[user_id]

    async def batch_get(self, user_ids: list[bytes]) -> list[User]:
        """See `People.batch_get`."""
        return [self.users[user_id] for user_id in user_ids if user_id in self.users]

    async def rename(self, user_id: bytes, name: str) -> User:
        """See `People.rename`."""
        self.users[user_id] = replace(await self.get(user_id), name=name)
        return self.users[user_id]


@dataclass
class FakeOrganisations:
    """Organisations and memberships in dictionaries."""

    people: FakePeople
    quota: int = 50
    organisations: dict[bytes, tuple[str, int]] = field(default_factory=dict)
    roles: dict[tuple[bytes, bytes], tuple[Role, int]] = field(default_factory=dict)
    groups: dict[tuple[bytes, bytes], str] = field(default_factory=dict)
    archived: dict[bytes, int] = field(default_factory=dict)
    staff: set[tuple[bytes, bytes, bytes]] = field(default_factory=set)
    keys: dict[tuple[bytes, str, str], tuple[bytes, bytes]] = field(default_factory=dict)

    async def create(self, intent: Intent, name: str, now_us: int) -> Organisation:
        """See `Organisations.create`."""
        scope = (intent.user_id, intent.route, intent.key)
        body, organisation_id = self.keys.get(scope, (intent.body, b"")) if intent.key else (intent.body, b"")
        if body != intent.body:
            raise IdempotencyKeyReusedError("another body")
        if not organisation_id:
            self._check_room(intent.user_id)
            organisation_id = ids.new_id()
            self.keys[scope] = (intent.body, organisation_id)
            self.organisations[organisation_id] = (name, now_us)
            self.roles[organisation_id, intent.user_id] = (Role.OWNER, now_us)
        return self._seen_by(organisation_id, intent.user_id)

    async def list_of(
        self, user_id: bytes, after: bytes, limit: int, *, with_archived: bool = False
    ) -> list[Organisation]:
        """See `Organisations.list_of`."""
        theirs = sorted(o for o, member_id in self.roles if member_id == user_id and o > after)
        theirs = [o for o in theirs if with_archived or o not in self.archived]
        return [self._seen_by(organisation_id, user_id) for organisation_id in theirs[:limit]]

    async def name_of(self, organisation_id: bytes) -> str:
        """See `Organisations.name_of`."""
        return self.organisations.get(organisation_id, ("", 0))[0]

    async def role_of(self, organisation_id: bytes, user_id: bytes) -> Role:
        """See `Organisations.role_of`."""
        return self.roles.get((organisation_id, user_id), (Role.NONE, 0))[0]

    async def standing(self, organisation_id: bytes, user_id: bytes, activity_id: bytes) -> Standing:
        """See `Organisations.standing`."""
        is_staff = (organisation_id, activity_id, user_id) in self.staff
        return Standing(await self.role_of(organisation_id, user_id), is_staff, organisation_id in self.archived)

    async def archive(self, organisation_id: bytes, actor_id: bytes, archived_at: int | None) -> Organisation:
        """See `Organisations.archive`."""
        domain.check_may_archive(await self.role_of(organisation_id, actor_id))
        if archived_at is None:
            self.archived.pop(organisation_id, None)
        else:
            self.archived.setdefault(organisation_id, archived_at)
        return self._seen_by(organisation_id, actor_id)

    async def members_among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """See `Organisations.members_among`."""
        return {user_id for user_id in user_ids if (organisation_id, user_id) in self.roles}

    async def members(
        self, organisation_id: bytes, actor_id: bytes, after: bytes, limit: int, wanted: Wanted = _EVERYBODY
    ) -> list[Member]:
        """See `Organisations.members`."""
        if wanted.name and not is_searchable(wanted.name):
            raise invalid("name", "too short")
        domain.check_may_list(await self.role_of(organisation_id, actor_id))
        found = sorted(user_id for o, user_id in self.roles if o == organisation_id and user_id > after)
        members = [self._member(organisation_id, user_id) for user_id in found]
        named = [member for member in members if is_named_like(member.name, wanted.name)]
        return [member for member in named if wanted.group in ("", member.group)][:limit]

    async def add_member(
        self, organisation_id: bytes, actor_id: bytes, user_id: bytes, role: Role, now_us: int
    ) -> Member:
        """See `Organisations.add_member`."""
        actor, old = await self.role_of(organisation_id, actor_id), await self.role_of(organisation_id, user_id)
        domain.check_may_give(actor, role, is_oneself=actor_id == user_id)
        if old is Role.NONE:
            if organisation_id in self.archived:
                raise OrganisationArchivedError
            await self.people.get(user_id)
            self._check_room(user_id, role)
            self.roles[organisation_id, user_id] = (role, now_us)
        elif old is not role:
            raise AlreadyMemberError
        return self._member(organisation_id, user_id)

    async def change_member(
        self, organisation_id: bytes, actor_id: bytes, user_id: bytes, role: Role | None, group: str | None = None
    ) -> Member:
        """See `Organisations.change_member`."""
        actor, old = await self.role_of(organisation_id, actor_id), await self.role_of(organisation_id, user_id)
        domain.check_may_give(actor, Role.MEMBER, is_oneself=False)
        if role is not None:
            domain.check_may_give(actor, old, role, is_oneself=actor_id == user_id)
        if old is Role.NONE:
            raise domain.unknown_person()
        if role is not None and old is not role:
            self._check_room(user_id, role)
        self.roles[organisation_id, user_id] = (role or old, self.roles[organisation_id, user_id][1])
        if group is not None:
            self.groups[organisation_id, user_id] = group
        return self._member(organisation_id, user_id)

    async def remove_member(self, organisation_id: bytes, actor_id: bytes, user_id: bytes) -> None:
        """See `Organisations.remove_member`."""
        actor, subject = await self.role_of(organisation_id, actor_id), await self.role_of(organisation_id, user_id)
        owners = sum(o == organisation_id and role is Role.OWNER for (o, _), (role, _) in self.roles.items())
        domain.check_may_remove(actor, subject, is_oneself=actor_id == user_id, owners=owners)
        if subject is Role.NONE:
            raise domain.unknown_person()
        del self.roles[organisation_id, user_id]

    def _check_room(self, user_id: bytes, role: Role = Role.OWNER) -> None:
        owned = sum(member_id == user_id and each is Role.OWNER for (_, member_id), (each, _) in self.roles.items())
        if role is Role.OWNER and owned >= self.quota:
            raise TooManyOrganisationsError(self.quota)

    def _seen_by(self, organisation_id: bytes, user_id: bytes) -> Organisation:
        if (organisation_id, user_id) not in self.roles:
            raise domain.unknown_organisation()
        name, created_at = self.organisations[organisation_id]
        role, archived_at = self.roles[organisation_id, user_id][0], self.archived.get(organisation_id)
        return Organisation(organisation_id, name, role, created_at, archived_at)

    def _member(self, organisation_id: bytes, user_id: bytes) -> Member:
        role, joined_at = self.roles[organisation_id, user_id]
        group = self.groups.get((organisation_id, user_id), "")
        return Member(user_id, self.people.users[user_id].name, role, joined_at, group)


@dataclass
class FakeErasure:
    """Erases in the fakes; see `Erasure`."""

    people: FakePeople
    organisations: FakeOrganisations

    async def erase(self, user_id: bytes, now_us: int) -> list[bytes]:
        """See `Erasure.erase`."""
        roles = self.organisations.roles
        for organisation_id in [organisation for (organisation, user) in roles if user == user_id]:
            owners = [
                user for (each, user), (role, _) in roles.items() if each == organisation_id and role is Role.OWNER
            ]
            if owners == [user_id] and organisation_id not in self.organisations.archived:
                raise OwnsOrganisationError(organisation_id, self.organisations.organisations[organisation_id][0])
            del roles[organisation_id, user_id]
        self.people.users[user_id] = replace(self.people.users[user_id], name="")
        self.people.openids = {openid: user for openid, user in self.people.openids.items() if user != user_id}
        ended = [session_id for session_id, kept in self.people.sessions.items() if kept.user_id == user_id]
        for session_id in ended:
            await self.people.end_session(session_id, now_us)
        return ended


@dataclass
class FakeAcquaintances:
    """Everybody came everywhere but the strangers."""

    strangers: set[bytes] = field(default_factory=set)

    async def has(self, organisation_id: bytes, user_id: bytes) -> bool:
        """See `checkin_client.Acquaintances.has`."""
        return user_id not in self.strangers


@dataclass
class FakeStaff:
    """Activities whose staff people became."""

    activities: dict[bytes, list[bytes]] = field(default_factory=dict)

    async def activities_of(self, user_id: bytes) -> list[bytes]:
        """See `Staff.activities_of`."""
        return self.activities.get(user_id, [])


@dataclass
class FakeActivities:
    """The activity service as far as archiving goes."""

    running: int = 0

    async def count_running(self, organisation_id: bytes) -> int:
        """See `activity_client.Activities.count_running`."""
        return self.running


@dataclass
class FakeSubscriptions:
    """The ledger as a list; the day never ends."""

    quota: int = 200
    entries: list[tuple[bytes, Grant]] = field(default_factory=list)
    keys: dict[tuple[bytes, str, str], bytes] = field(default_factory=dict)

    async def grant(self, intent: Intent, grants: Sequence[Grant], now_us: int) -> dict[str, Subscription]:
        """See `Subscriptions.grant`."""
        scope = (intent.user_id, intent.route, intent.key)
        if not intent.key or scope not in self.keys:
            if sum(owner == intent.user_id for owner, _ in self.entries) + len(grants) > self.quota:
                raise TooManyAnswersError(self.quota)
            self.keys[scope] = intent.body
            self.entries += [(intent.user_id, grant) for grant in grants]
        if self.keys[scope] != intent.body:
            raise IdempotencyKeyReusedError("another body")
        return await self.of(intent.user_id)

    async def of(self, user_id: bytes) -> dict[str, Subscription]:
        """See `Subscriptions.of`."""
        found: dict[str, Subscription] = {}
        for owner, grant in self.entries:
            if owner == user_id:
                before = found.get(grant.template_id, Subscription(grant.template_id))
                quota = before.quota + (grant.answer is Answer.ACCEPT)
                found[grant.template_id] = Subscription(grant.template_id, quota, grant.answer)
        return found


@dataclass
class FakeWechat:
    """Knows any code `sim:<name>` as that person, or fails as told."""

    error: ServiceError | None = None

    async def exchange(self, code: str) -> str:
        """See `WechatClient.exchange`."""
        if self.error:
            raise self.error
        if not code.startswith("sim:"):
            raise WechatCodeError
        return f"openid-of-{code[4:]}"


@dataclass
class FakeRedis:
    """Remembers what was published, unless it is gone."""

    is_gone: bool = False
    published: list[tuple[str, bytes]] = field(default_factory=list)

    async def publish(self, channel: str, payload: bytes) -> None:
        """As Redis does, for channels nobody listens to."""
        if self.is_gone:
            raise RedisError("gone")
        self.published.append((channel, payload))
