"""What the pretended WeChat knows, and its errors."""

import pytest

from deploy.local.wechat import Wechat, WechatError

APP, SECRET = "wx1", "s3cret"
LOGIN = "authorization_code"


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A still clock."""
    return Clock()


@pytest.fixture
def wechat(clock: Clock) -> Wechat:
    """A WeChat with one app."""
    return Wechat(APP, SECRET, clock)


def errcode(error: pytest.ExceptionInfo[WechatError]) -> int:
    """The code of the answer."""
    return error.value.errcode


def openid_of(wechat: Wechat, code: str) -> str:
    """Signs in with a code."""
    return str(wechat.code_to_session(APP, SECRET, code, LOGIN)["openid"])


def test_a_simulated_code_is_always_the_same_person(wechat: Wechat) -> None:
    """It works again and again, in this run and the next, and other names are others."""
    assert openid_of(wechat, "sim:李芳") == openid_of(wechat, "sim:李芳") == Wechat(APP, SECRET).openid("李芳")
    assert openid_of(wechat, "sim:张伟") != openid_of(wechat, "sim:李芳")


def test_a_real_code_works_once(wechat: Wechat) -> None:
    """The second use is 40163."""
    code = wechat.new_code("demo")
    assert openid_of(wechat, code) == wechat.openid("demo")
    with pytest.raises(WechatError) as caught:
        openid_of(wechat, code)
    assert errcode(caught) == 40163


def test_a_code_ends_after_five_minutes(wechat: Wechat, clock: Clock) -> None:
    """Then it is as unknown as any other text."""
    code = wechat.new_code("demo")
    clock.now += 300
    with pytest.raises(WechatError) as caught:
        openid_of(wechat, code)
    assert errcode(caught) == 40029


@pytest.mark.parametrize(
    ("app", "secret", "code", "grant", "expected"),
    [
        ("wx2", SECRET, "sim:demo", LOGIN, 40013),
        (APP, "wrong", "sim:demo", LOGIN, 40125),
        (APP, SECRET, "sim:demo", "password", 40002),
        (APP, SECRET, "made-up", LOGIN, 40029),
        (APP, SECRET, "sim:", LOGIN, 40029),
        (APP, SECRET, "sim:!40226", LOGIN, 40226),
        (APP, SECRET, "sim:!-1", LOGIN, -1),
    ],
)
def test_sign_in_errors(wechat: Wechat, app: str, secret: str, code: str, grant: str, expected: int) -> None:
    """Each mistake has WeChat's own code, and any code can be asked for."""
    with pytest.raises(WechatError) as caught:
        wechat.code_to_session(app, secret, code, grant)
    assert errcode(caught) == expected


def test_a_person_signs_in_a_hundred_times_a_minute(wechat: Wechat, clock: Clock) -> None:
    """The next time is 45011; others are not held up, and the next minute starts anew."""
    for _ in range(100):
        openid_of(wechat, "sim:demo")
    with pytest.raises(WechatError) as caught:
        openid_of(wechat, "sim:demo")
    assert errcode(caught) == 45011
    openid_of(wechat, "sim:李芳")
    clock.now += 60
    openid_of(wechat, "sim:demo")


def test_the_stable_token_is_stable(wechat: Wechat) -> None:
    """Until it is refreshed by force; the old one is then unknown."""
    first = wechat.stable_token(APP, SECRET, force_refresh=False)["access_token"]
    assert wechat.stable_token(APP, SECRET, force_refresh=False)["access_token"] == first
    wechat.stable_token(APP, SECRET, force_refresh=True)
    with pytest.raises(WechatError) as caught:
        wechat.check_token(first)
    assert errcode(caught) == 40001


def test_a_new_token_ends_the_old_one_soon(wechat: Wechat, clock: Clock) -> None:
    """Five minutes later it has expired; the stable token is another matter."""
    stable = wechat.stable_token(APP, SECRET, force_refresh=False)["access_token"]
    old = wechat.token(APP, SECRET)["access_token"]
    wechat.token(APP, SECRET)
    wechat.check_token(old)
    clock.now += 300
    wechat.check_token(stable)
    with pytest.raises(WechatError) as caught:
        wechat.check_token(old)
    assert errcode(caught) == 42001


def message(wechat: Wechat, **changes: object) -> dict[str, object]:
    """A reminder to demo."""
    base = {"touser": wechat.openid("demo"), "template_id": "T1", "data": {"thing1": {"value": "早会"}}}
    return base | changes


def test_a_message_uses_up_its_grant(wechat: Wechat) -> None:
    """One allowed, one sent, the next is 43101."""
    wechat.grant("demo", "T1")
    wechat.send(message(wechat))
    with pytest.raises(WechatError) as caught:
        wechat.send(message(wechat))
    assert (errcode(caught), len(wechat.sent)) == (43101, 1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"touser": "nobody"}, 40003),
        ({"template_id": ""}, 40037),
        ({"data": {"thing1": {"value": "很" * 21}}}, 47003),
        ({"data": {"thing1": "早会"}}, 47003),
        ({"data": {}}, 47003),
    ],
)
def test_wrong_messages_are_refused(wechat: Wechat, changes: dict[str, object], expected: int) -> None:
    """And cost no grant."""
    wechat.grant("demo", "T1")
    with pytest.raises(WechatError) as caught:
        wechat.send(message(wechat, **changes))
    assert errcode(caught) == expected
    wechat.send(message(wechat))


def test_a_phone_number_is_the_persons_own(wechat: Wechat) -> None:
    """The same number every time, in all three of WeChat's fields."""
    info = wechat.phone_number("sim:demo")["phone_info"]
    assert info["phoneNumber"] == wechat.phone_number(wechat.new_code("demo"))["phone_info"]["purePhoneNumber"]
    assert (len(info["phoneNumber"]), info["countryCode"], info["watermark"]["appid"]) == (11, "86", APP)


def test_risky_text_is_found(wechat: Wechat) -> None:
    """Version 2 answers a verdict, version 1 an error; other text passes both."""
    asked = {"version": 2, "scene": 2, "openid": wechat.openid("demo")}
    assert wechat.check_text(asked | {"content": "这是违规测试内容"})["result"] == {"suggest": "risky", "label": 20001}
    assert wechat.check_text(asked | {"content": "周会"})["result"] == {"suggest": "pass", "label": 100}
    assert wechat.check_text({"content": "周会"}) == {}
    with pytest.raises(WechatError) as caught:
        wechat.check_text({"content": "违规测试"})
    assert errcode(caught) == 87014
