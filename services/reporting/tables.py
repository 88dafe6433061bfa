"""Schema `reporting`."""

from sqlalchemy import Column, Index, MetaData, String, Table
from sqlalchemy.dialects.mysql import BIGINT, BINARY, DATE, DATETIME, INTEGER, MEDIUMBLOB, TINYINT, VARBINARY

from servicekit.mysql.idempotency import idempotency_table

metadata = MetaData()


def _text(length: int) -> String:
    """Text that is equal to the letter."""
    return String(length, collation="utf8mb4_bin")


def _word(length: int) -> String:
    """A word of ours, or several."""
    return String(length, collation="ascii_bin")


activities = Table(
    "activities",
    metadata,
    Column("activity_id", BINARY(16), primary_key=True),
    Column("organisation_id", BINARY(16), nullable=False),
    Column("title", String(255), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("state", TINYINT(unsigned=True), nullable=False),
    Column("revision", BIGINT(unsigned=True), nullable=False),
    Column("expected", INTEGER(unsigned=True), nullable=False),
    Column("capacity", INTEGER(unsigned=True), nullable=False),
    Column("closes_at", DATETIME(fsp=6)),
    Column("roster_id", BINARY(16)),
    Column("offline_window_s", INTEGER(unsigned=True), nullable=False),
    Column("questions", TINYINT(unsigned=True), nullable=False),
    # When the last of its facts was written; 0 for none.
    Column("facts_at", BIGINT, nullable=False),
    # It tries a draft out, and no statistics count it.
    Column("is_rehearsal", TINYINT, nullable=False),
    # An activity.v1.Kind; 0 of what an earlier release noted.
    Column("kind", TINYINT(unsigned=True), nullable=False),
    Index("by_close", "closes_at"),
    Index("by_organisation", "organisation_id"),
)

# Windows of activities, each as of its activity's revision: what to compare, and where a seat belongs.
occurrences = Table(
    "occurrences",
    metadata,
    Column("occurrence_id", BINARY(16), primary_key=True),
    Column("activity_id", BINARY(16), nullable=False),
    Column("revision", BIGINT(unsigned=True), nullable=False),
    Column("opens_at", DATETIME(fsp=6), nullable=False),
    Column("closes_at", DATETIME(fsp=6), nullable=False),
    # Of its start, in the activity's time zone, as it was first told; what an earlier release noted has none.
    Column("local_day", DATE),
    # What an earlier release noted has none.
    Column("starts_at", DATETIME(fsp=6)),
    Index("by_activity", "activity_id"),
    Index("by_close", "closes_at"),
)

# What one person did at one occurrence (`facts.fact.Fact`); times are microseconds since 1970 UTC. Ids of activities
# grow with time, so whatever is written in one day lies close together.
facts = Table(
    "facts",
    metadata,
    Column("activity_id", BINARY(16), primary_key=True),
    Column("user_id", BINARY(16), primary_key=True),
    Column("occurrence_id", BINARY(16), primary_key=True),
    # Both seats (`domain.SeatView`) as MessagePack; empty for one that was never asked for.
    Column("came_revision", BIGINT(unsigned=True), nullable=False),
    Column("came", VARBINARY(4000), nullable=False),
    Column("went_revision", BIGINT(unsigned=True), nullable=False),
    Column("went", VARBINARY(4000), nullable=False),
    Column("received_at", BIGINT, nullable=False),
    Column("late_by_s", INTEGER(unsigned=True), nullable=False),
    Column("distance_bucket", TINYINT(unsigned=True), nullable=False),
    Column("slot_age_bucket", TINYINT(unsigned=True), nullable=False),
    # How lists show both together, for them to be filtered by; not at all where nothing is left to show.
    Column("is_shown", TINYINT, nullable=False),
    Column("status", TINYINT(unsigned=True), nullable=False),
    Column("at", BIGINT, nullable=False),
    Column("method", _word(8), nullable=False),
    Column("gate", _text(64), nullable=False),
    Column("punctuality", _word(16), nullable=False),
    Column("is_early", TINYINT, nullable=False),
    # Words of the vocabulary with spaces between and around.
    Column("reasons", _word(600), nullable=False),
    Column("mark", TINYINT(unsigned=True), nullable=False),
    # Later than that of whatever was written before of the activity: who moves on a list is shown once more.
    Column("changed_at", BIGINT, nullable=False),
    # How it went (`facts.fact.Evidence`); 0 of what an earlier release wrote.
    Column("accuracy_bucket", TINYINT(unsigned=True), nullable=False),
    Column("outside_bucket", TINYINT(unsigned=True), nullable=False),
    Column("refused_tries", TINYINT(unsigned=True), nullable=False),
    Column("is_offline", TINYINT(unsigned=True), nullable=False),
    Column("is_anomalous", TINYINT(unsigned=True), nullable=False),
    # All that lists are filtered and paged by: a hundred thousand people are read from here alone.
    Index(
        "by_time",
        *("activity_id", "at", "user_id", "occurrence_id", "is_shown", "status", "method", "gate", "punctuality"),
        *("is_early", "reasons", "mark", "changed_at"),
    ),
)

# How many people of an occurrence, by everything that is asked of history (`facts.fact.counts_of`).
occurrence_counts = Table(
    "occurrence_counts",
    metadata,
    Column("occurrence_id", BINARY(16), primary_key=True),
    Column("name", _text(80), primary_key=True),
    Column("amount", BIGINT, nullable=False),
)

# The same of an organisation's day.
day_counts = Table(
    "day_counts",
    metadata,
    Column("organisation_id", BINARY(16), primary_key=True),
    Column("local_day", DATE, primary_key=True),
    Column("name", _text(80), primary_key=True),
    Column("amount", BIGINT, nullable=False),
)

# Who checked in on which day to an activity that gives points, as its facts say (`facts.points`): in this order the
# first day of everybody is a jump in the key, and any other one a look-up.
points_days = Table(
    "points_days",
    metadata,
    Column("activity_id", BINARY(16), primary_key=True),
    Column("user_id", BINARY(16), primary_key=True),
    Column("local_day", DATE, primary_key=True),
    Column("occurrence_id", BINARY(16), primary_key=True),
)

# How many of those expected came to an occurrence, by its roster and by what they answered; and what it was counted
# from: the sum of the revisions of its seats, and the roster's own. Whoever reads it counts anew where one is another.
occurrence_tallies = Table(
    "occurrence_tallies",
    metadata,
    Column("occurrence_id", BINARY(16), primary_key=True),
    Column("revisions", BIGINT, nullable=False),
    Column("roster_revision", BIGINT(unsigned=True), nullable=False),
    Column("tallied_at", BIGINT, nullable=False),
    Column("expected", INTEGER(unsigned=True), nullable=False),
    Column("came", INTEGER(unsigned=True), nullable=False),
    Column("leave", INTEGER(unsigned=True), nullable=False),
    # Who holds a second seat, under their other id: for an earlier release alone.
    Column("twice", INTEGER(unsigned=True), nullable=False),
    # All that is counted once more than there are people (`periods.held.Twice`), as MessagePack; what an earlier
    # release counted does not say.
    Column("counted_twice", MEDIUMBLOB),
)

# The same of the groups of its roster, with all that is told of a group.
group_counts = Table(
    "group_counts",
    metadata,
    Column("occurrence_id", BINARY(16), primary_key=True),
    Column("group_name", _text(64), primary_key=True),
    Column("name", _text(80), primary_key=True),
    Column("amount", BIGINT, nullable=False),
)

# Advice that an organiser does not want to see; the activity is zeros for what is about all of them.
dismissed_advice = Table(
    "dismissed_advice",
    metadata,
    Column("organisation_id", BINARY(16), primary_key=True),
    Column("activity_id", BINARY(16), primary_key=True),
    Column("code", _word(32), primary_key=True),
    Column("dismissed_by", BINARY(16), nullable=False),
    Column("dismissed_at", BIGINT, nullable=False),
)

# What a sample of phones measured (`quality.client`), by the day on which they told.
client_counts = Table(
    "client_counts",
    metadata,
    Column("activity_id", BINARY(16), primary_key=True),
    Column("local_day", DATE, primary_key=True),
    Column("name", _word(32), primary_key=True),
    Column("amount", BIGINT, nullable=False),
)

# Sweeps and rebuilds: how far they are, and when they began.
fact_work = Table(
    "fact_work",
    metadata,
    Column("name", _text(80), primary_key=True),
    # The last one that was dealt with; empty before the first.
    Column("occurrence_id", VARBINARY(16), nullable=False),
    Column("done", INTEGER(unsigned=True), nullable=False),
    Column("began_at", DATETIME(fsp=6), nullable=False),
)

# Files that people asked for (`exports.job.Job`); times are microseconds since 1970 UTC, 0 for not yet.
exports = Table(
    "exports",
    metadata,
    Column("export_id", BINARY(16), primary_key=True),
    Column("organisation_id", BINARY(16), nullable=False),
    Column("user_id", BINARY(16), nullable=False),
    Column("report", TINYINT(unsigned=True), nullable=False),
    # A reporting.v1.Wish.
    Column("wish", VARBINARY(4000), nullable=False),
    Column("state", TINYINT(unsigned=True), nullable=False),
    Column("progress", TINYINT(unsigned=True), nullable=False),
    Column("row_count", INTEGER(unsigned=True), nullable=False),
    Column("file_bytes", BIGINT(unsigned=True), nullable=False),
    Column("reason", _word(64), nullable=False),
    Column("attempts", TINYINT(unsigned=True), nullable=False),
    Column("failures", TINYINT(unsigned=True), nullable=False),
    Column("created_at", BIGINT, nullable=False),
    Column("finished_at", BIGINT, nullable=False),
    Column("expires_at", BIGINT, nullable=False),
    Column("file_name", _text(255), nullable=False),
    # A credential.v1.FileKey, sealed; empty without a file.
    Column("sealed_key", VARBINARY(128), nullable=False),
    # Of who runs it, different each time; and until when nobody else may. Of one that waits, when it may begin.
    Column("lease", VARBINARY(16), nullable=False),
    Column("lease_until", BIGINT, nullable=False),
    # Of a proof that somebody asked for themselves, the activity; NULL for all others.
    Column("own_proof_of", BINARY(16)),
    Index("by_organisation", "organisation_id", "export_id"),
    Index("by_user", "user_id", "export_id"),
    Index("by_state", "state", "expires_at", "organisation_id"),
)

# When an organisation's queue was last served: whose was not for longest is next. Its row is the queue's lock.
export_queues = Table(
    "export_queues",
    metadata,
    Column("organisation_id", BINARY(16), primary_key=True),
    Column("served_at", BIGINT, nullable=False),
)

# The columns that a person chose last, with spaces between.
export_columns = Table(
    "export_columns",
    metadata,
    Column("user_id", BINARY(16), primary_key=True),
    Column("report", TINYINT(unsigned=True), primary_key=True),
    Column("chosen", _word(600), nullable=False),
)

# Who took a file with whole phones in it, for good.
export_downloads = Table(
    "export_downloads",
    metadata,
    Column("download_id", BINARY(16), primary_key=True),
    Column("export_id", BINARY(16), nullable=False),
    Column("organisation_id", BINARY(16), nullable=False),
    Column("user_id", BINARY(16), nullable=False),
    Column("downloaded_at", BIGINT, nullable=False),
    Index("by_organisation", "organisation_id", "download_id"),
)

# Exports that ask for themselves (`schedules.schedule.Schedule`); times are microseconds since 1970 UTC.
export_schedules = Table(
    "export_schedules",
    metadata,
    Column("schedule_id", BINARY(16), primary_key=True),
    Column("organisation_id", BINARY(16), nullable=False),
    Column("user_id", BINARY(16), nullable=False),
    # Zeros: of the organisation.
    Column("activity_id", BINARY(16), nullable=False),
    Column("rhythm", TINYINT(unsigned=True), nullable=False),
    # A reporting.v1.Plan.
    Column("plan", VARBINARY(4000), nullable=False),
    Column("is_paused", TINYINT, nullable=False),
    Column("paused_reason", _word(64), nullable=False),
    Column("created_at", BIGINT, nullable=False),
    # What closed before is none of its business.
    Column("since_at", BIGINT, nullable=False),
    # 0: at no time of its own.
    Column("next_due_at", BIGINT, nullable=False),
    Column("last_run_at", BIGINT, nullable=False),
    # Empty: it never ran.
    Column("last_export_id", VARBINARY(16), nullable=False),
    Index("by_organisation", "organisation_id", "schedule_id"),
    Index("by_due", "is_paused", "rhythm", "next_due_at"),
)

# What schedules had made: a row is written with its export, and is why there is never a second one.
export_runs = Table(
    "export_runs",
    metadata,
    Column("schedule_id", BINARY(16), primary_key=True),
    # Zeros where it was time, else what closed; due_at is 0 then.
    Column("occurrence_id", BINARY(16), primary_key=True),
    Column("due_at", BIGINT, primary_key=True),
    Column("export_id", BINARY(16), nullable=False),
    Column("ran_at", BIGINT, nullable=False),
    # When people were told what became of it; 0: not yet.
    Column("told_at", BIGINT, nullable=False),
    Index("by_told", "told_at", "ran_at"),
)

# Robots of group chats; what reaches them lies sealed (a credential.v1.Robot, bound to the id).
webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", BINARY(16), primary_key=True),
    Column("organisation_id", BINARY(16), nullable=False),
    Column("kind", TINYINT(unsigned=True), nullable=False),
    Column("label", _text(64), nullable=False),
    Column("sealed_key", VARBINARY(1024), nullable=False),
    Column("key_tail", _word(4), nullable=False),
    Column("is_signed", TINYINT, nullable=False),
    Column("created_by", BINARY(16), nullable=False),
    Column("created_at", BIGINT, nullable=False),
    # Its rate: it says nothing before.
    Column("next_at", BIGINT, nullable=False),
    Column("last_at", BIGINT, nullable=False),
    Column("last_result", _word(32), nullable=False),
    Index("by_organisation", "organisation_id", "webhook_id"),
)

