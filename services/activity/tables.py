"""Schema `activity`."""

from datetime import datetime

from sqlalchemy import Column, Computed, Index, MetaData, String, Table, Text
from sqlalchemy.dialects.mysql import (
    BIGINT,
    BINARY,
    BLOB,
    DATETIME,
    INTEGER,
    MEDIUMBLOB,
    SMALLINT,
    TINYINT,
    VARBINARY,
)

from servicekit.mysql.idempotency import idempotency_table
from servicekit.rabbitmq.outbox import outbox_table

metadata = MetaData()

_ID = BINARY(16)
_TIME = DATETIME(fsp=6)

# The end of what goes on; a value, so that unique keys hold for it.
FOREVER = datetime(9999, 12, 31)

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
    Column("gate", String(64), nullable=False),
    Column("direction", TINYINT, nullable=False),
    Index("by_code", "code_digest", unique=True),
    Index("by_secret", "secret_digest", unique=True),
    Index("by_activity", "activity_id", "display_id"),
)

# NFC tags (`tags.tags.Tag`); what they say, and their keys, follow from their ids.
nfc_tags = Table(
    "nfc_tags",
    metadata,
    Column("tag_id", _ID, primary_key=True),
    Column("activity_id", _ID, nullable=False),
    Column("kind", TINYINT, nullable=False),
    Column("label", String(40), nullable=False),
    Column("gate", String(64), nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", _ID, nullable=False),
    Column("revoked_at", _TIME),
    Column("revoked_by", _ID),
    Column("last_seen_at", _TIME),
    Column("last_counter", INTEGER(unsigned=True), nullable=False),
    Index("by_activity", "activity_id", "revoked_at"),
)

# Lists of people that activities may expect. Names, numbers and phones stand sealed in their entries.
rosters = Table(
    "rosters",
    metadata,
    Column("roster_id", _ID, primary_key=True),
    Column("organisation_id", _ID, nullable=False),
    Column("title", String(100), nullable=False),
    # Grows with every change of who is on it and of who is who.
    Column("revision", BIGINT(unsigned=True), nullable=False),
    # Headings of what else is known of people, and which of it they are shown, as JSON.
    Column("extra", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", _ID, nullable=False),
    # Since when nobody finds it; its rows stay until they are erased.
    Column("deleted_at", _TIME),
    Index("by_organisation", "organisation_id", "roster_id"),
)

# Who is expected, from when until when; valid_to of one that goes on is FOREVER.
roster_entries = Table(
    "roster_entries",
    metadata,
    Column("entry_id", _ID, primary_key=True),
    Column("roster_id", _ID, nullable=False),
    Column("valid_from", _TIME, nullable=False),
    Column("valid_to", _TIME, nullable=False),
    Column("group_name", String(64, collation="utf8mb4_bin"), nullable=False),
    # Name, number, phone, note and extra columns as JSON, sealed; empty once the person is erased.
    Column("said", BLOB, nullable=False),
    # Blind indexes, bound to the roster.
    Column("number_index", BINARY(32)),
    Column("phone_index", BINARY(32)),
    Column("phone_tail_index", BINARY(32)),
    # By which its printed code is found (`domainkit/entry_codes.py`).
    Column("entry_tail", BINARY(5), Computed("right(`entry_id`,5)", persisted=False)),
    Index("by_roster", "roster_id", "valid_to", "entry_id"),
    Index("by_number", "roster_id", "number_index"),
    Index("by_phone", "roster_id", "phone_index"),
    Index("by_phone_tail", "roster_id", "phone_tail_index"),
    Index("by_tail", "roster_id", "entry_tail"),
)

# Who an entry is, from when until when; one person each, one entry of a roster each.
roster_bindings = Table(
    "roster_bindings",
    metadata,
    Column("binding_id", _ID, primary_key=True),
    Column("roster_id", _ID, nullable=False),
    Column("entry_id", _ID, nullable=False),
    Column("user_id", _ID, nullable=False),
    # 1 by a phone number that WeChat verified, 2 by an invite, 3 by staff.
    Column("how", TINYINT, nullable=False),
    Column("bound_by", _ID, nullable=False),
    Column("valid_from", _TIME, nullable=False),
    Column("valid_to", _TIME, nullable=False),
    Index("by_person", "roster_id", "user_id", "valid_to", unique=True),
    Index("by_entry", "entry_id", "valid_to", unique=True),
    Index("by_user", "user_id"),
)

# Neighbouring letters of the names of those who are on a roster now, as keyed digests bound to the roster.
roster_name_pairs = Table(
    "roster_name_pairs",
    metadata,
    Column("entry_id", _ID, primary_key=True),
    Column("pair", BINARY(8), primary_key=True),
    Index("by_pair", "pair", "entry_id"),
)

# Files that were read, for an hour after they were sent or applied; `imports.State` numbers the states.
roster_imports = Table(
    "roster_imports",
    metadata,
    Column("import_id", _ID, primary_key=True),
    Column("roster_id", _ID, nullable=False),
    Column("state", TINYINT, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", _ID, nullable=False),
    # When its job last did something.
    Column("touched_at", _TIME, nullable=False),
    Column("applied_at", _TIME),
    Column("remove_missing", TINYINT, nullable=False),
    # Of `roster_import_rows`, how many are dealt with, and of how many.
    Column("done", INTEGER(unsigned=True), nullable=False),
    Column("total", INTEGER(unsigned=True), nullable=False),
    # Counts, columns and why it failed, as JSON.
    Column("summary", Text, nullable=False),
    # The first people of the file as JSON, sealed.
    Column("sample", BLOB, nullable=False),
    # The rows that were left out, as MessagePack.
    Column("bad", MEDIUMBLOB, nullable=False),
    Index("by_roster", "roster_id", "state"),
    Index("by_age", "created_at"),
)

# What an import changes: how an entry is to be, and how it was; both are sealed as in the entry's own row.
roster_import_rows = Table(
    "roster_import_rows",
    metadata,
    Column("import_id", _ID, primary_key=True),
    Column("position", INTEGER(unsigned=True), primary_key=True),
    # 1 added, 2 changed, 3 missing.
    Column("kind", TINYINT, nullable=False),
    Column("entry_id", _ID, nullable=False),
    Column("group_name", String(64, collation="utf8mb4_bin"), nullable=False),
    Column("said", BLOB, nullable=False),
    Column("group_before", String(64, collation="utf8mb4_bin"), nullable=False),
    Column("said_before", BLOB, nullable=False),
    # When it was applied; none where it was left alone.
    Column("done_at", _TIME),
)

# The latest invite of an entry; of its code only the digest.
roster_invites = Table(
    "roster_invites",
    metadata,
    Column("entry_id", _ID, primary_key=True),
    Column("roster_id", _ID, nullable=False),
    Column("code_digest", BINARY(32), nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", _ID, nullable=False),
    Column("used_at", _TIME),
    Column("used_by", _ID),
    Index("by_code", "code_digest", unique=True),
)

# Who came to an activity without an account or a place on its roster, as staff wrote them down.
guests = Table(
    "guests",
    metadata,
    Column("activity_id", _ID, primary_key=True),
    Column("guest_id", _ID, primary_key=True),
    Column("organisation_id", _ID, nullable=False),
    # Name and the last four digits of a phone as JSON, sealed; empty once they are erased.
    Column("said", BLOB, nullable=False),
    # Blind index, bound to the activity.
    Column("phone_tail_index", BINARY(32)),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", _ID, nullable=False),
    Index("by_phone_tail", "activity_id", "phone_tail_index"),
    Index("by_organisation", "organisation_id"),
)

# Neighbouring letters of the names of guests, as keyed digests bound to the activity.
guest_name_pairs = Table(
    "guest_name_pairs",
    metadata,
    Column("activity_id", _ID, primary_key=True),
    Column("guest_id", _ID, primary_key=True),
    Column("pair", BINARY(8), primary_key=True),
    Index("by_pair", "pair", "guest_id"),
)

# Whether somebody will come (`participants.answers.Answer`).
participant_answers = Table(
    "participant_answers",
    metadata,
    Column("activity_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
    Column("organisation_id", _ID, nullable=False),
    Column("answer", TINYINT, nullable=False),
    Column("answered_at", _TIME, nullable=False),
    Index("by_user", "user_id"),
    Index("by_organisation", "organisation_id", "answer", "activity_id"),
)

# What somebody told an organisation of what it asks, sealed.
participant_details = Table(
    "participant_details",
    metadata,
    Column("organisation_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
    # activity.v1.Detail, and of free text what was asked.
    Column("detail", TINYINT, primary_key=True, autoincrement=False),
    Column("label", String(32, collation="utf8mb4_bin"), primary_key=True),
    Column("said", VARBINARY(512), nullable=False),
    Column("said_at", _TIME, nullable=False),
    Index("by_user", "user_id"),
)

# What an organisation does with what people say, where it said so itself.
organisation_privacy = Table(
    "organisation_privacy",
    metadata,
    Column("organisation_id", _ID, primary_key=True),
    Column("keeps_days", SMALLINT(unsigned=True), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("changed_at", _TIME, nullable=False),
    Column("changed_by", _ID, nullable=False),
)

idempotency_keys = idempotency_table(metadata)
outbox = outbox_table(metadata)
