"""Metrics of signing in."""

from prometheus_client import Counter

from servicekit.quotas import OVER_QUOTA

SIGN_INS = Counter("sign_ins_total", "Sign-ins with a code of WeChat.", ["result"])
WECHAT = Counter("wechat_requests_total", "What WeChat answered.", ["call", "result"])
ORGANISATIONS_OVER = OVER_QUOTA.labels("organisations")
ANSWERS_OVER = OVER_QUOTA.labels("answers")
