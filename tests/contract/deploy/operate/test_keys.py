"""Counting what is sealed with which key, wherever it is stored: what is missed here would be lost with its key."""

from collections import Counter

from deploy.operate.checks.keys import count_credential, count_pii, count_rosters
from domainkit.pii import Pii
from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from servicekit.clock import now_us, to_datetime
from servicekit.ids import new_id
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.outbox import Outbox
from services.activity.rosters.comparing import Change, Kind
from services.activity.rosters.entry_rows import Listed, insert_all
from services.activity.rosters.imports import Imports
from services.activity.rosters.sealing import Said, Sealing
from services.activity.tables import FOREVER, roster_entries, roster_import_rows
from services.checkin import tables
from services.checkin.recording import transactions
from services.checkin.recording.record import Recorder
from services.identity.people import People
from tests.contract.schemas import migrated
from tests.factories import a_copy


def _evidence(key_id: int) -> bytes:
    return Sealer(credential_pb2.Evidence, {key_id: bytes([key_id] * 32)}).seal(credential_pb2.Evidence(code="1"))


async def test_evidence_is_found_in_attempts_their_copies_and_the_inbox(database_url: str) -> None:
    """Four keys, each in one of the places, and two attempts whose evidence is none."""
    with migrated(database_url, "checkin") as url:
        engine = create_engine(url, count_changed_rows=True)
        recorder = Recorder(lambda: transactions.begin(engine, Outbox(engine, tables.outbox, {})))
        first, undecided = a_copy(evidence=_evidence(1)), a_copy(evidence=_evidence(2), judgement=2)
        later = pb.Copy()
        later.CopyFrom(first)
        later.received_at, later.evidence = first.received_at + 1, _evidence(3)
        await recorder.record(
            [
                first,
                later,
                undecided,
                a_copy(evidence=b""),
                a_copy(evidence=b"garbled" * 9),
                a_copy(evidence=_evidence(1)),
            ]
        )
        async with engine.begin() as connection:
            await connection.execute(tables.inbox.insert(), _waiting(a_copy(evidence=_evidence(4))))
            uses = await count_credential(connection)
        await engine.dispose()
    assert uses == {
        1: Counter({"evidence": 2, "further copies": 1}),
        2: Counter({"evidence": 1, "undecided": 1}),
        3: Counter({"further copies": 1}),
        4: Counter({"further copies": 1}),
    }


def _waiting(copy: pb.Copy) -> dict[str, object]:
    body = pb.AttemptedBatch(copies=[copy]).SerializeToString()
    return {"message_id": new_id(), "body": body, "publisher": "checkin", "received_at": to_datetime(now_us())}


async def test_personal_data_is_found_in_people_names_and_sessions(database_url: str) -> None:
    """A person's openid counts for the index that finds them, too."""
    with migrated(database_url, "identity") as url:
        engine = create_engine(url)
        old, new = (
            People(engine, Pii({1: b"1" * 32}, "identity", "wx")),
            People(engine, Pii({2: b"2" * 32, 1: b"1" * 32}, "identity", "wx")),
        )
        session = await old.sign_in("openid", now_us())
        await new.rename(session.user.user_id, "李四")
        await new.refresh(session.refresh_token, "", now_us())
        async with engine.connect() as connection:
            uses = await count_pii(connection)
        await engine.dispose()
    assert uses == {1: Counter(people=1), 2: Counter(names=1, sessions=1)}


async def test_personal_data_is_found_in_rosters_and_their_imports(database_url: str) -> None:
    """Whoever was erased is sealed with nothing."""
    roster_id, changes = new_id(), []
    with migrated(database_url, "activity") as url:
        engine = create_engine(url)
        async with engine.begin() as connection:
            for key, said in ((1, "张三"), (2, "李四"), (2, "王五")):
                sealing = Sealing(Pii({key: bytes([key] * 32)}, "activity", ""))
                await insert_all(connection, sealing, roster_id, [Listed(new_id(), Said(said))], now_us())
                changes = Imports(engine, sealing).sealed(
                    new_id(), [Change(Kind.ADDED, Listed(new_id(), Said(said)))], []
                )
            erased = {"roster_id": roster_id, "group_name": "", "said": b"", "valid_from": FOREVER, "valid_to": FOREVER}
            await connection.execute(roster_entries.insert(), erased | {"entry_id": new_id()})
            await connection.execute(roster_import_rows.insert(), changes)
            uses = await count_rosters(connection)
        await engine.dispose()
    assert uses == {1: Counter({"people on rosters": 1}), 2: Counter({"people on rosters": 2, "people of imports": 1})}
