"""`/static`: the style and the scripts of the pages, each at an address that changes with its content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from starlette.responses import Response

from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.replies import has_already, tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_FOREVER = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """A file that pages use: its content and its media type."""

    content: bytes
    media_type: str


async def static(request: Request) -> Response:
    """Give a file that pages use; under its hashed name it never changes."""
    name: str = request.path_params["name"]
    found = _assets().get(name)
    if found is None:
        raise Refused(Why.NOT_FOUND, f"There is no file {name} among those that pages use.")
    headers = {"Cache-Control": _FOREVER, "ETag": tag(found.content), "Content-Type": found.media_type}
    if has_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers)


def asset_name(name: str) -> str:
    """Return the hashed name of a file in the folder `static`; raises KeyError if there is none of that name."""
    return _names()[name]


@cache
def _assets() -> Mapping[str, Asset]:
    return {
        _names()[path.name]: Asset(path.read_bytes(), _TYPES[path.suffix])
        for path in sorted(_FOLDER.iterdir())
        if path.suffix in _TYPES
    }


@cache
def _names() -> Mapping[str, str]:
    names = {}
    for path in sorted(_FOLDER.iterdir()):
        digest = hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()
        names[path.name] = f"{path.stem}.{digest}{path.suffix}"
    return names
