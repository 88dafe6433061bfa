"""Quotas: how much of something one person, organisation or address may make; then 429 and nothing is stored."""

from prometheus_client import Counter

OVER_QUOTA = Counter("over_quota_total", "What was refused because a quota was used up.", ["quota"])
