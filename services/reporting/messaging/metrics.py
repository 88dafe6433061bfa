"""Metrics of messages."""

from prometheus_client import Counter, Gauge

from servicekit.series import from_start
from services.reporting.messaging.kinds import Result
from services.reporting.messaging.robots import PROTOCOLS

DELIVERIES = from_start(
    Counter(
        "robot_messages_total",
        "What robots of group chats were to say, and what became of each attempt.",
        ["kind", "result"],
    ),
    kind=[each.name for each in PROTOCOLS.values()],
    result=[each.lower() for each in Result],
)
WAITING = Gauge("robot_messages_oldest_waiting_seconds", "For how long the oldest message to a robot has waited.")
