"""Seeds the local stack as a person would: over the public HTTP API, and only what is missing."""

import json
import urllib.error
import urllib.request
from typing import Any

from deploy.local.launch import LaunchError

ORGANISATION = "演示组织"


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


def _call(base: str, method: str, path: str, body: object = None, token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, headers, method=method)  # noqa: S310  our own gateway
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        raise LaunchError(f"{method} {path} answered {error.code}: {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise LaunchError(f"{method} {path}: {error}") from error
