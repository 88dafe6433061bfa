"""Metrics of signing in."""

from prometheus_client import Counter

from servicekit.quotas import OVER_QUOTA
from servicekit.series import from_start

SIGN_INS = from_start(
    Counter("sign_ins_total", "Sign-ins with a code of WeChat.", ["result"]), result=("ok", "refused", "unavailable")
)
CONSOLE_SIGN_INS = from_start(
    Counter("console_sign_ins_total", "Tickets of browsers that ask to be let in to the console.", ["result"]),
    result=("opened", "ok", "denied", "digits_wrong"),
)
WECHAT = from_start(
    Counter("wechat_requests_total", "What WeChat answered.", ["call", "result"]),
    call=("jscode2session", "stable_token", "getuserphonenumber"),
    result=(
        *("ok", "invalid_code", "rate_limited", "blocked", "credentials", "access_token"),
        *("busy", "other", "unavailable"),
    ),
)
ORGANISATIONS_OVER = OVER_QUOTA.labels("organisations")
ANSWERS_OVER = OVER_QUOTA.labels("answers")
