"""The local stack as people see it, over the public HTTP API: what is seeded there, and the story of one check-in."""

import json
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.local.launch import LaunchError
from servicekit import ids

ORGANISATION = "演示组织"

_LATITUDE, _LONGITUDE = 25.04, 102.71
_NEAR, _FAR = _LATITUDE + 0.0001, _LATITUDE + 0.02
_COUNTED_WITHIN_S = 10.0

Json = dict[str, Any]


def seed(gateway_url: str) -> str:
    """Signs in the person `demo` and makes sure that they own an organisation.

    Raises:
        LaunchError: The gateway refused, with its own words.
    """
    token = _call(gateway_url, "POST", "/v1/auth/wechat", {"code": "sim:demo"})["access_token"]
    if _call(gateway_url, "GET", "/v1/organisations", token=token)["organisations"]:
        return "is there"
    _call(gateway_url, "POST", "/v1/organisations", {"name": ORGANISATION}, token)
    return f"made {ORGANISATION}"


def tell(gateway_url: str) -> None:
    """Tells one activity and who checks in to it: of each step, a line of what is asked and one of what comes back.

    Raises:
        LaunchError: The gateway refused a step or did not answer, or nobody was counted; says what to do.
    """
    # Somebody new each time: nobody checks in more than once a second.
    name = f"student-{secrets.token_hex(4)}"
    student = _sign_in(gateway_url, "A student signs in with WeChat", name)
    organiser = _sign_in(gateway_url, "An organiser does the same", "demo")
    path = _publish(organiser)
    shown = organiser.ask("Its screen shows a QR", "GET", f"{path}/qr")
    _hear(f"{shown['url']}, and another one in {shown['refresh_in_s']} s")
    for step, latitude in (
        ("The student scans it, 2 km away", _FAR),
        ("The student scans it in the library", _NEAR),
        ("The student scans it once more", _NEAR),
    ):
        answer = student.ask(step, "POST", "/v1/checkins", _attempt(shown["token"], latitude, device_id=name))
        _hear(f"{answer['checkin']['outcome']}: {answer['message']}")
    _count(organiser, path)


@dataclass(frozen=True, slots=True)
class _Person:
    gateway_url: str
    token: str = ""

    def ask(self, step: str, method: str, path: str, body: Json | None = None) -> Json:
        print(f"\n{step}: {method} {path}")
        return _call(self.gateway_url, method, path, body, self.token)


def _hear(answer: str) -> None:
    print(f"  -> {answer}")


def _sign_in(gateway_url: str, step: str, name: str) -> _Person:
    session = _Person(gateway_url).ask(step, "POST", "/v1/auth/wechat", {"code": f"sim:{name}"})
    _hear(f"an access token for {timedelta(seconds=session['expires_in']).days} days")
    return _Person(gateway_url, session["access_token"])


def _publish(organiser: _Person) -> str:
    owned = organiser.ask("Which organisations are theirs?", "GET", "/v1/organisations")["organisations"][0]
    _hear(f"{owned['name']}, as its {owned['role']}")
    draft = organiser.ask("They make an activity, within 200 m", "POST", "/v1/activities", _lecture(owned["id"]))
    _hear(f"{draft['title']}, a {draft['state']}")
    path = f"/v1/activities/{draft['id']}"
    activity = organiser.ask("They publish it", "POST", f"{path}/publish")
    _hear(f"{activity['state']}; who cannot scan types {activity['code']}")
    return path


def _count(organiser: _Person, path: str) -> None:
    numbers = organiser.ask("The organiser looks at the numbers", "GET", f"{path}/stats")
    began = time.monotonic()
    while not numbers["checked_in"]:
        if time.monotonic() - began > _COUNTED_WITHIN_S:
            raise LaunchError("Nobody was counted: `make status` tells what runs, `make logs s=projector` why not.")
        time.sleep(0.1)
        numbers = _call(organiser.gateway_url, "GET", f"{path}/stats", token=organiser.token)
    _hear(f"{numbers['checked_in']} checked in, {numbers['refused']} refused: people, not tries")


def _lecture(organisation_id: str) -> Json:
    now = datetime.now(UTC)
    place = {"name": "图书馆", "latitude": _LATITUDE, "longitude": _LONGITUDE, "coord": "gcj02", "radius_m": 200}
    return {
        "organisation_id": organisation_id,
        "kind": "event",
        "title": "新生讲座",
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
        "methods": ["qr", "code"],
        "place": place,
        "policy": {"fence": "refuse"},
    }


def _attempt(token: str, latitude: float, device_id: str) -> Json:
    location = {"latitude": latitude, "longitude": _LONGITUDE, "accuracy_m": 12, "coord": "gcj02", "age_ms": 300}
    attempt_id = ids.to_text(ids.new_id())
    return {"attempt_id": attempt_id, "method": "qr", "token": token, "device_id": device_id, "location": location}


def _call(base: str, method: str, path: str, body: Json | None = None, token: str = "") -> Json:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, headers, method=method)  # noqa: S310  our own gateway
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            found: Json = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")
        refused: Json = json.loads(text) if error.code == 422 else {}
        if "checkin" in refused:
            return refused
        raise LaunchError(f"{method} {path} answered {error.code}: {text}") from error
    except OSError as error:
        raise LaunchError(
            f"{method} {path}: {error}. Is everything up? `make status` tells, `make up` starts it."
        ) from error
