"""IdentityService over real gRPC: who may call, sessions from sign-in to revocation, organisations and their errors."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from protos.identity.v1 import identity_pb2 as pb
from protos.identity.v1 import identity_pb2_grpc
from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ServiceError,
    UnauthenticatedError,
    UnavailableError,
)
from servicekit.rpc import client
from services.identity.access import ACCESS
from services.identity.console.rpc import ConsoleServicer
from services.identity.errors import BlockedError
from services.identity.invites_rpc import InviteServicer
from services.identity.revocation import CHANNEL, Revocations
from services.identity.rpc import IdentityServicer
from services.identity.server import own_verifier, register
from services.identity.signing import Signer
from tests.component.conftest import Loopback
from tests.fakes.identity import (
    FakeAcquaintances,
    FakeActivities,
    FakeErasure,
    FakeOrganisations,
    FakePeople,
    FakeRedis,
    FakeStaff,
    FakeSubscriptions,
    FakeWechat,
)

SIGNER = Signer(ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1()))


@dataclass
class Identity:
    """The service as a test sees it, on fakes."""

    loopback: Loopback
    wechat: FakeWechat = field(default_factory=FakeWechat)
    redis: FakeRedis = field(default_factory=FakeRedis)
    people: FakePeople = field(default_factory=FakePeople)
    acquaintances: FakeAcquaintances = field(default_factory=FakeAcquaintances)
    staff: FakeStaff = field(default_factory=FakeStaff)
    activities: FakeActivities = field(default_factory=FakeActivities)
    now_us: int = field(default_factory=now_us)

    def __post_init__(self) -> None:
        self.organisations = FakeOrganisations(self.people)

    async def start(self) -> None:
        """Serves."""
        verifier = own_verifier(SIGNER)
        servicer = IdentityServicer(
            self.people,  # type: ignore[arg-type]
            self.organisations,  # type: ignore[arg-type]
            self.staff,  # type: ignore[arg-type]
            self.wechat,  # type: ignore[arg-type]
            SIGNER,
            Revocations(self.people, self.redis, verifier),  # type: ignore[arg-type]
            FakeSubscriptions(),  # type: ignore[arg-type]
            self.acquaintances,
            self.activities,
            FakeErasure(self.people, self.organisations),
            ("result", "reminder"),
            now_us=lambda: self.now_us,
        )
        # Shown on a real database (tests/contract) and over the API (tests/e2e): here only who may call.
        nothing: Any = None
        invites = InviteServicer(nothing, nothing, nothing, nothing, "https://qiandao.example")
        console = ConsoleServicer(nothing, nothing, nothing, nothing, nothing, "https://qiandao.example")
        await self.loopback.serve("identity", register, (servicer, invites, console), ACCESS, verifier)

    async def call(self, name: str, request: Any, *, as_: pb.Session | None = None, caller: str = "gateway") -> Any:
        """Calls a method, with the access token of a session when one is given."""
        channel = self.loopback.connect("identity", caller)
        services = "IdentityService", "InviteService", "ConsoleService"
        stubs = [getattr(identity_pb2_grpc, f"{service}Stub")(channel) for service in services]
        [stub] = [stub for stub in stubs if hasattr(stub, name)]
        token = as_.access_token if as_ else None
        return await client.call(getattr(stub, name), request, timeout_s=30, token=token)

    async def sign_in(self, name: str) -> pb.Session:
        """Somebody's session."""
        return await self.call("SignInWithWechat", pb.SignInWithWechatRequest(code=f"sim:{name}"))

    async def refresh(self, refresh_token: str, device_id: str = "phone") -> pb.Session:
        """What a refresh token is exchanged for."""
        request = pb.RefreshSessionRequest(refresh_token=refresh_token, device_id=device_id)
        return await self.call("RefreshSession", request)

    async def create(self, owner: pb.Session, name: str = "Club", key: str = "") -> pb.Organisation:
        """An organisation."""
        request = pb.CreateOrganisationRequest(name=name, idempotency_key=key)
        return await self.call("CreateOrganisation", request, as_=owner)

    async def add(
        self, club: pb.Organisation, actor: pb.Session, user_id: bytes, role: "pb.Role.ValueType"
    ) -> pb.Member:
        """A new member."""
        request = pb.AddMemberRequest(organisation_id=club.organisation_id, user_id=user_id, role=role)
        return await self.call("AddMember", request, as_=actor)

    async def role(self, club: pb.Organisation, user_id: bytes) -> int:
        """A person's role as other services see it."""
        request = pb.GetRoleRequest(organisation_id=club.organisation_id, user_id=user_id)
        return (await self.call("GetRole", request, caller="activity")).role


