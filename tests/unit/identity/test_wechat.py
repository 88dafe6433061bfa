"""What WeChat says becomes an error with a cure, and its URL is seen by nobody."""

import asyncio
import json
import logging
from collections.abc import Callable

import httpx
import pytest

from servicekit.breaker import CircuitOpenError
from servicekit.errors import RateLimitedError, ServiceError, UnavailableError
from services.identity.errors import BlockedError, PhoneCodeError, WechatCodeError
from services.identity.wechat import WechatClient

SECRET = "0123456789abcdef0123456789abcdef"


def client(handle: Callable[[httpx.Request], httpx.Response]) -> WechatClient:
    """A client whose WeChat is `handle`."""
    transport = httpx.MockTransport(handle)
    return WechatClient("https://api.weixin.qq.com", "wx1", SECRET, connections=4, transport=transport)


def answering(body: object, status: int = 200) -> WechatClient:
    """A client whose WeChat always says `body`."""
    return client(lambda request: httpx.Response(status, text=json.dumps(body)))


async def test_a_code_is_exchanged_for_the_openid() -> None:
    """The request is the documented one; the session key is not kept."""
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        """Answers as documented."""
        requests.append(request)
        return httpx.Response(200, json={"openid": "o1", "session_key": "k", "unionid": "u"})

    assert await client(handle).exchange("code 1&x=y") == "o1"
    expected = {"appid": "wx1", "secret": SECRET, "js_code": "code 1&x=y", "grant_type": "authorization_code"}
    assert dict(requests[0].url.params) == expected
    assert requests[0].url.path == "/sns/jscode2session"


@pytest.mark.parametrize(
    ("errcode", "error"),
    [
        (40029, WechatCodeError),
        (40163, WechatCodeError),
        (45011, RateLimitedError),
        (40226, BlockedError),
        (-1, UnavailableError),
        (40013, UnavailableError),
        (40125, UnavailableError),
        (99999, UnavailableError),
    ],
)
async def test_error_codes_are_told_apart(errcode: int, error: type[ServiceError]) -> None:
    """Each errcode becomes the error whose cure helps."""
    with pytest.raises(error):
        await answering({"errcode": errcode, "errmsg": "x"}).exchange("c")


@pytest.mark.parametrize("body", [{}, [], "x", {"openid": 7}])
async def test_an_answer_without_openid_is_no_sign_in(body: object) -> None:
    """Nonsense and emptiness are WeChat's trouble, not the person's."""
    with pytest.raises(UnavailableError):
        await answering(body).exchange("c")


@pytest.mark.parametrize("code", ["", "x" * 129, "a\nb"])
async def test_what_cannot_be_a_code_is_not_sent(code: str) -> None:
    """WeChat is not asked at all."""

    def unexpected(request: httpx.Request) -> httpx.Response:
        """Fails."""
        raise AssertionError

    with pytest.raises(WechatCodeError):
        await client(unexpected).exchange(code)


async def test_no_log_and_no_error_carries_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a broken connection nor a bad status shows the URL."""
    caplog.set_level(logging.WARNING)

    def broken(request: httpx.Request) -> httpx.Response:
        """Fails as httpx does."""
        raise httpx.ConnectError(f"cannot reach {request.url}", request=request)

    for wechat in (client(broken), answering({}, status=502)):
        with pytest.raises(UnavailableError) as failure:
            await wechat.exchange("c")
        assert SECRET not in str(failure.value)
        assert failure.value.__cause__ is None
    assert len(caplog.records) == 2
    assert SECRET not in caplog.text


async def test_wechat_gone_opens_the_breaker_and_refusals_do_not() -> None:
    """Wrong codes say nothing against WeChat; five failures in a row spare it further calls."""
    refusing, failing = answering({"errcode": 40029}), answering({"errcode": -1})

    for _ in range(10):
        with pytest.raises(WechatCodeError):
            await refusing.exchange("c")
    for _ in range(5):
        with pytest.raises(UnavailableError):
            await failing.exchange("c")
    with pytest.raises(CircuitOpenError):
        await failing.exchange("c")


async def test_a_silent_wechat_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole exchange has one deadline."""
    monkeypatch.setattr("services.identity.wechat._TIMEOUT_S", 0.01)

    async def silent(request: httpx.Request) -> httpx.Response:
        """Never answers."""
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(UnavailableError):
        await client(silent).exchange("c")  # type: ignore[arg-type]


class Numbers:
    """A WeChat that knows one number, behind access tokens that it may take back."""

    def __init__(self, **info: str) -> None:
        self.info = {"purePhoneNumber": "13800000000", "countryCode": "86"} | info
        self.tokens = 0
        self.refused: list[int] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answers as documented."""
        self.requests.append(request)
        if request.url.path == "/cgi-bin/stable_token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": 7200})
        if self.refused:
            return httpx.Response(200, json={"errcode": self.refused.pop()})
        return httpx.Response(200, json={"errcode": 0, "phone_info": self.info})


async def test_a_number_is_asked_for_with_a_token_that_is_kept() -> None:
    """The requests are the documented ones."""
    numbers = Numbers()
    wechat = client(numbers)
    assert [await wechat.phone_number("c1"), await wechat.phone_number("c2")] == ["13800000000"] * 2
    token, first, _ = numbers.requests
    expected = {"appid": "wx1", "secret": SECRET, "grant_type": "client_credential"}
    assert json.loads(token.content) == expected
    assert (first.url.path, dict(first.url.params)) == ("/wxa/business/getuserphonenumber", {"access_token": "t1"})
    assert json.loads(first.content) == {"code": "c1"}


async def test_a_number_from_abroad_has_its_country_s_code() -> None:
    """So that it is no number from here."""
    assert await client(Numbers(purePhoneNumber="5550100", countryCode="1")).phone_number("c") == "+15550100"


@pytest.mark.parametrize("errcode", [40001, 42001])
async def test_a_token_that_ended_early_is_asked_for_once_more(errcode: int) -> None:
    """One that is refused anew is WeChat's trouble."""
    numbers = Numbers()
    numbers.refused = [errcode]
    assert await client(numbers).phone_number("c") == "13800000000"
    assert numbers.tokens == 2
    numbers.refused = [errcode] * 2
    with pytest.raises(UnavailableError):
        await client(numbers).phone_number("c")


@pytest.mark.parametrize("errcode", [40029, 40163])
async def test_a_code_without_a_number_names_the_cure(errcode: int) -> None:
    """It is a field's fault: the person stays signed in."""
    numbers = Numbers()
    numbers.refused = [errcode]
    with pytest.raises(PhoneCodeError) as refusal:
        await client(numbers).phone_number("c")
    assert [fault.field for fault in refusal.value.fields] == ["code"]
    with pytest.raises(PhoneCodeError):
        await client(numbers).phone_number("")
