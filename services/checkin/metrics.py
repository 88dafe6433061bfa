"""Metrics of judging and recording; labels come from the vocabulary, never from requests."""

from prometheus_client import Counter, Gauge

from servicekit.bulk_histogram import BulkHistogram
from servicekit.quotas import OVER_QUOTA
from servicekit.series import from_start

ATTEMPTS = Counter("checkin_attempts_total", "Attempts answered.", ["outcome", "reason"])
from_start(ATTEMPTS, outcome=("accepted", "duplicate", "pending_review", "provisional"), reason=("",))
# What only keys and clocks that are wrong can do to many at once, and alerts look for.
from_start(ATTEMPTS, outcome=("refused",), reason=("QR_SIGNATURE", "QR_EXPIRED", "QR_FUTURE"))
PUBLISHED = from_start(
    Counter("checkin_published_total", "Batches handed to a durable place.", ["result"]),
    result=("confirmed", "refused", "unknown", "inbox", "lost"),
)
PERSISTED = from_start(
    Counter("checkin_persisted_total", "Attempts in committed transactions.", ["result"]),
    result=("new", "known", "decided"),
)
SLOT_AGE = BulkHistogram(
    "qr_scan_slot_age_seconds",
    "Age of a QR when its scan arrived.",
    bounds=(1, 5, 10, 20, 30, 45, 60, 75, 90, 120, 300),
)
REFUSALS_OVER = OVER_QUOTA.labels("refusals")
PROVISIONAL_OPEN = Gauge("checkin_provisional_open", "Undecided attempts waiting for completion.")
OLDEST_PENDING = Gauge("checkin_oldest_pending_seconds", "Age of the oldest undecided attempt.")
INBOX_DEPTH = Gauge("checkin_inbox_depth", "Batches waiting in the inbox.")
INBOX_OLDEST = Gauge("checkin_inbox_oldest_seconds", "Age of the oldest batch in the inbox.")
ACKNOWLEDGED = Counter("checkin_acknowledged_total", "Attempts answered after something durable held them.")
UNPERSISTED = Gauge("checkin_unpersisted_attempts", "Attempts this process acknowledged and MySQL has not yet.")
UNPERSISTED_OLDEST = Gauge("checkin_unpersisted_oldest_seconds", "Age of the oldest of them.")
AUDITED = from_start(
    Counter("checkin_audited_total", "Acknowledged attempts, by whether MySQL has them.", ["result"]),
    result=("persisted", "missing"),
)