@pytest.fixture
async def identity(loopback: Loopback) -> Identity:
    """A served Identity."""
    identity = Identity(loopback)
    await identity.start()
    return identity


async def refusal(work: Awaitable[object]) -> ServiceError:
    """The error that the work ends with."""
    with pytest.raises(ServiceError) as caught:
        await work
    return caught.value


async def test_a_first_visit_makes_a_person_and_later_ones_find_them(identity: Identity) -> None:
    """The same WeChat account is the same person, in another session."""
    first, second = await identity.sign_in("li"), await identity.sign_in("li")

    assert first.user == second.user
    assert first.expires_in_s == 7 * 24 * 3600
    assert len({first.access_token, second.access_token, first.refresh_token, second.refresh_token}) == 4
    assert (await identity.call("GetMe", pb.GetMeRequest(), as_=first)) == first.user


async def test_pyjwt_verifies_the_access_token_with_the_served_key_set(identity: Identity) -> None:
    """Any JWT library can check our tokens."""
    session = await identity.sign_in("li")
    keys = jwt.PyJWKSet.from_json((await identity.call("GetJwks", pb.GetJwksRequest(), caller="checkin")).json)

    key = keys[jwt.get_unverified_header(session.access_token)["kid"]]
    claims = jwt.decode(session.access_token, key, algorithms=["ES256"], audience="qiandao", issuer="qiandao")

    assert len(keys.keys) == 2
    assert claims["sub"] == ids.to_text(session.user.user_id)


async def test_a_wrong_code_says_how_to_get_a_right_one(identity: Identity) -> None:
    """The reason and the cure reach the caller."""
    error = await refusal(identity.call("SignInWithWechat", pb.SignInWithWechatRequest(code="wrong")))

    assert isinstance(error, UnauthenticatedError)
    assert error.reason == "WECHAT_CODE_INVALID"
    assert "wx.login" in error.detail


@pytest.mark.parametrize("error", [BlockedError(), UnavailableError("WeChat is busy", retry_after_s=2)])
async def test_what_wechat_says_reaches_the_caller(identity: Identity, error: ServiceError) -> None:
    """Kind, reason and pause cross the wire."""
    identity.wechat.error = error

    told = await refusal(identity.sign_in("li"))

    assert (told.kind, told.reason, told.retry_after_s) == (error.kind, error.reason, error.retry_after_s)


async def test_a_refresh_token_rotates_and_a_lost_answer_is_given_again(identity: Identity) -> None:
    """A phone may wait out its own time-out twice before it asks once more."""
    session = await identity.sign_in("li")

    rotated = await identity.refresh(session.refresh_token)
    identity.now_us += 40 * SECOND_US
    again = await identity.refresh(session.refresh_token)

    assert rotated.refresh_token == again.refresh_token != session.refresh_token
    assert (await identity.refresh(rotated.refresh_token)).user == session.user


