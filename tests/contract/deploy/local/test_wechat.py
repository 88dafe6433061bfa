"""The WeChat simulator over HTTP: the protocol that identity's client relies on."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn

from deploy.local.wechat import STARTING_PEOPLE, Wechat, create_app

APP, SECRET = "wx1", "s3cret"
_OTHERS = 250


@pytest.fixture
async def wechat() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a running simulator; nobody is at its gateway's address."""
    app = create_app(Wechat(APP, SECRET), "http://127.0.0.1:1", latency_s=0.08)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Connections wait in the listener's queue until the server has started.
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url) as client:
            yield client
        server.should_exit = True
        await serving


async def sign_in(client: httpx.AsyncClient, code: str) -> httpx.Response:
    """code2Session as identity asks for it."""
    parameters = {"appid": APP, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
    return await client.get("/sns/jscode2session", params=parameters)


async def access_token(client: httpx.AsyncClient) -> str:
    """A stable token."""
    body = {"grant_type": "client_credential", "appid": APP, "secret": SECRET}
    answer = await client.post("/cgi-bin/stable_token", json=body)
    return str(answer.json()["access_token"])


async def test_signing_in_answers_json_as_plain_text(wechat: httpx.AsyncClient) -> None:
    """As the real one does: openid and session_key, and no errcode."""
    answer = await sign_in(wechat, "sim:demo")
    assert answer.headers["content-type"].startswith("text/plain")
    assert json.loads(answer.text).keys() == {"openid", "session_key"}


async def test_errors_come_with_status_200(wechat: httpx.AsyncClient) -> None:
    """The errcode alone says that it failed."""
    answer = await sign_in(wechat, "made-up")
    assert (answer.status_code, json.loads(answer.text)) == (200, {"errcode": 40029, "errmsg": "invalid code"})


async def test_an_answer_takes_its_time(wechat: httpx.AsyncClient) -> None:
    """Eighty milliseconds, in which the hundredth person is as welcome as the first."""
    began = time.perf_counter()
    answers = await asyncio.gather(*(sign_in(wechat, f"sim:{number}") for number in range(100)))
    assert time.perf_counter() - began >= 0.08
    assert all("openid" in json.loads(answer.text) for answer in answers)


async def test_a_code_from_the_page_works_once(wechat: httpx.AsyncClient) -> None:
    """Then it is 40163."""
    code = (await wechat.post("/sim/people/王小明/code")).json()["code"]
    assert "openid" in json.loads((await sign_in(wechat, code)).text)
    assert json.loads((await sign_in(wechat, code)).text)["errcode"] == 40163


async def test_a_message_needs_token_and_grant(wechat: httpx.AsyncClient) -> None:
    """41001 without a token, 40001 with a wrong one, 43101 without a grant, then it is sent."""
    openid = json.loads((await sign_in(wechat, "sim:demo")).text)["openid"]
    body = {"touser": openid, "template_id": "T1", "data": {"thing1": {"value": "早会"}}}
    url = "/cgi-bin/message/subscribe/send"
    token = {"access_token": await access_token(wechat)}
    assert (await wechat.post(url, json=body)).json()["errcode"] == 41001
    assert (await wechat.post(url, json=body, params={"access_token": "x"})).json()["errcode"] == 40001
    assert (await wechat.post(url, json=body, params=token)).json()["errcode"] == 43101
    await wechat.post("/sim/people/demo/grants", json={"template_id": "T1"})
    assert (await wechat.post(url, json=body, params=token)).json()["errcode"] == 0
    assert (await wechat.get("/sim/messages")).json() == {"messages": [body]}


async def test_phone_and_text_checks_answer_ok(wechat: httpx.AsyncClient) -> None:
    """Both carry errcode 0 beside what they found."""
    token = {"access_token": await access_token(wechat)}
    phone = await wechat.post("/wxa/business/getuserphonenumber", params=token, json={"code": "sim:demo"})
    text = await wechat.post("/wxa/msg_sec_check", params=token, json={"content": "违规测试"})
    assert (phone.json()["errcode"], len(phone.json()["phone_info"]["phoneNumber"])) == (0, 11)
    assert text.json()["errcode"] == 87014


async def test_a_body_that_is_no_json_is_an_error(wechat: httpx.AsyncClient) -> None:
    """47001, as for any JSON that is not an object."""
    token = {"access_token": await access_token(wechat)}
    answer = await wechat.post("/wxa/msg_sec_check", params=token, content=b"[1, 2")
    assert answer.json()["errcode"] == 47001


async def test_the_page_signs_people_in(wechat: httpx.AsyncClient) -> None:
    """With the gateway gone it says so instead of failing."""
    assert "微信模拟器" in (await wechat.get("/")).text
    answer = await wechat.post("/sim/people/demo/sign-in")
    assert (answer.status_code, list(answer.json())) == (502, ["error"])


async def test_the_page_answers_for_a_console_with_a_place(wechat: httpx.AsyncClient) -> None:
    """Its people are offered places; with the gateway gone it says so."""
    assert "在地图上选的地点" in (await wechat.get("/place", params={"ticket": "t"})).text
    place = {"name": "图书馆", "latitude": 25.04, "longitude": 102.71}
    answer = await wechat.post("/sim/people/demo/place", json={"ticket": "t", "place": place})
    assert (answer.status_code, list(answer.json())) == (502, ["error"])


async def test_the_page_lists_its_own_people_apart_from_others(wechat: httpx.AsyncClient) -> None:
    """However many a load run signed in: the latest of them, and how many they are."""
    for number in range(_OTHERS):
        await wechat.post(f"/sim/people/tester-{number}/code")

    listed = (await wechat.get("/sim/people")).json()
    assert tuple(person["name"] for person in listed["people"]) == STARTING_PEOPLE
    assert listed["other_count"] == _OTHERS
    assert [person["name"] for person in listed["others"]] == [f"tester-{_OTHERS - back}" for back in range(1, 201)]


async def test_another_sites_name_is_refused(wechat: httpx.AsyncClient) -> None:
    """A page elsewhere cannot reach the simulator under a name of its own."""
    assert (await wechat.get("/sim/people", headers={"host": "evil.example"})).status_code == 400
