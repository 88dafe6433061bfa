"""Pages for browsers over real HTTP: a QR's URL outside WeChat, WeChat's check file, a display."""

from base64 import b64encode
from hashlib import sha256

import pytest

from tests.component.gateway.conftest import Gateway


@pytest.mark.parametrize(("prefix", "deed"), [("q", "签到"), ("i", "加入")])
async def test_a_browser_is_sent_to_wechat(gateway: Gateway, prefix: str, deed: str) -> None:
    """The page of a QR's URL says so in Chinese and repeats nothing of the URL."""
    answer = await gateway.http.get(f"/{prefix}/%3Cscript%3Ealert(1)%3C%2Fscript%3E".replace("%2F", ""))

    assert answer.status_code == 200 and "请用微信打开" in answer.text and "alert(1)" not in answer.text
    assert f"浏览器无法{deed}" in answer.text and "{{" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer" and "default-src 'none'" in str(answer.headers)


async def test_a_display_s_page_runs_its_own_script_alone(gateway: Gateway) -> None:
    """Nothing foreign, nothing that a code in the address could bring in; to look at it asks nobody."""
    answer = await gateway.http.get("/d/%3Cscript%3Ealert(1)")

    rules = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert answer.status_code == 200 and "alert(1)" not in answer.text and "在此屏幕打开" in answer.text
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        block = answer.text.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        assert rules[rule] == f"'sha256-{b64encode(sha256(block.encode()).digest()).decode()}'"
    assert {rules["default-src"], rules["form-action"], rules["frame-ancestors"]} == {"'none'"}
    assert rules["connect-src"] == rules["img-src"] == "'self'" and answer.headers["referrer-policy"] == "no-referrer"
    assert gateway.services.calls == [] and "set-cookie" not in answer.headers


@pytest.mark.parametrize("folder", ["q", "i"])
async def test_wechat_finds_its_check_file_only(gateway: Gateway, folder: str) -> None:
    """The configured name has the configured content; any other name is 404."""
    found = await gateway.http.get(f"/{folder}/WeChatCheck_1.txt")
    other = await gateway.http.get(f"/{folder}/other.txt")

    assert (found.text, other.status_code) == ("s3cret", 404)
