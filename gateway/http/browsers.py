"""Which browser and which system a User-Agent names, in short plain words of ours: what it says else is anybody's.

The order matters, for most browsers name those that they descend from.

Source: developer.mozilla.org, "Browser detection using the user agent string".
"""

_BROWSERS = (
    ("MicroMessenger/", "微信"),
    ("wxwork/", "企业微信"),
    ("DingTalk/", "钉钉"),
    ("Lark/", "飞书"),
    ("QQBrowser/", "QQ 浏览器"),
    ("Quark/", "夸克"),
    ("UCBrowser/", "UC 浏览器"),
    ("HuaweiBrowser/", "华为浏览器"),
    ("QIHU 360", "360 浏览器"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_PLATFORMS = (
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Android", "Android"),
    ("Linux", "Linux"),
)


def machine_of(user_agent: str) -> tuple[str, str]:
    """The browser and the system; each empty where it is not one of those that are known."""
    return _first(_BROWSERS, user_agent), _first(_PLATFORMS, user_agent)


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
