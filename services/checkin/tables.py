"""Schema `checkin`. The recorder is its only writer, `inbox` apart."""

from sqlalchemy import Column, Double, Index, MetaData, String, Table, Text
from sqlalchemy.dialects.mysql import BIGINT, BINARY, DATETIME, INTEGER, LONGBLOB, TINYINT, VARBINARY

from servicekit.rabbitmq.outbox import outbox_table

metadata = MetaData()

_ID = BINARY(16)
_TIME = DATETIME(fsp=6)

attempts = Table(
    "attempts",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("attempt_id", _ID, primary_key=True),
    Column("checkin_id", _ID, nullable=False),
    # NULL where the credential did not open; then no seat either.
    Column("occurrence_id", _ID),
    Column("activity_id", _ID),
    Column("organisation_id", _ID),
    Column("direction", TINYINT, nullable=False),
    Column("method", TINYINT, nullable=False),
    Column("gate", String(64), nullable=False),
    Column("body_hash", _ID, nullable=False),
    Column("judgement", TINYINT, nullable=False),
    Column("reasons", Text),
    Column("received_at", _TIME, nullable=False),
    Column("effective_at", _TIME, nullable=False),
    Column("punctuality", TINYINT, nullable=False),
    Column("late_by_s", INTEGER(unsigned=True), nullable=False),
    Column("distance_m", Double, nullable=False),
    Column("accuracy_m", Double, nullable=False),
    Column("is_staff", TINYINT, nullable=False),
    Column("evidence", VARBINARY(1100), nullable=False),
    # checkin.v1.Copies once there is more than one copy.
    Column("copies", LONGBLOB),
    Column("revision", INTEGER(unsigned=True), nullable=False),
    Column("is_offline", TINYINT, nullable=False, server_default="0"),
    # NULL when it was judged as it arrived.
    Column("judged_at", _TIME),
    # Who let the person in; NULL for all methods but staff.
    Column("actor_id", _ID),
    # domainkit/buckets.py; 0 without a QR.
    Column("slot_age_bucket", TINYINT, nullable=False, server_default="0"),
    Index("by_checkin", "checkin_id"),
    Index("by_seat", "occurrence_id", "user_id", "direction"),
)

seats = Table(
    "seats",
    metadata,
    Column("occurrence_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
    Column("direction", TINYINT, primary_key=True),
    Column("pass_no", INTEGER(unsigned=True), primary_key=True),
    Column("state", TINYINT, nullable=False),
    Column("holder", _ID),
    Column("effective_at", _TIME),
    Column("revision", BIGINT(unsigned=True), nullable=False),
    # What the revision stands for: a digest of the seat and of every attempt's state.
    Column("fingerprint", BINARY(8), nullable=False),
    # The recorder's clock at this revision; commits may follow in another order.
    Column("changed_at", _TIME, nullable=False, server_default="2000-01-01 00:00:00.000000"),
    Index("by_change", "user_id", "changed_at"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("occurrence_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
    Column("direction", TINYINT, primary_key=True),
    Column("pass_no", INTEGER(unsigned=True), primary_key=True),
    Column("sequence", INTEGER(unsigned=True), primary_key=True),
    Column("decision_id", _ID, nullable=False),
    Column("kind", TINYINT, nullable=False),
    Column("attempt_id", _ID, nullable=False),
    Column("decided_at", _TIME, nullable=False),
    Column("decided_by", _ID, nullable=False),
    Column("saw_revision", BIGINT(unsigned=True), nullable=False),
    Column("is_stale", TINYINT, nullable=False),
    Column("reason", String(500), nullable=False),
    Index("by_decision", "decision_id", unique=True),
)

reviews = Table(
    "reviews",
    metadata,
    # Attempts that wait or waited for a human, derived in the transaction that changes them: a list, not a truth.
    Column("user_id", _ID, primary_key=True),
    Column("attempt_id", _ID, primary_key=True),
    Column("checkin_id", _ID, nullable=False),
    Column("occurrence_id", _ID, nullable=False),
    # NULL while nobody could ask which activity the occurrence belongs to.
    Column("activity_id", _ID),
    Column("organisation_id", _ID),
    Column("is_offline", TINYINT, nullable=False),
    Column("state", TINYINT, nullable=False),
    # Of the copy that counted when the attempt came on the list; it never changes.
    Column("received_at", _TIME, nullable=False),
    # Why it waits, words of the vocabulary with commas between; NULL where an earlier release wrote it: then no filter
    # by a reason finds it, for looking through attempts instead would take all of them.
    Column("reasons", String(255, collation="ascii_bin")),
    Index("by_activity", "activity_id", "state", "received_at", "attempt_id"),
    Index("by_occurrence", "occurrence_id", "state"),
    Index("by_state", "state", "occurrence_id"),
    # All that a page of an organisation, and its counts by activity, are read from.
    Index(
        "by_organisation",
        *("organisation_id", "state", "received_at", "attempt_id", "user_id", "activity_id", "is_offline", "reasons"),
    ),
)

points_ledger = Table(
    "points_ledger",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("activity_id", _ID, primary_key=True),
    Column("local_day", INTEGER(unsigned=True), primary_key=True),
    Column("kind", TINYINT, primary_key=True),
    # 16 zero bytes for an award, so that there is one per day; the cause of a correction otherwise.
    Column("cause_id", _ID, primary_key=True),
    Column("points", INTEGER, nullable=False),
    Column("recorded_at", _TIME, nullable=False),
)

open_attempts = Table(
    "open_attempts",
    metadata,
    # Attempts with a copy that nobody could decide yet; written in the transaction that stores or decides it.
    Column("user_id", _ID, primary_key=True),
    Column("attempt_id", _ID, primary_key=True),
    Column("received_at", _TIME, nullable=False),
    Index("by_age", "received_at"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("message_id", _ID, primary_key=True),
    Column("body", LONGBLOB, nullable=False),
    Column("publisher", String(32), nullable=False),
    Column("received_at", _TIME, nullable=False),
)

recorded_batches = Table(
    "recorded_batches",
    metadata,
    # Messages of checkin every copy of which is in `attempts`, for a day: its audit asks for one row instead of many.
    # The ids are UUIDv7, so the key is also their age.
    Column("message_id", _ID, primary_key=True),
)

outbox = outbox_table(metadata)
