"""The console over real HTTP: how its files are given, kept and refused, and what a browser may do with them."""

import gzip
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.component.conftest import Signer
from tests.component.gateway.conftest import Gateway, a_gateway

_PAGE = b"<!doctype html><title>console</title>"
_SCRIPT = b"export const console_ = 'of Qiandao'" * 40
_ASSET = "assets/main-BzwZbUsM.js"


def a_build(folder: Path, page: bytes = _PAGE) -> None:
    """What `make console` leaves: files, their compressed forms, and the list of them."""
    listed = {}
    for name, body, kind, is_immutable in (
        ("index.html", page, "text/html; charset=utf-8", False),
        ("docs/index.html", b"<!doctype html><title>docs</title>", "text/html; charset=utf-8", False),
        (_ASSET, _SCRIPT, "text/javascript; charset=utf-8", True),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        sizes = {"identity": len(body)}
        if is_immutable:
            # The gateway gives what lies there, so any bytes do as brotli.
            Path(f"{path}.br").write_bytes(b"brotli of " + name.encode())
            Path(f"{path}.gz").write_bytes(gzip.compress(body))
            sizes |= {"br": 1, "gzip": 1}
        etag = f"{abs(hash(body)):032x}"
        listed[name] = {"type": kind, "etag": etag, "is_immutable": is_immutable, "sizes": sizes}
    (folder / "files.json").write_text(json.dumps(listed))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A build, beside which lies what nobody may read."""
    (tmp_path / "secret.txt").write_text("s3cret")
    a_build(tmp_path / "dist")
    return tmp_path / "dist"


@pytest.fixture
async def served(folder: Path, tls: Path, signer: Signer, redis_url: str, redis: Redis) -> AsyncIterator[Gateway]:
    """A gateway that serves the build."""
    async with a_gateway(tls, signer, redis_url, redis, console_folder=str(folder)) as gateway:
        yield gateway


async def test_the_front_page_leads_to_the_console(served: Gateway) -> None:
    """Whoever types the address alone is where they wanted to be."""
    for path in ("/", "/console"):
        answer = await served.http.get(path)
        assert (answer.status_code, answer.headers["location"]) == (302, "/console/")


@pytest.mark.parametrize("path", ["/console/", "/console/activities/0192/people", "/wall/0192", "/kiosk/0192"])
async def test_every_page_is_the_one_that_finds_them_all(served: Gateway, path: str) -> None:
    """Deep links open, and the page is asked for anew each time."""
    answer = await served.http.get(path)

    assert (answer.status_code, answer.content) == (200, _PAGE)
    assert answer.headers["cache-control"] == "no-cache" and answer.headers["content-type"].startswith("text/html")


async def test_a_page_runs_nothing_but_the_console_s_own_files(served: Gateway) -> None:
    """No inline script or style, no foreign host, no frame around it."""
    headers = (await served.http.get("/console/")).headers
    rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))

    assert {rules[each] for each in ("default-src", "base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    assert {rules[each] for each in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert "unsafe" not in headers["content-security-policy"] and "http" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 302),
        ("/console/", 200),
        (f"/console/{_ASSET}", 200),
        ("/console/assets/main-OLDOLDOL.js", 404),
        ("/wall/0192", 200),
        ("/d/K7MCFGHJ4R9XWTK7MCFG", 200),
        ("/docs", 200),
        ("/openapi.json", 200),
        ("/nothing", 404),
        ("/v1/me", 401),
        ("/v1/auth/console", 405),
    ],
)
async def test_no_answer_is_taken_for_another_kind_or_framed(served: Gateway, path: str, status: int) -> None:
    """Pages, files, JSON and errors alike say what they are, and run nothing that they do not name."""
    answer = await served.http.get(path)

    assert (answer.status_code, answer.headers["x-content-type-options"]) == (status, "nosniff")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("br; q=0.0, gzip; q=0", None),
        ("", None),
    ],
)
async def test_a_file_goes_as_small_as_the_browser_takes_it(
    served: Gateway, accepted: str, encoding: str | None
) -> None:
    """What was compressed at build is given as it lies there, and caches keep the forms apart."""
    async with served.http.stream("GET", f"/console/{_ASSET}", headers={"accept-encoding": accepted}) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])

    expected = {"br": b"brotli of " + _ASSET.encode(), "gzip": gzip.compress(_SCRIPT), None: _SCRIPT}[encoding]
    assert (answer.headers.get("content-encoding"), answer.headers["vary"]) == (encoding, "accept-encoding")
    assert gzip.decompress(body) == _SCRIPT if encoding == "gzip" else body == expected
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_who_has_a_file_is_told_so(served: Gateway) -> None:
    """304 for the same, also when a proxy has made the tag weak; the whole for any other."""
    tag = (await served.http.get("/console/")).headers["etag"]

    for told in (tag, f"W/{tag}", f'"other", {tag}'):
        again = await served.http.get("/console/", headers={"if-none-match": told})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await served.http.get("/console/", headers={"if-none-match": '"other"'})).status_code == 200


async def test_head_says_what_get_would(served: Gateway) -> None:
    """Health checks of caches ask so."""
    got, head = await served.http.get(f"/console/{_ASSET}"), await served.http.head(f"/console/{_ASSET}")

    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    "path",
    [
        "/console/../secret.txt",
        "/console/%2e%2e/secret.txt",
        "/console/..%2fsecret.txt",
        "/console/assets/../../secret.txt",
        "/console/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/console//etc/passwd",
        "/console/%00",
        "/console/files.json",
        "/console/index.html",
    ],
)
async def test_nothing_beside_the_build_can_be_read(served: Gateway, path: str) -> None:
    """A path is looked up among the names of the build; whatever else it is, it is a page or nothing."""
    answer = await served.raw(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())

    assert b"s3cret" not in answer and b"root:" not in answer and b'"etag"' not in answer
    assert _PAGE in answer or answer.startswith(b"HTTP/1.1 404")


async def test_a_file_of_another_build_is_not_taken_for_a_page(served: Gateway) -> None:
    """A script that is gone answers 404: a page in its place would be a riddle."""
    answer = await served.http.get("/console/assets/main-OLDOLDOL.js")

    assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND")


async def test_a_new_build_is_served_without_a_restart(served: Gateway, folder: Path) -> None:
    """Whoever builds again sees it after a reload."""
    a_build(folder, b"<!doctype html><title>anew</title>")
    later = (folder / "files.json").stat().st_mtime + 1
    os.utime(folder / "files.json", (later, later))

    assert b"anew" in (await served.http.get("/console/")).content


async def test_without_a_build_the_page_says_what_to_do(
    tmp_path: Path, tls: Path, signer: Signer, redis_url: str, redis: Redis
) -> None:
    """The API goes on, and what is built later is found."""
    async with a_gateway(tls, signer, redis_url, redis, console_folder=str(tmp_path / "none")) as gateway:
        for path in ("/console/", "/docs", "/wall/0192"):
            answer = await gateway.http.get(path)
            assert (answer.status_code, "make console" in answer.text) == (503, True)
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert (await gateway.http.get("/openapi.json")).status_code == 200

        a_build(tmp_path / "none")
        assert (await gateway.http.get("/console/")).content == _PAGE


async def test_the_documentation_lets_in_no_foreign_host(served: Gateway) -> None:
    """It is ours, with its own policy, and asks the API of this host alone."""
    answer = await served.http.get("/docs")
    rules = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))

    assert b"docs" in answer.content and rules["script-src"] == rules["connect-src"] == "'self'"
    assert {rules["default-src"], rules["frame-ancestors"]} == {"'none'"}