async def test_reuse_of_a_refresh_token_ends_the_session_everywhere(identity: Identity) -> None:
    """The thief and the owner are signed out alike, and the gateways are told."""
    session = await identity.sign_in("li")
    rotated = await identity.refresh(session.refresh_token)
    identity.now_us += 121 * SECOND_US

    reuse = await refusal(identity.refresh(session.refresh_token))
    after = await refusal(identity.refresh(rotated.refresh_token))
    access = await refusal(identity.call("GetMe", pb.GetMeRequest(), as_=rotated))
    listed = await identity.call("ListRevokedSessions", pb.ListRevokedSessionsRequest())

    assert [error.reason for error in (reuse, after, access)] == [
        "REFRESH_TOKEN_REUSED",
        "REFRESH_TOKEN_INVALID",
        "SESSION_REVOKED",
    ]
    assert identity.redis.published == [(CHANNEL, listed.session_ids[0])]


@pytest.mark.parametrize("is_gone", [False, True])
async def test_logout_ends_the_session_also_without_redis(identity: Identity, is_gone: bool) -> None:
    """Redis only hastens the news: the list has it in any case."""
    identity.redis.is_gone = is_gone
    session, other = await identity.sign_in("li"), await identity.sign_in("li")

    await identity.call("EndSession", pb.EndSessionRequest(), as_=session)

    assert (await refusal(identity.refresh(session.refresh_token))).reason == "REFRESH_TOKEN_INVALID"
    assert (await refusal(identity.call("GetMe", pb.GetMeRequest(), as_=session))).reason == "SESSION_REVOKED"
    assert len((await identity.call("ListRevokedSessions", pb.ListRevokedSessionsRequest())).session_ids) == 1
    assert len(identity.redis.published) == (not is_gone)
    assert await identity.refresh(other.refresh_token)


async def test_a_person_gives_a_name_that_reporting_can_read(identity: Identity) -> None:
    """Unknown ids are left out, and so is everything but name and age."""
    session = await identity.sign_in("li")

    renamed = await identity.call("UpdateMe", pb.UpdateMeRequest(name=" 李雷 "), as_=session)
    request = pb.BatchGetUsersRequest(user_ids=[session.user.user_id, ids.new_id()])
    found = await identity.call("BatchGetUsers", request, caller="reporting")

    assert renamed.name == "李雷"
    assert list(found.users) == [renamed]


async def test_an_acceptance_is_worth_a_message_to_who_gave_it(identity: Identity) -> None:
    """Templates nobody was asked about are told too, so that a phone knows what to ask."""
    person, other = await identity.sign_in("li"), await identity.sign_in("other")
    accept, reject = pb.Subscription.ANSWER_ACCEPT, pb.Subscription.ANSWER_REJECT

    for answer in (accept, accept, reject):
        request = pb.GrantSubscriptionsRequest(grants=[pb.Grant(template_id="result", answer=answer)])
        await identity.call("GrantSubscriptions", request, as_=person)
    theirs = await identity.call("GetSubscriptions", pb.GetSubscriptionsRequest(), as_=person)
    others = await identity.call("GetSubscriptions", pb.GetSubscriptionsRequest(), as_=other)

    told = [(each.template_id, each.quota, each.answer) for each in theirs.subscriptions]
    assert told == [("result", 2, reject), ("reminder", 0, pb.Subscription.ANSWER_UNSPECIFIED)]
    assert [each.quota for each in others.subscriptions] == [0, 0]


@pytest.mark.parametrize(
    ("grants", "field"),
    [
        ([], "grants"),
        ([("other", pb.Subscription.ANSWER_ACCEPT)], "grants.0.template_id"),
        ([("result", pb.Subscription.ANSWER_ACCEPT)] * 2, "grants.1.template_id"),
        ([("result", pb.Subscription.ANSWER_UNSPECIFIED)], "grants.0.result"),
    ],
)
async def test_an_answer_that_makes_no_sense_names_its_field(
    identity: Identity, grants: list[tuple[str, "pb.Subscription.Answer.ValueType"]], field: str
) -> None:
    """Nothing of the request is noted."""
    person = await identity.sign_in("li")
    said = [pb.Grant(template_id=template_id, answer=answer) for template_id, answer in grants]
    error = await refusal(identity.call("GrantSubscriptions", pb.GrantSubscriptionsRequest(grants=said), as_=person))
    assert [each.field for each in error.fields] == [field]


