"""What messages are about, which robots there are, and what becomes of what they say: numbers of reporting.v1."""

from enum import IntEnum, StrEnum


class InboxKind(IntEnum):
    """What a message in an inbox is about; the numbers are those of reporting.v1.InboxKind."""

    EXPORT_READY = 1
    EXPORT_FAILED = 2
    SCHEDULE_PAUSED = 3
    DELIVERY_FAILED = 4


class WebhookKind(IntEnum):
    """Whose robot it is; the numbers are those of reporting.v1.WebhookKind."""

    WECOM = 1
    FEISHU = 2
    DINGTALK = 3


class Delivered(IntEnum):
    """Where a delivery stands."""

    WAITING = 1
    SENT = 2
    FAILED = 3


class Result(StrEnum):
    """What became of an attempt."""

    SENT = "SENT"
    KEY_REFUSED = "KEY_REFUSED"
    SIGNATURE_REFUSED = "SIGNATURE_REFUSED"
    CONTENT_REFUSED = "CONTENT_REFUSED"
    RATE_LIMITED = "RATE_LIMITED"
    UNREACHABLE = "UNREACHABLE"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    KEY_UNREADABLE = "KEY_UNREADABLE"

    @property
    def is_final(self) -> bool:
        """Whether the same again would come to the same, so that nobody tries."""
        return self not in (Result.RATE_LIMITED, Result.UNREACHABLE)
