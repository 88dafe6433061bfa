"""What it stands on: RabbitMQ, MySQL and Redis, and the autoscaler with its calendar."""

from deploy.observe.dashboards.panels import Dashboard, Panel, quantile

_RATE = "[$__rate_interval]"
_QUEUES = '{job="rabbitmq-queues"}'

RABBITMQ = Dashboard(
    "qiandao-rabbitmq",
    "Qiandao / RabbitMQ",
    "Queues, consumers, alarms, and our own connections.",
    [
        (
            "Queues",
            [
                Panel(
                    "Messages ready (good: near 0)",
                    "checkin.record.v1: runbook RecordQueueBacklog; others: their consumer.",
                    {"{{queue}}": f"sum by (queue) (rabbitmq_detailed_queue_messages_ready{_QUEUES})"},
                    "short",
                    limit=200,
                    width=12,
                ),
                Panel(
                    "Messages being worked on (good: moves)",
                    "Stands still: a consumer hangs; restart it, its messages come back.",
                    {"{{queue}}": f"sum by (queue) (rabbitmq_detailed_queue_messages_unacked{_QUEUES})"},
                    "short",
                    width=12,
                ),
            ],
        ),
        (
            "Broker",
            [
                Panel(
                    "Memory (good: below the watermark)",
                    "At it, RabbitMQ stops reading: runbook AmqpBlocked.",
                    {"used": "rabbitmq_process_resident_memory_bytes", "limit": "rabbitmq_resident_memory_limit_bytes"},
                    "bytes",
                ),
                Panel(
                    "Disk left (good: above its limit)",
                    "At it, RabbitMQ stops reading: free the disk.",
                    {
                        "left": "rabbitmq_disk_space_available_bytes",
                        "limit": "rabbitmq_disk_space_available_limit_bytes",
                    },
                    "bytes",
                ),
                Panel(
                    "Connections (good: flat)",
                    "Rising: a client that reconnects; its log says why.",
                    {"connections": "rabbitmq_connections", "channels": "rabbitmq_channels"},
                    "short",
                ),
            ],
        ),
        (
            "We",
            [
                Panel(
                    "Connected (good: 1 each)",
                    "0: password, network, or the broker is down.",
                    {"{{job}} {{connection}}": "min by (job, connection) (amqp_connected)"},
                    "short",
                    width=12,
                ),
                Panel(
                    "Blocked (good: 0)",
                    "Runbook AmqpBlocked.",
                    {"{{job}}": "max by (job) (amqp_blocked)"},
                    "short",
                    limit=1,
                    width=12,
                ),
            ],
        ),
    ],
)

STORES = Dashboard(
    "qiandao-stores",
    "Qiandao / MySQL and Redis",
    "What waits for them, and how they are.",
    [
        (
            "Our pools",
            [
                Panel(
                    "Wait for a connection, p99 (good: below 50 ms)",
                    "Runbook DatabasePoolWait.",
                    {"{{job}}": quantile(0.99, "db_pool_wait_seconds", "job")},
                    "s",
                    limit=0.25,
                    width=12,
                ),
                Panel(
                    "Connections in use (good: below 8 a process)",
                    "All in use: slow statements; look at MySQL.",
                    {"{{job}}": "max by (job) (db_pool_in_use)"},
                    "short",
                    width=12,
                ),
            ],
        ),
        (
            "MySQL",
            [
                Panel(
                    "Statements per second (good: follows the rushes)",
                    "High without people: a job; SHOW PROCESSLIST.",
                    {"statements": f'sum(rate(mysql_global_status_questions{{job="mysql"}}{_RATE}))'},
                    "ops",
                ),
                Panel(
                    "Connections (good: below 60 % of the limit)",
                    "Near it: fewer pods or a higher max_connections.",
                    {
                        "connected": 'sum(mysql_global_status_threads_connected{job="mysql"})',
                        "limit": 'max(mysql_global_variables_max_connections{job="mysql"})',
                    },
                    "short",
                ),
                Panel(
                    "Slow statements and lock waits (good: 0)",
                    "A migration or a backup under way; else keep the slow log for us.",
                    {
                        "slow": f'sum(rate(mysql_global_status_slow_queries{{job="mysql"}}{_RATE}))',
                        "lock waits": f'sum(rate(mysql_global_status_innodb_row_lock_waits{{job="mysql"}}{_RATE}))',
                    },
                    "ops",
                ),
            ],
        ),
        (
            "Redis",
            [
                Panel(
                    "Commands per second (good: follows the rushes)",
                    "High without people: a client in a loop.",
                    {"commands": f'sum(rate(redis_commands_processed_total{{job="redis"}}{_RATE}))'},
                    "ops",
                ),
                Panel(
                    "Memory (good: below 80 % of the limit)",
                    "Redis never evicts: at the limit writes fail; give it more.",
                    {
                        "used": 'max(redis_memory_used_bytes{job="redis"})',
                        "limit": 'max(redis_memory_max_bytes{job="redis"} > 0)',
                    },
                    "bytes",
                ),
                Panel(
                    "Connected clients (good: flat)",
                    "Rising: somebody does not close; our processes have 32 each at most.",
                    {"clients": 'max(redis_connected_clients{job="redis"})'},
                    "short",
                ),
            ],
        ),
    ],
)

