"""One file as an answer: encoded as the browser takes it, not at all when it has it, and kept as long as it is good."""

from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import Response

from gateway.console.build import File

# The best first.
_ENCODINGS = ("br", "gzip")
_YEAR = "public, max-age=31536000, immutable"
# Asked for each time, and mostly answered 304.
_EACH_TIME = "no-cache"


def answer(request: Request, file: File, headers: Mapping[str, str]) -> Response:
    """The file, or 304 for who has it."""
    encoding = _encoding(request.headers.get("accept-encoding", ""), file)
    etag = f'"{file.etag}-{encoding}"'
    told = {
        **headers,
        "cache-control": keeping(file),
        "etag": etag,
        "vary": "accept-encoding",
    }
    if etag in _known(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=told)
    if encoding != "identity":
        told["content-encoding"] = encoding
    return Response(file.bodies[encoding], headers=told | {"content-type": file.type})


def keeping(file: File) -> str:
    """For how long anybody may keep it: what is named after its content for good."""
    return _YEAR if file.is_immutable else _EACH_TIME


def _encoding(accepted: str, file: File) -> str:
    wanted = {*_accepted(accepted)}
    return next((each for each in _ENCODINGS if each in wanted and each in file.bodies), "identity")


def _accepted(header: str) -> Iterator[str]:
    """The encodings that a browser names and does not refuse."""
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if not any(each.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for each in parameters):
            yield name


def _known(header: str) -> set[str]:
    """The tags that a browser has; whether weak or strong is the same for a GET."""
    return {each.strip().removeprefix("W/") for each in header.split(",")}