async def test_an_idempotency_key_makes_one_organisation(identity: Identity) -> None:
    """The same request gives the same organisation; another body under the key is a conflict."""
    owner, other = await identity.sign_in("owner"), await identity.sign_in("other")

    first, again = await identity.create(owner, key="k"), await identity.create(owner, key="k")
    conflict = await refusal(identity.create(owner, name="Another", key="k"))
    theirs = await identity.create(other, key="k")

    assert first == again
    assert first.role == pb.ROLE_OWNER
    assert isinstance(conflict, ConflictError)
    assert theirs.organisation_id != first.organisation_id


async def test_members_come_and_go(identity: Identity) -> None:
    """Added, promoted and removed, as the services that ask for roles see it."""
    owner, staff = await identity.sign_in("owner"), await identity.sign_in("staff")
    club = await identity.create(owner)
    subject: Any = {"organisation_id": club.organisation_id, "user_id": staff.user.user_id}
    seen = [await identity.role(club, staff.user.user_id)]

    await identity.add(club, owner, staff.user.user_id, pb.ROLE_STAFF)
    seen.append(await identity.role(club, staff.user.user_id))
    await identity.call("UpdateMember", pb.UpdateMemberRequest(**subject, role=pb.ROLE_ORGANISER), as_=owner)
    seen.append(await identity.role(club, staff.user.user_id))
    await identity.call("RemoveMember", pb.RemoveMemberRequest(**subject), as_=staff)
    seen.append(await identity.role(club, staff.user.user_id))

    assert seen == [pb.ROLE_UNSPECIFIED, pb.ROLE_STAFF, pb.ROLE_ORGANISER, pb.ROLE_UNSPECIFIED]


async def test_services_are_told_who_is_staff_of_one_activity(identity: Identity) -> None:
    """Beside the role, for who asks about that activity; and where the person may look for it."""
    owner, helper = await identity.sign_in("owner"), await identity.sign_in("helper")
    club, activity_id = await identity.create(owner), ids.new_id()
    identity.organisations.staff.add((club.organisation_id, activity_id, helper.user.user_id))
    identity.staff.activities[helper.user.user_id] = [activity_id]

    async def standing(about: bytes) -> pb.GetRoleResponse:
        subject: Any = {"organisation_id": club.organisation_id, "user_id": helper.user.user_id}
        return await identity.call("GetRole", pb.GetRoleRequest(**subject, activity_id=about), caller="checkin")

    assert await standing(activity_id) == pb.GetRoleResponse(is_activity_staff=True)
    assert await standing(ids.new_id()) == pb.GetRoleResponse()
    first = await identity.call("ListOrganisations", pb.ListOrganisationsRequest(), as_=helper, caller="activity")
    assert first == pb.ListOrganisationsResponse(activity_ids=[activity_id])


async def test_an_organisation_rests_once_nothing_runs_in_it(identity: Identity) -> None:
    """Who may not archive it does not learn how much goes on."""
    owner, stranger = await identity.sign_in("owner"), await identity.sign_in("stranger")
    club = await identity.create(owner)
    request = pb.ArchiveOrganisationRequest(organisation_id=club.organisation_id)
    identity.activities.running = 2

    running = await refusal(identity.call("ArchiveOrganisation", request, as_=owner))
    foreign = await refusal(identity.call("ArchiveOrganisation", request, as_=stranger))
    identity.activities.running = 0
    archived = await identity.call("ArchiveOrganisation", request, as_=owner)
    listed = await identity.call("ListOrganisations", pb.ListOrganisationsRequest(), as_=owner)
    asked = pb.ListOrganisationsRequest(include_archived=True)
    every = await identity.call("ListOrganisations", asked, as_=owner)
    again = pb.UnarchiveOrganisationRequest(organisation_id=club.organisation_id)

    assert (running.reason, running.metadata["running"]) == ("ACTIVITIES_RUNNING", "2")
    assert isinstance(foreign, NotFoundError)
    assert archived.archived_at == identity.now_us
    assert (list(listed.organisations), list(every.organisations)) == ([], [archived])
    assert await identity.call("UnarchiveOrganisation", again, as_=owner) == club


