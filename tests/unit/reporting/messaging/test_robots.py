"""What robots are sent, and what they mean by their answers."""

import json

import pytest

from servicekit.errors import InvalidArgumentError
from services.reporting.messaging.kinds import Result, WebhookKind
from services.reporting.messaging.robots import Robot, check, dingtalk_sign, feishu_sign, request, verdict

WECOM, FEISHU, DINGTALK = WebhookKind.WECOM, WebhookKind.FEISHU, WebhookKind.DINGTALK
HOSTS = {
    "wecom": frozenset({"qyapi.weixin.qq.com"}),
    "feishu": frozenset({"open.feishu.cn"}),
    "dingtalk": frozenset({"oapi.dingtalk.com"}),
}
URLS = {
    WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa",
    FEISHU: "https://open.feishu.cn/open-apis/bot/v2/hook/aaaa-bbbb",
    DINGTALK: "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef",
}


def test_signatures_are_those_of_openssl() -> None:
    """Vectors made with `openssl dgst -sha256 -hmac`, as others publish them of these two protocols."""
    assert dingtalk_sign("SECtest123", "1700000000000") == "w3RMHXzixTMdzr8OHJUmVLS4IoPJVdu+Ut1LE48MePE="
    assert feishu_sign("SECtest123", "1700000000000") == "Hd4xFWQU6R6ad4nzy4ETIznzlqebqH7xcTFVmONTudo="
    secret = f"SEC{'0' * 58}"
    assert dingtalk_sign(secret, "1670000000000") == "EtAhNN22hZ2vylP5xCbFHz8RYfho11z5JuWfv4fEbtY="


@pytest.mark.parametrize("kind", URLS)
def test_a_robot_is_taken_as_its_chat_shows_it(kind: WebhookKind) -> None:
    """And told by the end of its key."""
    robot = Robot(kind, URLS[kind])
    check(robot, HOSTS)
    assert robot.key_tail == URLS[kind][-4:]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://open.feishu.cn/open-apis/bot/v2/hook/a",
        "https://open.feishu.cn.evil.com/open-apis/bot/v2/hook/a",
        "https://evil.com/open-apis/bot/v2/hook/a",
        "https://open.feishu.cn@evil.com/open-apis/bot/v2/hook/a",
        "https://a:b@open.feishu.cn/open-apis/bot/v2/hook/a",
        "https://open.feishu.cn:444/open-apis/bot/v2/hook/a",
        "https://open.feishu.cn/open-apis/bot/v2/hook/",
        "https://open.feishu.cn/open-apis/bot/v2/hook/../../../x",
        "https://open.feishu.cn/open-apis/bot/v2/hook/a?x=1",
        "https://open.feishu.cn/open-apis/bot/v2/hook/a#x",
        "https://open.feishu.cn/open-apis/im/v1/messages",
        "https://127.0.0.1/open-apis/bot/v2/hook/a",
        "https://[::1]/open-apis/bot/v2/hook/a",
        "https://[::1/open-apis/bot/v2/hook/a",
        "https://open.feishu.cn\\@evil.com/open-apis/bot/v2/hook/a",
        "https://open.feishu.cn/open-apis/bot/v2/hook/a\r\nHost: evil.com",
        "https://ｏpen.feishu.cn/open-apis/bot/v2/hook/a",
        "https://open.feishu.cn/open-apis/bot/v2/hook/" + "a" * 600,
    ],
)
def test_an_address_that_is_no_robot_is_refused(url: str) -> None:
    """With the field, and how one looks."""
    with pytest.raises(InvalidArgumentError) as refused:
        check(Robot(FEISHU, url), HOSTS)
    [fault] = refused.value.fields
    assert fault.field == "url" and "https://open.feishu.cn/open-apis/bot/v2/hook/..." in fault.message


def test_a_kind_without_hosts_is_off() -> None:
    """Where settings allow none of it."""
    with pytest.raises(InvalidArgumentError) as refused:
        check(Robot(WECOM, URLS[WECOM]), {})
    assert refused.value.fields[0].field == "kind"


