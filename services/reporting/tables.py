"""Schema `reporting`."""

from sqlalchemy import Column, Index, MetaData, String, Table
from sqlalchemy.dialects.mysql import BIGINT, BINARY, DATETIME, INTEGER, TINYINT

metadata = MetaData()

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
    Index("by_close", "closes_at"),
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
    Index("by_activity", "activity_id"),
    Index("by_close", "closes_at"),
)
