"""The exchange and the queues of check-ins: who publishes what, and where it waits."""

from servicekit.rabbitmq.topology import Binding, Topology, work_queue

EXCHANGE = "checkin"
ATTEMPTED = "attempted.v1"
DECIDED = "decided.v1"
RECORDED = "recorded.v1"
RECORD_QUEUE = "checkin.record.v1"
DECIDE_QUEUE = "checkin.decide.v1"
# Whose messages are believed about whom they name; RabbitMQ checks that it is the sender's own user.
PUBLISHER = "checkin"
_MAXIMUM_RECORD_BYTES = 4 * 1024**3
_MAXIMUM_DECIDE_BYTES = 64 * 1024**2

# What the recorder declares; checkin may only publish, and until the recorder has come it publishes in vain.
TOPOLOGY = Topology(
    exchanges=(EXCHANGE,),
    queues=(
        work_queue(RECORD_QUEUE, Binding(EXCHANGE, ATTEMPTED), max_bytes=_MAXIMUM_RECORD_BYTES),
        work_queue(DECIDE_QUEUE, Binding(EXCHANGE, DECIDED), max_bytes=_MAXIMUM_DECIDE_BYTES),
    ),
)
