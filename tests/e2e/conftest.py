"""People, an organisation and an activity in the running stack; every test makes its own."""

from collections.abc import AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from deploy.local import launch
from deploy.local.stack import Shape
from tests.e2e.api import Activity, Api, Person
from tests.e2e.stack import Outage, eventually

_HERE = Path(__file__).parent
_REBUILT_WITHIN_S = 300.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs all of these tests in one loop, so that they share connections and sign-ins."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Servers are taken away only where nothing runs beside."""
    Outage.may_begin = item.get_closest_marker("alone") is not None


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api() -> AsyncIterator[Api]:
    """The public API of the running stack, once its live numbers are current.

    A stack that was just started on old rushes builds the numbers of each anew: 10,000 people take some 4 s.
    """
    if launch.running("gateway") is None:
        pytest.fail("nothing runs: `make up` first")
    # One client for all people: it must not carry the cookie of one to another.
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    url = Shape.of_running().gateway_urls()[0]
    async with httpx.AsyncClient(base_url=url, timeout=10, cookies=no_cookies) as http:
        api = Api(http)
        owner = await api.sign_in()
        activity = await api.open_activity(owner, await api.found(owner))
        await eventually(lambda: _is_current(activity), _REBUILT_WITHIN_S)
        yield api


async def _is_current(activity: Activity) -> bool:
    return not (await activity.stats())["stale"]


@pytest_asyncio.fixture(loop_scope="session")
async def organiser(api: Api) -> Person:
    """A new person, who will own what they found."""
    return await api.sign_in()


@pytest_asyncio.fixture(loop_scope="session")
async def person(api: Api) -> Person:
    """A new participant."""
    return await api.sign_in()


@pytest_asyncio.fixture(loop_scope="session")
async def organisation_id(api: Api, organiser: Person) -> str:
    """A new organisation of the organiser's."""
    return await api.found(organiser)


@pytest_asyncio.fixture(loop_scope="session")
async def activity(api: Api, organiser: Person, organisation_id: str) -> Activity:
    """A new activity, published and open."""
    return await api.open_activity(organiser, organisation_id)


@pytest_asyncio.fixture(loop_scope="session")
async def outages() -> AsyncIterator[list[Outage]]:
    """Whatever a test takes away; it is brought back, the last one first."""
    gone: list[Outage] = []
    try:
        yield gone
    finally:
        for outage in reversed(gone):
            outage.end()
