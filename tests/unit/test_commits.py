"""What a reader of the log sees of each commit."""

import subprocess

import pytest

from deploy.fleet import ROOT

_LONGEST = 60
# The rule came then; what was committed before stays as it is.
_SINCE = "2026-11-26T15:00:00Z"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout")
def test_subjects_are_read_at_a_glance() -> None:
    """Those of the newest fifty commits, as far as a shallow clone has them, are short enough for any list."""
    command = ["git", "log", f"--since={_SINCE}", "--max-count=50", "--no-merges", "--format=%h %s"]
    log = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line for line in log.splitlines() if len(line.partition(" ")[2]) > _LONGEST] == []
