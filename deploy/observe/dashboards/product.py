"""What people live through: the overview, the journey of a check-in, the rush, the objectives, and the degradation."""

from deploy.observe.dashboards.panels import Dashboard, Panel, quantile, share
from deploy.observe.rules import objectives

_CHECKINS = '{job="gateway",route="/v1/checkins"}'
_RATE = "[$__rate_interval]"

OVERVIEW = Dashboard(
    "qiandao-overview",
    "Qiandao / Overview",
    "Every process by rate, errors and duration; begin here.",
    [
        (
            "People",
            [
                Panel(
                    "Check-ins per second (good: as the calendar says)",
                    "Far fewer than expected: runbook CheckinsMissing. Far more: look at the rush view.",
                    {"answered": f"sum(rate(http_requests_total{_CHECKINS}{_RATE}))"},
                    "ops",
                ),
                Panel(
                    "Check-ins that failed (good: 0)",
                    "A 5xx: runbook CheckinsFailing. The phones keep what was not taken.",
                    {
                        "5xx": share(
                            f'rate(http_requests_total{{job="gateway",route="/v1/checkins",code=~"5.."}}{_RATE})',
                            f"rate(http_requests_total{_CHECKINS}{_RATE})",
                        )
                    },
                    "percentunit",
                    limit=0.001,
                ),
                Panel(
                    "Time to an answer (good: p99 below 300 ms)",
                    "Slow: runbook CheckinsSlow; more pods, or a dependency that costs its deadline.",
                    {
                        "p50": quantile(0.5, "http_request_duration_seconds", selector=_CHECKINS),
                        "p99": quantile(0.99, "http_request_duration_seconds", selector=_CHECKINS),
                    },
                    "s",
                    limit=0.3,
                ),
            ],
        ),
        (
            "HTTP",
            [
                Panel(
                    "Requests by route (good: no route is a surprise)",
                    "One route far above its usual rate: a client in a loop; look at its limits.",
                    {"{{route}}": f'sum by (route) (rate(http_requests_total{{job="gateway"}}{_RATE}))'},
                    "ops",
                    width=12,
                ),
                Panel(
                    "Answers by code (good: 2xx; 422 is a refusal with its reason)",
                    "401: runbook TokensRefused. 429: limits. 503: what the degradation dashboard shows.",
                    {"{{code}}": f'sum by (code) (rate(http_requests_total{{job="gateway"}}{_RATE}))'},
                    "ops",
                    width=12,
                    stacked=True,
                ),
                Panel(
                    "Open connections (good: well below QIANDAO_HTTP_CONNECTIONS in each gateway)",
                    "Full: runbook ConnectionsFull; more gateways.",
                    {"{{instance}}": 'http_connections{job="gateway",server="public"}'},
                    "short",
                    width=12,
                ),
                Panel(
                    "Refused before any of our code (good: next to none)",
                    "Many: runbook StrangersRefused. When it is too_many_slow, name the trusted proxies.",
                    {
                        "{{reason}}": "sum by (reason) "
                        f'(rate(http_refused_total{{job="gateway",server="public"}}{_RATE}))'
                    },
                    "ops",
                    width=12,
                ),
            ],
        ),
        (
            "Services",
            [
                Panel(
                    "Calls per second (good: every service has some on a day with people)",
                    "None although people are there: its caller has a breaker open.",
                    {"{{job}}": f"sum by (job) (rate(grpc_server_handled_total{_RATE}))"},
                    "ops",
                ),
                Panel(
                    "Calls that failed (good: 0)",
                    "Open the log of the service that stands out: kubectl logs deploy/<service>.",
                    {
                        "{{job}}": "sum by (job) (rate(grpc_server_handled_total"
                        f'{{code=~"INTERNAL|UNAVAILABLE|UNKNOWN|DEADLINE_EXCEEDED"}}{_RATE}))'
                    },
                    "ops",
                    limit=1,
                ),
                Panel(
                    "Time of a call, p99 (good: below 100 ms)",
                    "One service slow: its database or its CPU, see below.",
                    {"{{job}}": quantile(0.99, "grpc_server_handling_seconds", "job")},
                    "s",
                    limit=0.1,
                ),
            ],
        ),
        (
            "Processes",
            [
                Panel(
                    "Processes that answer (good: as many as there are pods)",
                    "Fewer: runbook ProcessDown; kubectl get pods says why.",
                    {"{{job}}": "sum by (job) (up)"},
                    "short",
                ),
                Panel(
                    "CPU (good: below one core each)",
                    "A Python process uses one core at most: more pods.",
                    {"{{job}}": f"max by (job) (rate(process_cpu_seconds_total{_RATE}))"},
                    "short",
                    limit=0.9,
                ),
                Panel(
                    "Memory (good: flat)",
                    "Rising for hours: restart it and keep a graph for us.",
                    {"{{job}}": "max by (job) (process_resident_memory_bytes)"},
                    "bytes",
                ),
                Panel(
                    "How late event loops run (good: below 100 ms)",
                    "Late: too little CPU, runbook EventLoopLag.",
                    {"{{job}}": "max by (job) (event_loop_lag_seconds)"},
                    "s",
                    limit=0.5,
                ),
                Panel(
                    "Clocks off by (good: below 0.1 s)",
                    "A node without time synchronisation: runbook ClockOffset.",
                    {"{{job}}": "max by (job) (abs(clock_offset_seconds))"},
                    "s",
                    limit=1,
                ),
                Panel(
                    "Versions (good: one)",
                    "Two for longer than a rollout: kubectl rollout status deployment.",
                    {"{{version}}": "count by (version) (qiandao_build_info)"},
                    "short",
                ),
            ],
        ),
    ],
)

