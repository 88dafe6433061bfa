"""Schema `identity`."""

from sqlalchemy import Column, Index, MetaData, String, Table
from sqlalchemy.dialects.mysql import BINARY, DATETIME, DOUBLE, INTEGER, TINYINT, VARBINARY

from servicekit.mysql.idempotency import idempotency_table
from servicekit.rabbitmq.outbox import outbox_table

metadata = MetaData()

_ID = BINARY(16)
_TIME = DATETIME(fsp=6)
_DIGEST = BINARY(32)

users = Table(
    "users",
    metadata,
    Column("user_id", _ID, primary_key=True),
    # Keyed digest of (app id, openid): finds the person, tells nobody who it is.
    Column("openid_index", _DIGEST, nullable=False, unique=True),
    Column("openid", VARBINARY(255), nullable=False),
    Column("name", VARBINARY(512)),
    # The id of the secret under which `name_pairs` has this name; None: not yet.
    Column("name_indexed_with", TINYINT(unsigned=True)),
    Column("created_at", _TIME, nullable=False),
    # Of who was erased: what openid_index was, where no sign-in looks, and since when nothing else is known of them.
    Column("erased_index", _DIGEST),
    Column("erased_at", _TIME),
    Index("by_erased_index", "erased_index"),
)

# Every two neighbouring letters of a name, as the start of a keyed digest: finds names, and some that are not meant.
name_pairs = Table(
    "name_pairs",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("pair", BINARY(8), primary_key=True),
    Index("by_pair", "pair", "user_id"),
)

# A session is a family of refresh tokens; only digests are kept, save what a lost answer needs.
sessions = Table(
    "sessions",
    metadata,
    Column("session_id", _ID, primary_key=True),
    Column("user_id", _ID, nullable=False),
    Column("token_hash", _DIGEST, nullable=False),
    Column("previous_hash", _DIGEST),
    # The current token, sealed, for the grace in which its predecessor gets it once more.
    Column("token", VARBINARY(255)),
    Column("rotated_at", _TIME),
    # Digest of the session and the device that asked for it: nobody else gets the token once more.
    Column("rotated_by", _DIGEST),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("revoked_at", _TIME),
    # Where it is, see domain.Kind; and of a console, on which machine.
    Column("kind", TINYINT, nullable=False, server_default="1"),
    Column("browser", String(32), nullable=False, server_default=""),
    Column("platform", String(32), nullable=False, server_default=""),
    Index("by_token", "token_hash", unique=True),
    Index("by_user", "user_id"),
    Index("by_revocation", "revoked_at"),
    Index("by_expiry", "expires_at"),
)

spent_tokens = Table(
    "spent_tokens",
    metadata,
    Column("token_hash", _DIGEST, primary_key=True),
    Column("session_id", _ID, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Index("by_expiry", "expires_at"),
)

# Browsers that ask a phone for something; the ticket is shown as a QR, of its secret only the digest is kept.
console_tickets = Table(
    "console_tickets",
    metadata,
    Column("ticket_id", _ID, primary_key=True),
    Column("secret_hash", _DIGEST, nullable=False),
    Column("digits", String(2), nullable=False),
    Column("browser", String(32), nullable=False),
    Column("platform", String(32), nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("wrong", TINYINT, nullable=False, server_default="0"),
    # Who approved it, and what became of it.
    Column("user_id", _ID),
    Column("approved_at", _TIME),
    Column("denied_at", _TIME),
    Column("used_at", _TIME),
    # Whose browser asks for a place, and which one was chosen; of a sign-in nobody, none.
    Column("asked_by", _ID),
    Column("place_name", String(64)),
    Column("latitude", DOUBLE(asdecimal=False)),
    Column("longitude", DOUBLE(asdecimal=False)),
    Index("by_creation", "created_at"),
)

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", _ID, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("created_at", _TIME, nullable=False),
    # Since when nobody creates, publishes, invites or joins there.
    Column("archived_at", _TIME),
)

memberships = Table(
    "memberships",
    metadata,
    Column("organisation_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
    Column("role", TINYINT, nullable=False),
    Column("joined_at", _TIME, nullable=False),
    Column("group", String(40), nullable=False, server_default=""),
    Index("by_user", "user_id", "organisation_id"),
)

# Staff of one activity alone, until a day after it is over: whoever asks knows when that is.
activity_staff = Table(
    "activity_staff",
    metadata,
    Column("activity_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
    Column("organisation_id", _ID, nullable=False),
    Column("joined_at", _TIME, nullable=False),
    Index("by_user", "user_id", "joined_at"),
)

invites = Table(
    "invites",
    metadata,
    # Younger invites have greater ids.
    Column("organisation_id", _ID, primary_key=True),
    Column("invite_id", _ID, primary_key=True),
    Column("code", String(16), nullable=False),
    Column("role", TINYINT, nullable=False),
    Column("uses", INTEGER(unsigned=True), nullable=False),
    Column("used", INTEGER(unsigned=True), nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("created_by", _ID, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("revoked_at", _TIME),
    # Of those who join with it; or the one activity whose staff it makes.
    Column("group", String(40), nullable=False, server_default=""),
    Column("activity_id", _ID),
    Index("by_code", "code", unique=True),
)

invite_uses = Table(
    "invite_uses",
    metadata,
    Column("invite_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
    Column("used_at", _TIME, nullable=False),
)

# Append-only: an answer of the person, worth a message when it was an acceptance; a message sent will be worth -1.
subscription_ledger = Table(
    "subscription_ledger",
    metadata,
    Column("user_id", _ID, primary_key=True),
    # Younger entries have greater ids.
    Column("entry_id", _ID, primary_key=True),
    Column("template_id", String(64), nullable=False),
    # identity.v1.Subscription.Answer; 0 where nobody was asked.
    Column("answer", TINYINT, nullable=False),
    Column("amount", TINYINT, nullable=False),
    Column("created_at", _TIME, nullable=False),
)

idempotency_keys = idempotency_table(metadata)
outbox = outbox_table(metadata)
