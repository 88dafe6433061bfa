"""Alerts beyond the objectives, each with the series that make it fire and those that must not.

A ratio of 5xx alone stays green when a wrong key refuses everybody, so shares of reasons and of 401 are watched too,
and so is silence where the calendar expects people. The series are promtool's: `a+bxn` starts at a and grows n times by
b, one step a minute.
"""

from dataclasses import dataclass

PAGE, TICKET = "page", "ticket"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert.

    Attributes:
        expr: PromQL.
        hold: How long it must hold.
        summary: What is wrong, for whoever is woken; `{{ $value }}` may be in it.
        fires: Series, one per minute, that make it fire.
        quiet: Series of a day on which it must not.
        after: When promtool looks.
        needs_data: Whether it is silent where there is no data; an alert on absence is not.
    """

    name: str
    expr: str
    hold: str
    severity: str
    summary: str
    fires: dict[str, str]
    quiet: dict[str, str]
    after: str = "20m"
    needs_data: bool = True


def _share(bad: str, total: str, above: float, least: int = 30) -> str:
    """A share of the last two minutes that is too high, where enough happened."""
    return f"sum(increase({bad}[2m])) / sum(increase({total}[2m])) > {above} and sum(increase({total}[2m])) >= {least}"


def _any(counter: str, window: str, by: str = "") -> str:
    """How many there were, from the first on: a process that has just begun may show it before its zero was seen."""
    total = f"sum by ({by}) " if by else "sum"
    born = f"{counter} unless {counter} offset {window}"
    return f"{total}(increase({counter}[{window}]) > 0 or ({born}) > 0) > 0"


def _refusals(reason: str, bad: str, good: str) -> tuple[dict[str, str], dict[str, str]]:
    refused = f'checkin_attempts_total{{job="checkin",outcome="refused",reason="{reason}"}}'
    accepted = 'checkin_attempts_total{job="checkin",outcome="accepted",reason=""}'
    return {refused: f"0+{bad}x30", accepted: f"0+{good}x30"}, {refused: f"0+{good}x30", accepted: "0+100x30"}


def _refused_share(name: str, reason: str, above: float, summary: str) -> Alert:
    attempts = 'checkin_attempts_total{job="checkin"'
    fires, quiet = _refusals(reason, "80", "1")
    expr = _share(f'{attempts},reason="{reason}"}}', f"{attempts}}}", above)
    return Alert(name, expr, "0m", PAGE, summary, fires, quiet)


_DOOR = 'http_refused_total{job="gateway",server="public",reason="'
_HPA = "kube_horizontalpodautoscaler"
_GATEWAY = '{namespace="q",horizontalpodautoscaler="keda-hpa-gateway"}'
_INACTIVE = '{condition="ScalingActive",status="false",horizontalpodautoscaler="keda-hpa-gateway"}'
_JOBS = ("gateway", "identity", "activity", "checkin", "recorder", "antifraud", "reporting", "projector")

ALERTS = (
    Alert(
        "AttemptsMissing",
        _any('checkin_audited_total{job="checkin",result="missing"}', "15m"),
        "0m",
        PAGE,
        "{{ $value | humanize }} acknowledged check-ins are not in MySQL after 15 minutes",
        {'checkin_audited_total{job="checkin",result="missing"}': "0x10 3x20"},
        {'checkin_audited_total{job="checkin",result="missing"}': "0x30"},
    ),
    Alert(
        "AttemptsNotPersisted",
        'max(checkin_unpersisted_oldest_seconds{job="checkin"}) > 120',
        "1m",
        PAGE,
        "Acknowledged check-ins wait since {{ $value | humanizeDuration }} to be in MySQL",
        {'checkin_unpersisted_oldest_seconds{job="checkin"}': "0+60x30"},
        {'checkin_unpersisted_oldest_seconds{job="checkin"}': "3x30"},
    ),
    _refused_share(
        "QrSignatureRefused",
        "QR_SIGNATURE",
        0.2,
        "{{ $value | humanizePercentage }} of check-ins are refused for the QR's signature: a wrong key?",
    ),
    _refused_share(
        "QrExpiredRefused",
        "QR_EXPIRED",
        0.3,
        "{{ $value | humanizePercentage }} of check-ins are refused as expired: screens or clocks are behind",
    ),
    _refused_share(
        "QrFutureRefused",
        "QR_FUTURE",
        0.05,
        "{{ $value | humanizePercentage }} of check-ins carry a QR of the future: clocks disagree",
    ),
    Alert(
        "TokensRefused",
        _share(
            'http_requests_total{job="gateway",code="401"}', 'http_requests_total{job="gateway"}', above=0.3, least=50
        ),
        "1m",
        PAGE,
        "{{ $value | humanizePercentage }} of requests are answered 401: signing keys or clocks",
        {
            'http_requests_total{job="gateway",route="/v1/checkins",code="401"}': "0+60x30",
            'http_requests_total{job="gateway",route="/v1/checkins",code="201"}': "0+40x30",
        },
        {
            'http_requests_total{job="gateway",route="/v1/checkins",code="401"}': "0+1x30",
            'http_requests_total{job="gateway",route="/v1/checkins",code="201"}': "0+99x30",
        },
    ),
    Alert(
        "ConnectionsFull",
        f'sum(increase({_DOOR}too_many_connections"}}[5m])) > 20',
        "0m",
        PAGE,
        "{{ $value | humanize }} connections were turned away in 5 minutes: every gateway is full",
        {f'{_DOOR}too_many_connections"}}': "0+30x30"},
        {f'{_DOOR}too_many_connections"}}': "0x10 3x20"},
    ),
    Alert(
        "StrangersRefused",
        'sum by (reason) (increase(http_refused_total{job="gateway",server="public",'
        'reason=~"url_too_long|head_too_large|framing_too_large|body_too_large|too_many_pipelined|too_many_slow"}[5m]))'
        " > 1000",
        "2m",
        TICKET,
        "{{ $labels.reason }}, {{ $value | humanize }} times in 5 minutes: somebody floods the gateway",
        {f'{_DOOR}head_too_large"}}': "0+500x30"},
        {f'{_DOOR}head_too_large"}}': "0+5x30", f'{_DOOR}malformed"}}': "0+500x30"},
    ),
    Alert(
        "ProvisionalAnswers",
        _share(
            'http_requests_total{job="gateway",route="/v1/checkins",code="202"}',
            'http_requests_total{job="gateway",route="/v1/checkins"}',
            above=0.1,
        ),
        "0m",
        PAGE,
        "{{ $value | humanizePercentage }} of check-ins are answered provisionally: something is degraded",
        {
            'http_requests_total{job="gateway",route="/v1/checkins",code="202"}': "0+40x30",
            'http_requests_total{job="gateway",route="/v1/checkins",code="201"}': "0+60x30",
        },
        {
            'http_requests_total{job="gateway",route="/v1/checkins",code="202"}': "0+1x30",
            'http_requests_total{job="gateway",route="/v1/checkins",code="201"}': "0+60x30",
        },
    ),
    Alert(
        "SignInFailing",
        'sum(increase(sign_ins_total{job="identity",result!="ok"}[5m]))'
        ' / sum(increase(sign_ins_total{job="identity"}[5m])) > 0.2'
        ' and sum(increase(sign_ins_total{job="identity"}[5m])) >= 20',
        "1m",
        PAGE,
        "{{ $value | humanizePercentage }} of sign-ins fail",
        {
            'sign_ins_total{job="identity",result="unavailable"}': "0+10x30",
            'sign_ins_total{job="identity",result="ok"}': "0+10x30",
        },
        {
            'sign_ins_total{job="identity",result="refused"}': "0+1x30",
            'sign_ins_total{job="identity",result="ok"}': "0+50x30",
        },
    ),
    Alert(
        "WechatRefusesUs",
        "sum by (result) (increase("
        'wechat_requests_total{job="identity",result=~"credentials|rate_limited|blocked"}[5m])) > 5',
        "0m",
        PAGE,
        "WeChat answers {{ $labels.result }}, {{ $value | humanize }} times in 5 minutes",
        {'wechat_requests_total{job="identity",call="jscode2session",result="credentials"}': "0+10x30"},
        {'wechat_requests_total{job="identity",call="jscode2session",result="ok"}': "0+100x30"},
    ),
    Alert(
        "WechatUnavailable",
        'sum(increase(wechat_requests_total{job="identity",result=~"unavailable|busy|other"}[5m])) > 20',
        "2m",
        TICKET,
        "WeChat did not answer {{ $value | humanize }} times in 5 minutes",
        {'wechat_requests_total{job="identity",call="jscode2session",result="unavailable"}': "0+10x30"},
        {'wechat_requests_total{job="identity",call="jscode2session",result="unavailable"}': "0+1x30"},
    ),
    Alert(
        "ClockOffset",
        "max by (job, instance) (abs(clock_offset_seconds)) > 1",
        "2m",
        PAGE,
        "The clock of {{ $labels.job }} {{ $labels.instance }} is {{ $value | humanizeDuration }} off",
        {'clock_offset_seconds{job="gateway",instance="a"}': "-2.5x30"},
        {'clock_offset_seconds{job="gateway",instance="a"}': "0.02x30"},
    ),
    Alert(
        "CheckinsMissing",
        'max(calendar_due_checkins{job="activity"}) >= 50'
        ' and (sum(increase(http_requests_total{job="gateway",route="/v1/checkins"}[3m])) or vector(0)) < 3',
        "3m",
        PAGE,
        "{{ $value | humanize }} people should be checking in and nobody does: DNS, certificate or domain?",
        {
            'calendar_due_checkins{job="activity"}': "300x30",
            'http_requests_total{job="gateway",route="/v1/checkins",code="201"}': "500x30",
        },
        {
            'calendar_due_checkins{job="activity"}': "300x30",
            'http_requests_total{job="gateway",route="/v1/checkins",code="201"}': "0+100x30",
        },
    ),
    Alert(
        "CalendarStale",
        'min(calendar_age_seconds{job="activity"}) > 300',
        "2m",
        TICKET,
        "The calendar was read {{ $value | humanizeDuration }} ago: nothing scales ahead of a rush",
        {'calendar_age_seconds{job="activity"}': "0+60x30"},
        {'calendar_age_seconds{job="activity"}': "12x30"},
    ),
    Alert(
        "BreakerOpen",
        "max by (job, dependency) (breaker_state) == 2",
        "3m",
        TICKET,
        "{{ $labels.job }} has not reached {{ $labels.dependency }} for 3 minutes",
        {'breaker_state{job="checkin",dependency="antifraud"}': "2x30"},
        {'breaker_state{job="checkin",dependency="antifraud"}': "0x5 2x1 1x1 0x23"},
    ),
    Alert(
        "AmqpBlocked",
        "max by (job) (amqp_blocked) == 1",
        "1m",
        PAGE,
        "RabbitMQ takes nothing from {{ $labels.job }}: memory or disk alarm",
        {'amqp_blocked{job="checkin"}': "1x30"},
        {'amqp_blocked{job="checkin"}': "0x30"},
    ),
    Alert(
        "DeadLetters",
        _any("amqp_dead_letters_total", "15m", by="queue"),
        "0m",
        PAGE,
        "{{ $value | humanize }} messages of {{ $labels.queue }} could not be recorded",
        {'amqp_dead_letters_total{job="recorder",queue="checkin.record.v1"}': "0x15 2x15"},
        {'amqp_dead_letters_total{job="recorder",queue="checkin.record.v1"}': "2x30"},
    ),
    Alert(
        "UnreadableItems",
        _any("unreadable_items_total", "15m", by="job, what"),
        "0m",
        TICKET,
        "{{ $labels.job }} cannot read a stored {{ $labels.what }}; `qiandao doctor` says whether a key is missing",
        {'unreadable_items_total{job="recorder",what="evidence"}': "0x15 2x15"},
        {'unreadable_items_total{job="recorder",what="evidence"}': "2x30"},
    ),
    Alert(
        "InboxNotDrained",
        'max(checkin_inbox_oldest_seconds{job="recorder"}) > 60',
        "1m",
        PAGE,
        "Batches wait in the inbox since {{ $value | humanizeDuration }}",
        {'checkin_inbox_oldest_seconds{job="recorder"}': "0+60x30"},
        {'checkin_inbox_oldest_seconds{job="recorder"}': "2x30"},
    ),
    Alert(
        "OutboxNotDelivered",
        "max by (job) (outbox_oldest_seconds) > 60",
        "2m",
        TICKET,
        "Effects of {{ $labels.job }} wait since {{ $value | humanizeDuration }}",
        {'outbox_oldest_seconds{job="recorder"}': "0+60x30"},
        {'outbox_oldest_seconds{job="recorder"}': "0x30"},
    ),
    Alert(
        "RecordQueueBacklog",
        'sum(rabbitmq_detailed_queue_messages_ready{queue="checkin.record.v1"}) > 200',
        "2m",
        TICKET,
        "{{ $value | humanize }} batches wait to be recorded",
        {'rabbitmq_detailed_queue_messages_ready{job="rabbitmq-queues",queue="checkin.record.v1"}': "500x30"},
        {'rabbitmq_detailed_queue_messages_ready{job="rabbitmq-queues",queue="checkin.record.v1"}': "5x30"},
    ),
    Alert(
        "ProvisionalNotCompleted",
        'max(checkin_oldest_pending_seconds{job="recorder"}) > 900',
        "2m",
        TICKET,
        "Provisional check-ins wait since {{ $value | humanizeDuration }}; people are told to wait",
        {'checkin_oldest_pending_seconds{job="recorder"}': "0+120x30"},
        {'checkin_oldest_pending_seconds{job="recorder"}': "20x30"},
    ),
    Alert(
        "SnapshotStale",
        "max by (job) (activity_snapshot_age_seconds) > 60",
        "2m",
        PAGE,
        "{{ $labels.job }} judges by snapshots {{ $value | humanizeDuration }} old: answers are provisional",
        {'activity_snapshot_age_seconds{job="checkin"}': "0+30x30"},
        {'activity_snapshot_age_seconds{job="checkin"}': "4x30"},
    ),
    Alert(
        "LiveNumbersDiffer",
        "max(reporting_differing_occurrences) > 0",
        "5m",
        TICKET,
        "The numbers of {{ $value | humanize }} occurrences differ from what is recorded",
        {'reporting_differing_occurrences{job="projector"}': "2x30"},
        {'reporting_differing_occurrences{job="projector"}': "0x30"},
    ),
    Alert(
        "HistoryDiffers",
        "max(reporting_differing_facts) > 0",
        "15m",
        TICKET,
        "The history of {{ $value | humanize }} occurrences differs from what is recorded",
        {'reporting_differing_facts{job="projector"}': "2x60"},
        {'reporting_differing_facts{job="projector"}': "0x60"},
    ),
    Alert(
        "ExportsWaiting",
        "max(exports_oldest_waiting_seconds) > 900",
        "5m",
        TICKET,
        "An export waits since {{ $value | humanizeDuration }}",
        {'exports_oldest_waiting_seconds{job="reporting"}': "0+60x60"},
        {'exports_oldest_waiting_seconds{job="reporting"}': "20x60"},
        after="40m",
    ),
    Alert(
        "ExportsFailing",
        # One that ended so is told to whoever asked: this is for those that go on to.
        'sum by (result) (increase(exports_total{job="exporter",result=~"failed|put_back"}[15m])) > 0',
        "15m",
        TICKET,
        "{{ $value | humanize }} exports in 15 minutes: {{ $labels.result }}",
        {'exports_total{job="exporter",report="people",format="xlsx",result="put_back"}': "0+1x60"},
        {'exports_total{job="exporter",report="people",format="xlsx",result="put_back"}': "0x60"},
        after="40m",
    ),
    Alert(
        "SchedulesLate",
        "max(schedules_late_seconds) > 900",
        "5m",
        TICKET,
        "A scheduled export is late by {{ $value | humanizeDuration }}",
        {'schedules_late_seconds{job="reporting"}': "0+60x60"},
        {'schedules_late_seconds{job="reporting"}': "20x60"},
        after="40m",
    ),
    Alert(
        "RobotsSilent",
        "max(robot_messages_oldest_waiting_seconds) > 3600",
        "15m",
        TICKET,
        "A message to a group chat waits since {{ $value | humanizeDuration }}",
        {'robot_messages_oldest_waiting_seconds{job="reporting"}': "0+60x120"},
        {'robot_messages_oldest_waiting_seconds{job="reporting"}': "20x120"},
        after="90m",
    ),
    Alert(
        "ProcessDown",
        " or ".join(f'absent(up{{job="{job}"}} == 1)' for job in _JOBS),
        "2m",
        PAGE,
        "No {{ $labels.job }} answers",
        {f'up{{job="{job}"}}': "0x30" if job == "checkin" else "1x30" for job in _JOBS},
        {f'up{{job="{job}"}}': "1x30" for job in _JOBS},
        needs_data=False,
    ),
    Alert(
        "EventLoopLag",
        "max by (job, instance) (event_loop_lag_seconds) > 0.5",
        "3m",
        TICKET,
        "{{ $labels.job }} {{ $labels.instance }} is {{ $value | humanizeDuration }} behind: it has too little CPU",
        {'event_loop_lag_seconds{job="gateway",instance="a"}': "0.9x30"},
        {'event_loop_lag_seconds{job="gateway",instance="a"}': "0.01x5 0.9x1 0.01x24"},
    ),
    Alert(
        "DatabasePoolWait",
        "histogram_quantile(0.99, sum by (job, le) (rate(db_pool_wait_seconds_bucket[5m]))) > 0.25",
        "5m",
        TICKET,
        "{{ $labels.job }} waits {{ $value | humanizeDuration }} for a connection to MySQL",
        {
            'db_pool_wait_seconds_bucket{job="identity",le="0.25"}': "0x30",
            'db_pool_wait_seconds_bucket{job="identity",le="0.5"}': "0+60x30",
            'db_pool_wait_seconds_bucket{job="identity",le="+Inf"}': "0+60x30",
        },
        {
            'db_pool_wait_seconds_bucket{job="identity",le="0.001"}': "0+60x30",
            'db_pool_wait_seconds_bucket{job="identity",le="+Inf"}': "0+60x30",
        },
    ),
    Alert(
        "OperatorSwitchOn",
        "max by (switch) (operator_switch) > 0",
        "2h",
        TICKET,
        "The switch {{ $labels.switch }} is on for 2 hours",
        {'operator_switch{job="checkin",switch="force_id_only"}': "1x150"},
        {'operator_switch{job="checkin",switch="force_id_only"}': "1x60 0x90"},
        after="130m",
    ),
    Alert(
        "ScalerErrors",
        "sum by (scaledObject) (increase(keda_scaled_object_errors_total[5m])) > 3",
        "5m",
        TICKET,
        "KEDA cannot read what {{ $labels.scaledObject }} scales by",
        {'keda_scaled_object_errors_total{scaledObject="gateway"}': "0+3x30"},
        {'keda_scaled_object_errors_total{scaledObject="gateway"}': "0x30"},
    ),
    Alert(
        "ScaledToTheLimit",
        "kube_horizontalpodautoscaler_status_current_replicas"
        " >= on (namespace, horizontalpodautoscaler) kube_horizontalpodautoscaler_spec_max_replicas",
        "5m",
        TICKET,
        "{{ $labels.horizontalpodautoscaler }} is at its limit of {{ $value }} pods",
        {f"{_HPA}_status_current_replicas{_GATEWAY}": "30x30", f"{_HPA}_spec_max_replicas{_GATEWAY}": "30x30"},
        {f"{_HPA}_status_current_replicas{_GATEWAY}": "3x30", f"{_HPA}_spec_max_replicas{_GATEWAY}": "30x30"},
    ),
    Alert(
        "ScalingInactive",
        'kube_horizontalpodautoscaler_status_condition{condition="ScalingActive",status="false"} == 1',
        "5m",
        TICKET,
        "{{ $labels.horizontalpodautoscaler }} does not scale",
        {f"{_HPA}_status_condition{_INACTIVE}": "1x30"},
        {f"{_HPA}_status_condition{_INACTIVE}": "0x30"},
    ),
)