SCALING = Dashboard(
    "qiandao-scaling",
    "Qiandao / Autoscaling and calendar",
    "What is coming, what the autoscaler makes of it, and what it costs.",
    [
        (
            "The calendar",
            [
                Panel(
                    "People expected (good: pods are there before them)",
                    "More than the pods take and none is added: runbook ScalerErrors.",
                    {"within {{within}}": 'max by (within) (calendar_expected_checkins{job="activity"})'},
                    "short",
                    width=12,
                ),
                Panel(
                    "Expected now, and attempts per minute (good: the second follows the first)",
                    "People due and no attempts: runbook CheckinsMissing.",
                    {
                        "due": 'max(calendar_due_checkins{job="activity"})',
                        "attempts": 'sum(increase(http_requests_total{job="gateway",route="/v1/checkins"}[1m]))',
                    },
                    "short",
                    width=12,
                ),
                Panel(
                    "Until the next rush (good: know it before you upgrade)",
                    "Below 15 minutes: wait with the upgrade.",
                    {"rush": 'min(calendar_next_rush_seconds{job="activity"})'},
                    "s",
                    kind="stat",
                ),
                Panel(
                    "Age of the calendar (good: below 30 s)",
                    "Runbook CalendarStale.",
                    {"age": 'min(calendar_age_seconds{job="activity"})'},
                    "s",
                    limit=300,
                    kind="stat",
                ),
            ],
        ),
        (
            "Pods",
            [
                Panel(
                    "Ready pods (good: rises before a rush)",
                    "Rises after it: peopleExpected per pod is too high.",
                    {"{{job}}": 'sum by (job) (up{job=~"gateway|checkin|recorder"})'},
                    "short",
                    width=12,
                ),
                Panel(
                    "Wanted and limit (good: below the limit)",
                    "At it: runbook ScaledToTheLimit.",
                    {
                        "{{horizontalpodautoscaler}} wanted": "max by (horizontalpodautoscaler) ("
                        "kube_horizontalpodautoscaler_status_desired_replicas)",
                        "{{horizontalpodautoscaler}} limit": "max by (horizontalpodautoscaler) ("
                        "kube_horizontalpodautoscaler_spec_max_replicas)",
                    },
                    "short",
                    width=12,
                ),
                Panel(
                    "Attempts per gateway (good: below what one takes)",
                    "Above 300 a second for minutes: more pods.",
                    {
                        "each": f'sum(rate(http_requests_total{{job="gateway",route="/v1/checkins"}}{_RATE}))'
                        ' / sum(up{job="gateway"})'
                    },
                    "ops",
                    limit=300,
                ),
                Panel(
                    "What KEDA reads (good: no gaps)",
                    "Gaps: Prometheus or a query; runbook ScalerErrors.",
                    {"{{scaledObject}} {{scaler}}": "max by (scaledObject, scaler) (keda_scaler_metrics_value)"},
                    "short",
                ),
                Panel(
                    "Errors of KEDA (good: 0)",
                    "Runbook ScalerErrors.",
                    {"{{scaledObject}}": f"sum by (scaledObject) (increase(keda_scaled_object_errors_total{_RATE}))"},
                    "short",
                    limit=1,
                ),
            ],
        ),
    ],
    since="now-12h",
)
