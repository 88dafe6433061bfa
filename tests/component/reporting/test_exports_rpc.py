"""ExportService over real gRPC: every method for every role, also once rights were taken away or what it is of is gone.

Jobs, choices and roles are in memory; the file lies sealed in a directory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from domainkit.organisations import OneActivity
from domainkit.roles import Role
from protos.identity.v1 import identity_pb2
from protos.reporting.v1 import exports_pb2 as pb
from protos.reporting.v1 import exports_pb2_grpc
from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import ConflictError, InvalidArgumentError, NotFoundError, PermissionDeniedError, ServiceError
from servicekit.keyring import parse_secrets
from servicekit.mysql.idempotency import Intent
from servicekit.rpc.client import call, pieces
from services.reporting.domain import DAY_US, Activity
from services.reporting.errors import ActivityNotFoundError
from services.reporting.exports.errors import ExportNotFoundError
from services.reporting.exports.handing import Files
from services.reporting.exports.job import KEPT_US, Job, Wish
from services.reporting.exports.kinds import Format, Report, State
from services.reporting.exports.rpc import ACCESS, ExportServicer
from services.reporting.exports.running import path_of
from services.reporting.exports.sealing import FileKeys, sealed
from services.reporting.exports.vault import Vault
from tests.component.conftest import Loopback, Signer

OWNER, ORGANISER, STAFF = identity_pb2.ROLE_OWNER, identity_pb2.ROLE_ORGANISER, identity_pb2.ROLE_STAFF
MEMBER, NOBODY = identity_pb2.ROLE_MEMBER, identity_pb2.ROLE_UNSPECIFIED
ROLES = (NOBODY, MEMBER, STAFF, ORGANISER, OWNER)
HOME, ACTIVITY = b"h" * 16, b"a" * 16
CONTENT = "姓名\n甲\n".encode()
PERIOD = {"from_at": DAY_US, "to_at": 8 * DAY_US}
# What may be asked for, and who may.
WISHES: dict[str, tuple[dict[str, Any], Role]] = {
    "people": ({"report": pb.REPORT_PEOPLE, "format": pb.FORMAT_CSV, "activity_id": ACTIVITY}, STAFF),
    "checkins": ({"report": pb.REPORT_CHECKINS, "format": pb.FORMAT_XLSX, "activity_id": ACTIVITY}, STAFF),
    "register": ({"report": pb.REPORT_REGISTER, "format": pb.FORMAT_XLSX, "activity_id": ACTIVITY}, STAFF),
    "sign sheet": ({"report": pb.REPORT_SIGN_SHEET, "format": pb.FORMAT_PDF, "activity_id": ACTIVITY}, STAFF),
    "activity": ({"report": pb.REPORT_ACTIVITY, "format": pb.FORMAT_PDF, "activity_id": ACTIVITY}, STAFF),
    "proof": ({"report": pb.REPORT_PROOF, "format": pb.FORMAT_PDF, "activity_id": ACTIVITY}, STAFF),
    "period": ({"report": pb.REPORT_REGISTER, "format": pb.FORMAT_CSV, "organisation_id": HOME, **PERIOD}, STAFF),
    "organisation": (
        {"report": pb.REPORT_ORGANISATION, "format": pb.FORMAT_PDF, "organisation_id": HOME, **PERIOD},
        ORGANISER,
    ),
    "phones": (
        {
            "report": pb.REPORT_PEOPLE,
            "format": pb.FORMAT_CSV,
            "activity_id": ACTIVITY,
            "columns": ["name", "phone"],
            "shows_phones": True,
        },
        ORGANISER,
    ),
}


@dataclass
class Memory:
    """Jobs, choices, activities and roles.

    Attributes:
        role: Of whoever asks, in `HOME`; everywhere else they are nobody.
    """

    jobs: dict[bytes, Job] = field(default_factory=dict)
    fetched: list[bytes] = field(default_factory=list)
    role: Role = STAFF
    has_activity: bool = True

    async def create(self, intent: Intent, organisation_id: bytes, wish: Wish) -> Job:
        """See `store.Jobs`."""
        return self.keep(intent.user_id, wish)

    def keep(self, user_id: bytes, wish: Wish, state: State = State.DONE) -> Job:
        """A job of somebody's."""
        job = Job(
            *(ids.new_id(), HOME, user_id, wish, state, 100, 1, len(CONTENT), "", 1, 0, 1, 1, now_us() + KEPT_US),
            *("名单.csv", b"", b"l" * 16),
        )
        self.jobs[job.export_id] = job
        return job

    async def get(self, export_id: bytes) -> Any:
        """See `store.Jobs` and `activities.Activities`."""
        if export_id == ACTIVITY and self.has_activity:
            return Activity(ACTIVITY, HOME, "周会", "Asia/Shanghai", 2, 1, 0, 0, 1)
        if export_id in self.jobs:
            return self.jobs[export_id]
        raise ActivityNotFoundError if export_id == ACTIVITY else ExportNotFoundError

    async def of_person(self, user_id: bytes, before: bytes | None, size: int) -> Sequence[Job]:
        """See `store.Jobs`."""
        return [each for each in self.jobs.values() if each.user_id == user_id]

    async def of_organisation(self, organisation_id: bytes, before: bytes | None, size: int) -> Sequence[Job]:
        """See `store.Jobs`."""
        return [each for each in self.jobs.values() if each.organisation_id == organisation_id]

    async def cancel(self, export_id: bytes) -> None:
        """See `store.Jobs`."""
        self.jobs[export_id] = replace(self.jobs[export_id], state=State.CANCELLED)

    async def chosen(self, user_id: bytes, report: Report) -> Sequence[str]:
        """See `choices.Choices`."""
        return ()

    async def choose(self, user_id: bytes, report: Report, columns: Sequence[str]) -> None:
        """See `choices.Choices`."""

    async def downloaded(self, job: Job, user_id: bytes) -> None:
        """See `choices.Choices`."""
        self.fetched.append(user_id)

    async def of_caller(self, organisation_id: bytes, activity: OneActivity | None = None) -> Role:
        """See `domainkit.roles.Roles`."""
        return self.role if organisation_id == HOME else NOBODY