async def test_a_member_is_put_into_a_group(identity: Identity) -> None:
    """With their role as it is; an empty group takes them out."""
    owner = await identity.sign_in("owner")
    club = await identity.create(owner)
    subject: Any = {"organisation_id": club.organisation_id, "user_id": owner.user.user_id}
    for group in (" 三班 ", ""):
        member = await identity.call("UpdateMember", pb.UpdateMemberRequest(**subject, group=group), as_=owner)
        assert (member.group, member.role) == (group.strip(), pb.ROLE_OWNER)
    error = await refusal(identity.call("UpdateMember", pb.UpdateMemberRequest(**subject, group="班" * 41), as_=owner))
    assert [each.field for each in error.fields] == ["group"]


async def test_a_stranger_is_added_no_more_than_somebody_who_does_not_exist(identity: Identity) -> None:
    """Their name is not told to whom they never met, nor that they exist; who came, or is in already, may be added."""
    owner, stranger = await identity.sign_in("owner"), await identity.sign_in("stranger")
    club, user_id = await identity.create(owner), stranger.user.user_id
    identity.acquaintances.strangers.add(user_id)

    told = [await refusal(identity.add(club, owner, each, pb.ROLE_MEMBER)) for each in (user_id, ids.new_id())]
    identity.acquaintances.strangers.clear()
    added = await identity.add(club, owner, user_id, pb.ROLE_MEMBER)
    identity.acquaintances.strangers.add(user_id)
    again = await identity.add(club, owner, user_id, pb.ROLE_MEMBER)

    assert [(type(error), error.detail) for error in told] == [(NotFoundError, "there is no such person here")] * 2
    assert added == again


async def test_services_are_told_who_of_some_people_belongs_to_an_organisation(identity: Identity) -> None:
    """With their names, in one call."""
    owner, guest = await identity.sign_in("owner"), await identity.sign_in("guest")
    club = await identity.create(owner)
    people = [owner.user.user_id, guest.user.user_id, ids.new_id()]

    asked = pb.BatchGetUsersRequest(user_ids=people, organisation_id=club.organisation_id)
    answer = await identity.call("BatchGetUsers", asked, caller="checkin")

    assert {user.user_id for user in answer.users} == set(people[:2])
    assert answer.member_ids == people[:1]


async def test_foreign_and_unknown_organisations_look_the_same(identity: Identity) -> None:
    """Nobody learns from outside whether an organisation exists."""
    owner, stranger = await identity.sign_in("owner"), await identity.sign_in("stranger")
    foreign, unknown = await identity.create(owner), pb.Organisation(organisation_id=ids.new_id())
    requests: list[tuple[str, Callable[..., Any], dict[str, object]]] = [
        ("ListMembers", pb.ListMembersRequest, {}),
        ("AddMember", pb.AddMemberRequest, {"user_id": owner.user.user_id, "role": pb.ROLE_MEMBER}),
        ("UpdateMember", pb.UpdateMemberRequest, {"user_id": owner.user.user_id, "role": pb.ROLE_MEMBER}),
        ("RemoveMember", pb.RemoveMemberRequest, {"user_id": owner.user.user_id}),
    ]

    for method, request, fields in requests:
        told = []
        for club in (foreign, unknown):
            filled = request(organisation_id=club.organisation_id, **fields)
            told.append(await refusal(identity.call(method, filled, as_=stranger)))
        assert all(isinstance(error, NotFoundError) for error in told)
        assert told[0].detail == told[1].detail