# What robots are to say.
deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", BINARY(16), primary_key=True),
    Column("webhook_id", BINARY(16), nullable=False),
    # Who is told when it comes to nothing; nobody where the export is empty, for it was a test.
    Column("user_id", BINARY(16), nullable=False),
    Column("export_id", VARBINARY(16), nullable=False),
    Column("text", _text(1000), nullable=False),
    Column("state", TINYINT(unsigned=True), nullable=False),
    Column("attempts", INTEGER(unsigned=True), nullable=False),
    Column("created_at", BIGINT, nullable=False),
    # When it may be tried; of one that is being sent, when its sender is taken for dead.
    Column("due_at", BIGINT, nullable=False),
    Column("reason", _word(32), nullable=False),
    Index("by_due", "state", "due_at"),
    Index("by_webhook", "webhook_id"),
)

# What people find when they look (`messaging.inbox.Message`).
inbox = Table(
    "inbox",
    metadata,
    Column("message_id", BINARY(16), primary_key=True),
    Column("user_id", BINARY(16), nullable=False),
    Column("organisation_id", BINARY(16), nullable=False),
    Column("kind", TINYINT(unsigned=True), nullable=False),
    # Empty: it is about none.
    Column("export_id", VARBINARY(16), nullable=False),
    Column("title", _text(64), nullable=False),
    Column("reason", _word(64), nullable=False),
    # Where all are 0, nobody knows.
    Column("expected", INTEGER(unsigned=True), nullable=False),
    Column("came", INTEGER(unsigned=True), nullable=False),
    Column("on_leave", INTEGER(unsigned=True), nullable=False),
    Column("created_at", BIGINT, nullable=False),
    Column("read_at", BIGINT, nullable=False),
    Index("by_user", "user_id", "message_id"),
    Index("by_read", "user_id", "read_at"),
)

idempotency_keys = idempotency_table(metadata)
