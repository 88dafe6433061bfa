"""What a User-Agent is called in front of people."""

import pytest

from gateway.http.browsers import machine_of

_KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_MAC, _WINDOWS = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"


@pytest.mark.parametrize(
    ("user_agent", "browser", "platform"),
    [
        (f"{_WINDOWS} {_KHTML} Chrome/126.0.0.0 Safari/537.36", "Chrome", "Windows"),
        (f"{_WINDOWS} {_KHTML} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge", "Windows"),
        (f"{_WINDOWS} {_KHTML} Chrome/94.0.0.0 Safari/537.36 QQBrowser/12.0", "QQ 浏览器", "Windows"),
        (f"{_WINDOWS} {_KHTML} Chrome/107.0.0.0 Safari/537.36 MicroMessenger/7.0.20", "微信", "Windows"),
        (f"{_MAC} {_WEBKIT} Version/17.5 Safari/605.1.15", "Safari", "Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox", "Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_KHTML} Chrome/126.0.0.0 Safari/537.36", "Chrome", "ChromeOS"),
        (f"Mozilla/5.0 (iPad; CPU OS 17_5) {_WEBKIT} CriOS/126.0 Mobile Safari/604.1", "Chrome", "iPad"),
        (f"Mozilla/5.0 (Linux; Android 14) {_KHTML} Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
        ("curl/8.5.0", "", ""),
        ("", "", ""),
        ("<b>王小明的电脑</b>", "", ""),
    ],
)
def test_a_machine_is_named_in_words_of_ours(user_agent: str, browser: str, platform: str) -> None:
    """Those that descend from others are not taken for them, and nobody gives themselves a name."""
    assert machine_of(user_agent) == (browser, platform)