async def test_the_last_owner_stays(identity: Identity) -> None:
    """The organisation would be nobody's."""
    owner = await identity.sign_in("owner")
    club = await identity.create(owner)
    request = pb.RemoveMemberRequest(organisation_id=club.organisation_id, user_id=owner.user.user_id)

    assert (await refusal(identity.call("RemoveMember", request, as_=owner))).reason == "LAST_OWNER"


async def test_lists_come_in_pages(identity: Identity) -> None:
    """Every organisation and member appears once, and a foreign page token is refused."""
    owner = await identity.sign_in("owner")
    clubs = [await identity.create(owner, f"Club {number}") for number in range(3)]
    for name in ("a", "b"):
        await identity.add(clubs[0], owner, (await identity.sign_in(name)).user.user_id, pb.ROLE_MEMBER)

    listed: list[pb.Organisation] = []
    token = ""
    while not listed or token:
        some = pb.ListOrganisationsRequest(page_size=2, page_token=token)
        page = await identity.call("ListOrganisations", some, as_=owner)
        listed, token = [*listed, *page.organisations], page.next_page_token
    members: list[pb.Member] = []
    while not members or token:
        request = pb.ListMembersRequest(organisation_id=clubs[0].organisation_id, page_size=2, page_token=token)
        page = await identity.call("ListMembers", request, as_=owner)
        members, token = [*members, *page.members], page.next_page_token
    bad = await refusal(identity.call("ListOrganisations", pb.ListOrganisationsRequest(page_token="x!"), as_=owner))

    assert listed == clubs
    assert len({member.user_id for member in members}) == len(members) == 3
    assert isinstance(bad, InvalidArgumentError)


def test_every_method_says_who_may_call_it() -> None:
    """No method is missing from the access table, and the table names no other."""
    services = pb.DESCRIPTOR.services_by_name.values()

    assert set(ACCESS) == {f"/{service.full_name}/{method.name}" for service in services for method in service.methods}


@pytest.mark.parametrize("path", ACCESS)
async def test_only_the_named_processes_may_call(identity: Identity, path: str) -> None:
    """Certificates of all other processes are refused, and persons' methods want a token."""
    _, service, name = path.split("/")
    method = pb.DESCRIPTOR.services_by_name[service.removeprefix("identity.v1.")].methods_by_name[name]
    request = getattr(pb, method.input_type.name)()

    for caller in ("gateway", "activity", "checkin", "reporting", "antifraud", "recorder", "projector"):
        if caller not in ACCESS[path].callers:
            assert isinstance(await refusal(identity.call(method.name, request, caller=caller)), PermissionDeniedError)
        elif ACCESS[path].needs_person:
            error = await refusal(identity.call(method.name, request, caller=caller))
            assert error.reason == "UNAUTHENTICATED"


async def test_who_is_erased_has_no_session_and_no_name(identity: Identity) -> None:
    """Their sessions are announced; who signs in again is somebody new."""
    session = await identity.sign_in("erased")
    erased = session.user.user_id
    await identity.call("UpdateMe", pb.UpdateMeRequest(name="王小明"), as_=session)

    await identity.call("EraseMe", pb.EraseMeRequest(), as_=session)

    with pytest.raises(UnauthenticatedError):
        await identity.call("GetMe", pb.GetMeRequest(), as_=session)
    assert [channel for channel, _ in identity.redis.published] == [CHANNEL]
    assert identity.people.users[erased].name == ""
    assert (await identity.sign_in("erased")).user.user_id != erased


async def test_activity_alone_is_told_what_an_organisation_is_called(identity: Identity) -> None:
    """For those who take part in its activities."""
    session = await identity.sign_in("founder")
    made = await identity.call("CreateOrganisation", pb.CreateOrganisationRequest(name="跑步社"), as_=session)
    request = pb.GetOrganisationNameRequest(organisation_id=made.organisation_id)

    assert (await identity.call("GetOrganisationName", request, caller="activity")).name == "跑步社"
    with pytest.raises(PermissionDeniedError):
        await identity.call("GetOrganisationName", request)
