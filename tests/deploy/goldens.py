"""Committed renders of the chart: `make chart` writes them anew, so that every change of it shows in the review."""

import re

from tests.deploy.helm import GOLDEN, all_values, text


def golden(values: str) -> str:
    """A render without what is new each time: certificates and when they were made."""
    return re.sub(r"(tls\.crt|tls\.key|ca\.crt): \S+|(qiandao/issued-at: )\"\d+\"", r"\1\2<made anew>", text(values))


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in all_values():
        (GOLDEN / f"{name}.yaml").write_text(golden(name), encoding="utf-8")
        print(f"wrote {name}")
