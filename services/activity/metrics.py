"""Metrics of the activity service."""

from prometheus_client import Gauge

from servicekit.quotas import OVER_QUOTA
from servicekit.unreadable import Unreadable

EXPECTED = Gauge(
    "calendar_expected_checkins", "People of rushes that are under way or begin within that time.", ["within"]
)
DUE = Gauge("calendar_due_checkins", "People of occurrences in the middle of their rush, guesses left out.")
NEXT_RUSH = Gauge("calendar_next_rush_seconds", "Until the next rush of 50 people or more.")
AGE = Gauge("calendar_age_seconds", "Since the calendar was read; +Inf when it never was.")
ACTIVITIES_OVER = OVER_QUOTA.labels("activities")
CHANGES_OVER = OVER_QUOTA.labels("changes")
PLACES_OVER = OVER_QUOTA.labels("places")
DISPLAYS_OVER = OVER_QUOTA.labels("displays")
TAGS_OVER = OVER_QUOTA.labels("tags")
KIOSK_CODES_OVER = OVER_QUOTA.labels("kiosk_codes")
ROSTERS_OVER = OVER_QUOTA.labels("rosters")
SAID_OVER = OVER_QUOTA.labels("said")
ROSTER_ENTRIES_OVER = OVER_QUOTA.labels("roster_entries")
GUESTS_OVER = OVER_QUOTA.labels("guests")
UNREADABLE, UNREADABLE_VERSION = Unreadable("activity"), Unreadable("activity_version")
UNREADABLE_PLACE = Unreadable("place")
UNREADABLE_ENTRY = Unreadable("roster_entry")
UNREADABLE_GUEST = Unreadable("guest")
UNREADABLE_DETAIL = Unreadable("detail")