class Exports:
    """The service as a test sees it."""

    def __init__(self, loopback: Loopback, signer: Signer, folder: Path) -> None:
        self.memory, self.reader = Memory(), ids.new_id()
        self._loopback, self._signer = loopback, signer
        self._keys = FileKeys(parse_secrets(f"1:{'0123456789abcdef' * 4}"))
        self._vault = Vault(str(folder / "files"), lambda: None)  # type: ignore[arg-type,return-value]
        (folder / "made").write_bytes(CONTENT)
        self._made = folder / "made"

    async def start(self) -> None:
        """Serves."""
        memory: Any = self.memory
        servicer = ExportServicer(memory, memory, memory, memory, Files(self._vault, self._keys))
        served = exports_pb2_grpc.add_ExportServiceServicer_to_server
        await self._loopback.serve("reporting", served, servicer, ACCESS, self._signer.verifier())
        self._stub = exports_pb2_grpc.ExportServiceStub(self._loopback.connect("reporting", "gateway"))

    async def ask(self, method: str, request: Any) -> Any:
        """Calls a method, as the reader."""
        return await call(getattr(self._stub, method), request, timeout_s=30, token=self._signer.token(self.reader))

    async def create(self, **wish: Any) -> Any:
        """Asks for a file."""
        return await self.ask("CreateExport", pb.CreateExportRequest(wish=pb.Wish(**wish)))

    async def made(self, user_id: bytes, wish: Wish) -> Job:
        """A job of somebody's whose file is there."""
        job = self.memory.keep(user_id, wish)
        key, sealed_key = self._keys.new(job.export_id)
        with self._made.open("rb") as file:
            await self._vault.put(path_of(job.export_id, job.lease), sealed(file, key))
        self.memory.jobs[job.export_id] = replace(job, sealed_key=sealed_key)
        return job

    async def file(self, job: Job) -> bytes:
        """The file of a job."""
        request, token = pb.DownloadExportRequest(export_id=job.export_id), self._signer.token(self.reader)
        told = pieces(self._stub.DownloadExport, request, timeout_s=30, token=token)
        return b"".join([piece.content async for piece in told])

    async def every(self, job: Job) -> list[type | None]:
        """What comes of looking at a job, of fetching its file, and of cancelling it."""
        asked = (
            self.ask("GetExport", pb.GetExportRequest(export_id=job.export_id)),
            self.file(job),
            self.ask("CancelExport", pb.CancelExportRequest(export_id=job.export_id)),
        )
        return [await refused(each) for each in asked]


async def refused(asked: Any) -> type | None:
    """How it was refused; None: it was not."""
    try:
        await asked
    except ServiceError as error:
        return type(error)
    return None


@pytest.fixture
async def exports(loopback: Loopback, signer: Signer, tmp_path: Path) -> Exports:
    """See `Exports`."""
    found = Exports(loopback, signer, tmp_path)
    await found.start()
    return found


PEOPLE = Wish(Report.PEOPLE, Format.CSV, activity_id=ACTIVITY)
PHONES = replace(PEOPLE, columns=("name", "phone"), shows_phones=True)
OF_PERIOD = Wish(Report.ORGANISATION, Format.PDF, organisation_id=HOME, from_at=DAY_US, to_at=8 * DAY_US)