def test_what_would_address_people_is_taken_out() -> None:
    """A title may say what it likes."""
    sent = request(Robot(FEISHU, URLS[FEISHU], "s"), '<at user_id="all"></at> @所有人', 1_700_000_000_000_000)
    body = json.loads(sent.body)
    assert body["content"]["text"] == '＜at user_id="all"＞＜/at＞ ＠所有人'
    assert body["timestamp"] == "1700000000" and body["sign"] == feishu_sign("s", "1700000000")


def test_a_signature_of_dingtalk_is_part_of_the_address() -> None:
    """Escaped, beside the key."""
    sent = request(Robot(DINGTALK, URLS[DINGTALK], "SECtest123"), "x", 1_700_000_000_000_000)
    assert sent.url == f"{URLS[DINGTALK]}&timestamp=1700000000000&sign=w3RMHXzixTMdzr8OHJUmVLS4IoPJVdu%2BUt1LE48MePE%3D"


@pytest.mark.parametrize(
    ("kind", "status", "content", "result", "wait_s"),
    [
        (WECOM, 200, b'{"errcode":0,"errmsg":"ok"}', Result.SENT, 0),
        (WECOM, 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', Result.KEY_REFUSED, 0),
        (WECOM, 200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', Result.RATE_LIMITED, 60),
        (FEISHU, 200, b'{"StatusCode":0,"code":0,"msg":"success"}', Result.SENT, 0),
        (FEISHU, 200, b'{"code":19021,"msg":"sign match fail"}', Result.SIGNATURE_REFUSED, 0),
        (FEISHU, 400, b'{"code":11232,"msg":"frequency limited"}', Result.RATE_LIMITED, 60),
        (FEISHU, 200, b'{"code":9499,"msg":"too many request"}', Result.RATE_LIMITED, 60),
        (FEISHU, 200, b'{"code":9499,"msg":"Bad Request"}', Result.CONTENT_REFUSED, 0),
        (FEISHU, 200, b'{"code":19024,"msg":"Key Words Not Found"}', Result.CONTENT_REFUSED, 0),
        (DINGTALK, 200, b'{"errcode":0,"errmsg":"ok"}', Result.SENT, 0),
        (DINGTALK, 200, b'{"errcode":310000,"errmsg":"sign not match"}', Result.SIGNATURE_REFUSED, 0),
        (DINGTALK, 200, b'{"errcode":310000,"errmsg":"keywords not in content"}', Result.CONTENT_REFUSED, 0),
        (DINGTALK, 200, b'{"errcode":130101,"errmsg":"send too fast"}', Result.RATE_LIMITED, 600),
        (DINGTALK, 429, b"", Result.RATE_LIMITED, 7),
        (WECOM, 502, b"<html>", Result.UNREACHABLE, 7),
        (WECOM, 200, b"[]", Result.UNREACHABLE, 7),
        (WECOM, 500, b'{"errcode":0}', Result.UNREACHABLE, 7),
        (WECOM, 200, b'{"errcode":-1,"errmsg":"system busy"}', Result.UNREACHABLE, 7),
        # In letters that are no UTF-8, and deeper than anybody reads.
        (WECOM, 200, '{"errcode":0,"errmsg":"成功"}'.encode("gb18030"), Result.SENT, 0),
        (WECOM, 200, '{"errcode":93000,"errmsg":"无效"}'.encode("gb18030"), Result.KEY_REFUSED, 0),
        (FEISHU, 200, b'{"code":0,"data":' + b"[" * 60_000, Result.UNREACHABLE, 7),
        (DINGTALK, 200, b'{"errcode":' + b"9" * 5000 + b"}", Result.UNREACHABLE, 7),
        (WECOM, 200, b"null", Result.UNREACHABLE, 7),
    ],
)
def test_answers_are_understood(kind: WebhookKind, status: int, content: bytes, result: Result, wait_s: int) -> None:
    """In the words of each; Retry-After of 7 s counts where it is said."""
    found = verdict(kind, status, content, 7 if wait_s == 7 else 0)
    assert found == (result, wait_s * 1_000_000)