FUNNEL = Panel(
    "From the door to the wall (good: all four the same)",
    "A step that stays below the one before it: recorder, MySQL or projector is behind.",
    {
        "1 acknowledged": f'sum(rate(checkin_acknowledged_total{{job="checkin"}}{_RATE}))',
        "2 judged": f'sum(rate(checkin_attempts_total{{job="checkin"}}{_RATE}))',
        "3 persisted": f'sum(rate(checkin_persisted_total{{job="recorder"}}{_RATE}))',
        "4 projected": f'sum(rate(checkin_end_to_end_seconds_count{{job="projector"}}{_RATE}))',
    },
    "ops",
    width=12,
)

JOURNEY = Dashboard(
    "qiandao-journey",
    "Qiandao / Journey of a check-in",
    "Accepted, published, persisted, projected: where an attempt is, and the law that nothing is lost.",
    [
        (
            "The law",
            [
                Panel(
                    "Acknowledged and not yet in MySQL (good: near 0)",
                    "Rising: the recorder or MySQL; runbook AttemptsNotPersisted. They are safe in the queue.",
                    {"attempts": 'sum(checkin_unpersisted_attempts{job="checkin"})'},
                    "short",
                ),
                Panel(
                    "Since when the oldest waits (good: below 5 s)",
                    "Above 2 minutes somebody is woken: runbook AttemptsNotPersisted.",
                    {"oldest": 'max(checkin_unpersisted_oldest_seconds{job="checkin"})'},
                    "s",
                    limit=120,
                ),
                Panel(
                    "Missing for good (good: 0, always)",
                    "Anything else: runbook AttemptsMissing, at once.",
                    {"missing": 'sum(increase(checkin_audited_total{job="checkin",result="missing"}[$__range]))'},
                    "short",
                    limit=1,
                    kind="stat",
                ),
            ],
        ),
        (
            "The way",
            [
                FUNNEL,
                Panel(
                    "Batches handed to a durable place (good: confirmed only)",
                    "inbox: RabbitMQ is gone or slow. lost: nothing took them, and people were told to wait.",
                    {"{{result}}": f"sum by (result) (rate(checkin_published_total{_RATE}))"},
                    "ops",
                    width=12,
                    stacked=True,
                ),
                Panel(
                    "Attempts by outcome (good: accepted, some duplicates)",
                    "provisional: see degradation. refused: the next panel says why.",
                    {"{{outcome}}": f'sum by (outcome) (rate(checkin_attempts_total{{job="checkin"}}{_RATE}))'},
                    "ops",
                    stacked=True,
                ),
                Panel(
                    "Attempts by reason (good: few, and no QR_SIGNATURE)",
                    "QR_SIGNATURE, QR_EXPIRED, QR_FUTURE: their runbooks. OUTSIDE_FENCE: a wrong place.",
                    {
                        "{{reason}}": "sum by (reason) (rate("
                        f'checkin_attempts_total{{job="checkin",reason!=""}}{_RATE}))'
                    },
                    "ops",
                    stacked=True,
                ),
                Panel(
                    "From the gateway to the wall (good: p99 below 3 s)",
                    "Late: runbook LiveNumbersLate.",
                    {
                        "p50": quantile(0.5, "checkin_end_to_end_seconds"),
                        "p99": quantile(0.99, "checkin_end_to_end_seconds"),
                    },
                    "s",
                    limit=3,
                ),
            ],
        ),
        (
            "What waits",
            [
                Panel(
                    "Provisional check-ins (good: 0)",
                    "They wait for antifraud or activity; after 15 minutes a human decides.",
                    {"open": 'max(checkin_provisional_open{job="recorder"})'},
                    "short",
                ),
                Panel(
                    "The oldest of them (good: below 15 min)",
                    "Runbook ProvisionalNotCompleted.",
                    {"oldest": 'max(checkin_oldest_pending_seconds{job="recorder"})'},
                    "s",
                    limit=900,
                ),
                Panel(
                    "Batches in the inbox (good: 0)",
                    "RabbitMQ does not take them, or the recorder does not drain: runbook InboxNotDrained.",
                    {"batches": 'max(checkin_inbox_depth{job="recorder"})'},
                    "short",
                ),
                Panel(
                    "Effects that wait (good: 0 s)",
                    "Runbook OutboxNotDelivered.",
                    {"{{job}}": "max by (job) (outbox_oldest_seconds)"},
                    "s",
                    limit=60,
                ),
                Panel(
                    "Attempts in a batch (good: small when idle, big in a rush)",
                    "Always 1 in a rush: natural batching does not happen; tell us.",
                    {
                        "{{stage}}": f"sum by (stage) (rate(checkin_batch_size_sum{_RATE}))"
                        f" / sum by (stage) (rate(checkin_batch_size_count{_RATE}))"
                    },
                    "short",
                ),
                Panel(
                    "Age of the QR when it is scanned, p95 (good: below 60 s)",
                    "Near the end of its life: people hold photos, or screens stand still.",
                    {"p95": quantile(0.95, "qr_scan_slot_age_seconds")},
                    "s",
                    limit=70,
                ),
            ],
        ),
    ],
)

