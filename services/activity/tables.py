"""Schema `activity`."""

from sqlalchemy import Column, Index, MetaData, String, Table, Text
from sqlalchemy.dialects.mysql import BIGINT, BINARY, DATETIME, INTEGER, MEDIUMBLOB, TINYINT

from servicekit.mysql.idempotency import idempotency_table
from servicekit.rabbitmq.outbox import outbox_table

metadata = MetaData()

_ID = BINARY(16)
_TIME = DATETIME(fsp=6)

activities = Table(
    "activities",
    metadata,
    Column("activity_id", _ID, primary_key=True),
    Column("organisation_id", _ID, nullable=False),
    Column("state", TINYINT, nullable=False),
    Column("revision", BIGINT(unsigned=True), nullable=False),
    # The credentials: tokens of a lower epoch and earlier codes are worth nothing. A code frees when it is replaced.
    Column("epoch", INTEGER(unsigned=True), nullable=False),
    Column("code", String(6, collation="utf8mb4_bin"), nullable=False),
    # What the organiser said (`definition.Definition`), as JSON.
    Column("definition", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", _ID, nullable=False),
    Column("published_at", _TIME),
    # Since when a published one asks what it asks now.
    Column("amended_at", _TIME),
    # The draft that this one tries out.
    Column("rehearsal_of", _ID),
    Index("by_code", "code", unique=True),
    Index("by_organisation", "organisation_id", "activity_id"),
    Index("by_draft", "rehearsal_of"),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("occurrence_id", _ID, primary_key=True),
    Column("activity_id", _ID, nullable=False),
    Column("starts_at", _TIME, nullable=False),
    Column("ends_at", _TIME, nullable=False),
    Column("opens_at", _TIME, nullable=False),
    Column("closes_at", _TIME, nullable=False),
    # How many came, once it is over; reporting tells.
    Column("turnout", INTEGER(unsigned=True)),
    Index("by_activity", "activity_id", "starts_at"),
    Index("by_start", "starts_at"),
)

# Append-only: what an activity was at a time, credentials included, and who made it so.
activity_versions = Table(
    "activity_versions",
    metadata,
    Column("activity_id", _ID, primary_key=True),
    Column("revision", BIGINT(unsigned=True), primary_key=True),
    Column("valid_from", _TIME, nullable=False),
    # activity.v1.BatchGetOccurrencesResponse.
    Column("snapshot", MEDIUMBLOB, nullable=False),
    # What the organiser said, and who changed it; empty in what an earlier release wrote.
    Column("definition", Text),
    Column("changed_by", _ID),
)

# Append-only: what operators turned on, who, until when and why. The newest row of a name and signal counts.
switches = Table(
    "switches",
    metadata,
    Column("switch_id", _ID, primary_key=True),
    # activity.v1.Switch.Name.
    Column("name", TINYINT, nullable=False),
    Column("signal", String(64), nullable=False),
    Column("grace_s", INTEGER(unsigned=True), nullable=False),
    Column("set_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("reason", String(500), nullable=False),
    Index("by_end", "expires_at"),
    Index("by_time", "set_at"),
)

# Places an organisation has saved, with their access points (`places.Site`), as JSON.
places = Table(
    "places",
    metadata,
    Column("place_id", _ID, primary_key=True),
    Column("organisation_id", _ID, nullable=False),
    Column("site", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", _ID, nullable=False),
    Index("by_organisation", "organisation_id", "place_id"),
)

# Screens without a person (`displays.Display`); of links and of what browsers keep only digests.
displays = Table(
    "displays",
    metadata,
    Column("display_id", _ID, primary_key=True),
    Column("activity_id", _ID, nullable=False),
    Column("kind", TINYINT, nullable=False),
    Column("show_names", TINYINT, nullable=False),
    Column("code_digest", BINARY(32), nullable=False),
    Column("secret_digest", BINARY(32)),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", _ID, nullable=False),
    Column("opened_at", _TIME),
    Column("opened_from", String(64), nullable=False),
    Column("revoked_at", _TIME),
    Column("revoked_by", _ID),
    Index("by_code", "code_digest", unique=True),
    Index("by_secret", "secret_digest", unique=True),
    Index("by_activity", "activity_id", "display_id"),
)

idempotency_keys = idempotency_table(metadata)
outbox = outbox_table(metadata)
