"""Pages for browsers over real HTTP: a QR's URL outside WeChat, WeChat's check file, a display."""

from base64 import b64encode
from hashlib import sha256

import pytest

from gateway.http.buckets import Buckets
from gateway.qr import draw
from gateway.routes import pages
from tests.component.gateway.conftest import Gateway

TEXT = "AZI6L4wdez6fECo7TF1ufwGSOi-MHXs-nxAqO0xdbn_wcClcQW6irh7WgnE"


@pytest.mark.parametrize(("prefix", "deed"), [("q", "签到"), ("i", "加入")])
async def test_a_browser_is_sent_to_wechat(gateway: Gateway, prefix: str, deed: str) -> None:
    """The page of a QR's URL says so in Chinese and repeats nothing of the URL."""
    answer = await gateway.http.get(f"/{prefix}/%3Cscript%3Ealert(1)%3C%2Fscript%3E".replace("%2F", ""))

    assert answer.status_code == 200 and "请用微信打开" in answer.text and "alert(1)" not in answer.text
    assert f"浏览器无法{deed}" in answer.text and "{{" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer" and "default-src 'none'" in str(answer.headers)


@pytest.mark.parametrize("reading", ["", f"?e={'0a' * 16}&c={'0B' * 8}"])
async def test_what_a_tag_said_is_drawn_for_wechat(gateway: Gateway, reading: str) -> None:
    """A phone that opened it in a browser has no other way to WeChat; whoever counts readings counts none of these."""
    link = f"/n/{TEXT}{reading}"
    answer = await gateway.http.get(link)

    assert answer.status_code == 200 and "截屏" in answer.text and TEXT not in answer.text and "{{" not in answer.text
    expected = draw(f"http://127.0.0.1:8080{link}", "svg", 240, "M").decode()
    assert "<svg" + expected.partition("<svg")[2] in answer.text
    assert gateway.services.calls == []


@pytest.mark.parametrize("said", [TEXT[:-1], f"{TEXT}?e=1&c=2", f"{TEXT}?e={'0' * 32}", "x" * 500, "%3Cscript%3E"])
async def test_what_no_tag_says_is_not_drawn(gateway: Gateway, said: str) -> None:
    """The page says what it says of any QR."""
    answer = await gateway.http.get(f"/n/{said}")
    assert answer.status_code == 200 and "<svg" not in answer.text and "对准现场屏幕上的二维码" in answer.text


async def test_many_pictures_at_once_are_too_many(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may ask for the page; without a picture it is the same as ever."""
    monkeypatch.setattr(pages, "_DRAWN", Buckets(burst=2, per_s=0.001))
    texts = [(await gateway.http.get(f"/n/{TEXT[:-1]}{letter}")).text for letter in "ABC"]
    assert ["<svg" in text for text in texts] == [True, True, False]


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