RUSH_RATE = Panel(
    "Answered per second (good: falls to 0 within seconds)",
    "A long plateau: the system is at its limit; more pods before the next one.",
    {"{{code}}": f"sum by (code) (rate(http_requests_total{_CHECKINS}[15s]))"},
    "ops",
    width=12,
    stacked=True,
)
RUSH_TIME = Panel(
    "Time to an answer (good: p99 below 300 ms)",
    "p99 above it: event loops below say which process is short of CPU.",
    {
        "p50": quantile(0.5, "http_request_duration_seconds", selector=_CHECKINS, window="15s"),
        "p95": quantile(0.95, "http_request_duration_seconds", selector=_CHECKINS, window="15s"),
        "p99": quantile(0.99, "http_request_duration_seconds", selector=_CHECKINS, window="15s"),
    },
    "s",
    limit=0.3,
    width=12,
)

RUSH = Dashboard(
    "qiandao-rush",
    "Qiandao / Rush",
    "The last 15 minutes, second by second: for the minute in which a thousand people come.",
    [
        ("At the door", [RUSH_RATE, RUSH_TIME]),
        (
            "Behind it",
            [
                Panel(
                    "Waiting in the gateway (good: 0 a second later)",
                    "Stays up: checkin does not keep up; more pods of it.",
                    {"waiting": 'sum(checkin_waiting{job="gateway"})'},
                    "short",
                ),
                Panel(
                    "Turned away because the line was too long (good: 0)",
                    "They got 503 with a receipt and come again; more gateways.",
                    {"shed": 'sum(rate(checkin_shed_total{job="gateway"}[15s]))'},
                    "ops",
                    limit=1,
                ),
                Panel(
                    "Rows per second (good: catches up within seconds)",
                    "Slow: MySQL's disk; the queue absorbs it meanwhile.",
                    {"{{result}}": 'sum by (result) (rate(checkin_persisted_total{job="recorder"}[15s]))'},
                    "ops",
                ),
                Panel(
                    "Batches in the queue (good: 0)",
                    "Runbook RecordQueueBacklog.",
                    {"ready": 'sum(rabbitmq_detailed_queue_messages_ready{queue="checkin.record.v1"})'},
                    "short",
                ),
                Panel(
                    "How late event loops run (good: below 100 ms)",
                    "The process that stands out needs CPU.",
                    {"{{job}}": "max by (job) (event_loop_lag_seconds)"},
                    "s",
                    limit=0.5,
                ),
                Panel(
                    "Who watches live (good: as many as screens)",
                    "Thousands: a page that reconnects in a loop.",
                    {"streams": 'sum(live_viewers{job="gateway"})'},
                    "short",
                ),
            ],
        ),
    ],
    since="now-15m",
    refresh="5s",
)