@pytest.mark.parametrize("name", WISHES)
async def test_who_may_ask_for_what(exports: Exports, name: str) -> None:
    """Who is no staff learns nothing of it; what speaks of a whole organisation, or of phones, is for organisers."""
    wish, least = WISHES[name]
    for role in ROLES:
        exports.memory.role = role
        error = NotFoundError if role < STAFF else PermissionDeniedError if role < least else None
        assert await refused(exports.create(**wish)) is error, role


@pytest.mark.parametrize("name", WISHES)
async def test_another_organisation_reads_as_none(exports: Exports, name: str) -> None:
    """An owner elsewhere is nobody here: what there is and what there is not read the same."""
    wish, _ = WISHES[name]
    exports.memory.role = OWNER
    which = "organisation_id" if "organisation_id" in wish else "activity_id"
    for foreign in (ids.new_id(), bytes(16), b"short", bytes(17)):
        assert await refused(exports.create(**{**wish, which: foreign})) in (NotFoundError, InvalidArgumentError)
    assert exports.memory.jobs == {}


async def test_what_others_asked_for_is_for_organisers(exports: Exports) -> None:
    """Whatever it is of: staff see their own alone, and lists of an organisation are none of theirs."""
    whole = pb.ListExportsRequest(organisation_id=HOME)
    for role in ROLES:
        exports.memory.role = role
        theirs = await exports.made(ids.new_id(), PEOPLE)
        error = None if role >= ORGANISER else NotFoundError
        assert await exports.every(theirs) == [error] * 3, role
        assert await refused(exports.ask("ListExports", whole)) is error
        mine = await exports.made(exports.reader, PEOPLE)
        assert await refused(exports.file(mine)) is (None if role >= STAFF else NotFoundError)
    foreign = pb.ListExportsRequest(organisation_id=ids.new_id())
    assert await refused(exports.ask("ListExports", foreign)) is NotFoundError


async def test_rights_are_looked_at_again_when_a_file_is_fetched(exports: Exports) -> None:
    """Removed, there is nothing any more; lowered to staff, what only organisers may have stays shut."""
    exports.memory.role = ORGANISER
    people, phones, period = [await exports.made(exports.reader, wish) for wish in (PEOPLE, PHONES, OF_PERIOD)]
    for job in (people, phones, period):
        assert await exports.file(job) == CONTENT
    assert exports.memory.fetched == [exports.reader]
    exports.memory.role = STAFF
    assert await exports.file(people) == CONTENT
    for job in (phones, period):
        assert await refused(exports.file(job)) is PermissionDeniedError
    for role in (MEMBER, NOBODY):
        exports.memory.role = role
        for job in (people, phones, period):
            assert await exports.every(job) == [NotFoundError] * 3
    assert exports.memory.fetched == [exports.reader]


async def test_with_its_activity_an_export_is_gone(exports: Exports) -> None:
    """Deleted meanwhile: its owner can neither look nor fetch."""
    exports.memory.role = OWNER
    job = await exports.made(exports.reader, PEOPLE)
    exports.memory.has_activity = False
    assert await exports.every(job) == [NotFoundError] * 3
    assert await refused(exports.create(**WISHES["people"][0])) is NotFoundError


@pytest.mark.parametrize("state", [each for each in State if each is not State.DONE])
async def test_only_what_is_done_has_a_file(exports: Exports, state: State) -> None:
    """Not one that is on its way, failed, or was cancelled, and none after its week: the state is said."""
    exports.memory.role = OWNER
    job = await exports.made(exports.reader, PEOPLE)
    exports.memory.jobs[job.export_id] = replace(job, state=state)
    with pytest.raises(ConflictError, match=state.name.lower()) as caught:
        await exports.file(job)
    assert caught.value.reason == "EXPORT_NOT_READY"


async def test_after_its_week_a_file_is_not_handed_out(exports: Exports) -> None:
    """Though it lies there still: nobody came to erase it."""
    exports.memory.role = OWNER
    job = await exports.made(exports.reader, PEOPLE)
    exports.memory.jobs[job.export_id] = replace(exports.memory.jobs[job.export_id], expires_at=now_us())
    with pytest.raises(ConflictError, match="expired"):
        await exports.file(job)
    assert exports.memory.fetched == []


async def test_a_file_that_is_not_there_or_not_ours_is_said(exports: Exports) -> None:
    """Taken away behind our back, or sealed with a key of another export."""
    exports.memory.role = OWNER
    job, other = [await exports.made(exports.reader, PEOPLE) for _ in range(2)]
    good, foreign = (exports.memory.jobs[each.export_id].sealed_key for each in (job, other))
    for lease, sealed_key in ((b"m" * 16, good), (job.lease, foreign), (job.lease, b"")):
        exports.memory.jobs[job.export_id] = replace(job, lease=lease, sealed_key=sealed_key)
        with pytest.raises(ConflictError) as caught:
            await exports.file(job)
        assert caught.value.reason == "FILE_MISSING"