def _objective(name: str, title: str, target: float, alert: str) -> list[Panel]:
    ratio = {
        window: f'slo:bad:{window}{{slo="{name}"}} / (slo:total:{window}{{slo="{name}"}} > 0)'
        for window in ("5m", "1h", "6h", "3d")
    }
    budget = round(1 - target / 100, 6)
    left = f'1 - (slo:bad:3d{{slo="{name}"}} / (slo:total:3d{{slo="{name}"}} > 0)) / {budget:g}'
    return [
        Panel(
            f"{title}: bad share by window (good: below {budget:.1%})",
            f"All windows above it: the budget burns; runbook {alert}.",
            ratio,
            "percentunit",
            limit=budget,
            width=16,
        ),
        Panel(
            f"{title}: left of three days' budget (good: above 50 %)",
            f"Near 0: no risky releases until it recovers; runbook {alert}.",
            {"left": left},
            "percentunit",
            kind="stat",
        ),
    ]


SLO = Dashboard(
    "qiandao-slo",
    "Qiandao / Objectives",
    "What we promise, how much of the error budget is left, and how fast it burns.",
    [
        (
            f"{objective['title']}: {objective['target']} % over 30 days",
            _objective(objective["name"], objective["title"], objective["target"], objective["alert"]),
        )
        for objective in objectives()["objectives"]
    ],
    since="now-24h",
)

DEGRADATION = Dashboard(
    "qiandao-degradation",
    "Qiandao / Degradation",
    "What is gone, what people are told meanwhile, and what operators have switched.",
    [
        (
            "What is gone",
            [
                Panel(
                    "Breakers (good: 0, closed)",
                    "2 is open: the process goes on without that dependency; runbook BreakerOpen.",
                    {"{{job}} -> {{dependency}}": "max by (job, dependency) (breaker_state)"},
                    "short",
                    limit=2,
                    width=12,
                ),
                Panel(
                    "Changes of breakers (good: none)",
                    "One that opens and closes all the time: a dependency at its limit.",
                    {
                        "{{job}} -> {{dependency}}": "sum by (job, dependency) ("
                        f'increase(breaker_transitions_total{{state="open"}}{_RATE}))'
                    },
                    "short",
                    width=12,
                ),
                Panel(
                    "Age of activity snapshots (good: below 10 s)",
                    "Above 60 s answers are provisional: runbook SnapshotStale.",
                    {"{{job}}": "max by (job) (activity_snapshot_age_seconds)"},
                    "s",
                    limit=60,
                ),
                Panel(
                    "Reads from memory because MySQL is gone (good: 0)",
                    "MySQL of activity: bring it back; memory is believed for an hour.",
                    {"reads": f'sum(rate(activity_remembered_total{{job="activity"}}{_RATE}))'},
                    "ops",
                ),
                Panel(
                    "RabbitMQ reads nothing from us (good: 0)",
                    "An alarm: runbook AmqpBlocked.",
                    {"{{job}}": "max by (job) (amqp_blocked)"},
                    "short",
                    limit=1,
                ),
            ],
        ),
        (
            "What people are told",
            [
                Panel(
                    "Provisional answers (good: 0)",
                    "Runbook ProvisionalAnswers.",
                    {
                        "share": share(
                            f'rate(http_requests_total{{job="gateway",route="/v1/checkins",code="202"}}{_RATE})',
                            f"rate(http_requests_total{_CHECKINS}{_RATE})",
                        )
                    },
                    "percentunit",
                    limit=0.1,
                ),
                Panel(
                    "Taken by the gateway alone (good: 0)",
                    "checkin is gone; lost means that RabbitMQ is as well.",
                    {"{{result}}": f'sum by (result) (rate(gateway_fallback_total{{job="gateway"}}{_RATE}))'},
                    "ops",
                ),
                Panel(
                    "Sign-ins (good: ok)",
                    "Runbook SignInFailing.",
                    {
                        "{{result}}": f'sum by (result) (rate(sign_ins_total{{job="identity"}}{_RATE}))',
                        "console {{result}}": (
                            f'sum by (result) (rate(console_sign_ins_total{{job="identity"}}{_RATE}))'
                        ),
                    },
                    "ops",
                    stacked=True,
                ),
                Panel(
                    "What WeChat answers (good: ok)",
                    "credentials, rate_limited, blocked: runbook WechatRefusesUs.",
                    {"{{result}}": f'sum by (result) (rate(wechat_requests_total{{job="identity"}}{_RATE}))'},
                    "ops",
                    stacked=True,
                ),
                Panel(
                    "What phones tell (good: few failed scans)",
                    "Many failed or cancelled: light, a worn screen, or a broken release.",
                    {"{{name}} {{reason}}": f"sum by (name, reason) (rate(client_events_total{_RATE}))"},
                    "ops",
                ),
                Panel(
                    "Told to wait because three are open (good: 0)",
                    "People tap again and again: degraded for too long.",
                    {"capped": f"sum(rate(checkin_provisional_capped_total{_RATE}))"},
                    "ops",
                ),
            ],
        ),
        (
            "What is behind, or switched",
            [
                Panel(
                    "Occurrences whose numbers differ (good: 0)",
                    "Runbooks LiveNumbersDiffer, HistoryDiffers.",
                    {"numbers": "max(reporting_differing_occurrences)", "history": "max(reporting_differing_facts)"},
                    "short",
                    limit=1,
                ),
                Panel(
                    "Exports that ended (good: done)",
                    "put_back, failed: runbook ExportsFailing. None while some wait: runbook ExportsWaiting.",
                    {"{{result}}": f'sum by (result) (rate(exports_total{{job="exporter"}}{_RATE}))'},
                    "ops",
                ),
                Panel(
                    "How long exports take and wait (good: seconds)",
                    "The oldest waits for minutes: runbook ExportsWaiting.",
                    {"p95": quantile(0.95, "export_seconds"), "oldest waits": "max(exports_oldest_waiting_seconds)"},
                    "s",
                ),
                Panel(
                    "What robots said (good: sent)",
                    "Everything else: runbook RobotsSilent.",
                    {"{{kind}} {{result}}": f"sum by (kind, result) (rate(robot_messages_total{_RATE}))"},
                    "ops",
                ),
                Panel(
                    "How late schedules and messages are (good: seconds)",
                    "Runbooks SchedulesLate, RobotsSilent.",
                    {
                        "schedules": "max(schedules_late_seconds)",
                        "messages": "max(robot_messages_oldest_waiting_seconds)",
                    },
                    "s",
                ),
                Panel(
                    "Dead letters (good: 0)",
                    "Runbook DeadLetters.",
                    {"{{queue}}": f"sum by (queue) (increase(amqp_dead_letters_total{_RATE}))"},
                    "short",
                    limit=1,
                ),
                Panel(
                    "Stored items that cannot be read (good: 0)",
                    "Runbook UnreadableItems.",
                    {"{{job}} {{what}}": f"sum by (job, what) (increase(unreadable_items_total{_RATE}))"},
                    "short",
                    limit=1,
                ),
                Panel(
                    "Switches that are on (good: none, or known)",
                    "kubectl exec deploy/activity -- qiandao switch list says who and why.",
                    {"{{switch}}": "max by (switch) (operator_switch)"},
                    "short",
                ),
            ],
        ),
    ],
)
