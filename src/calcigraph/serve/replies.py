"""Answers that the server makes itself: in the format that was chosen, with a tag, and not sent twice to one client."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

FRESH = {"Vary": "Accept", "Cache-Control": "no-cache"}
"""An answer depends on `Accept`, and may be kept as long as the server is asked whether it still holds."""


def tag(*parts: object) -> str:
    """Return the entity tag of what is made of these parts; it is weak, as compressed and plain answers share it."""
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode() if isinstance(part, str) else repr(part).encode()
        found.update(b"%d:" % len(data))
        found.update(data)
    return f'W/"{found.hexdigest()}"'


def has_already(request: Request, etag: str) -> bool:
    """Return whether the client says that it has the answer of this tag; tags are compared weakly."""
    if request.method not in {"GET", "HEAD"}:
        return False
    asked = request.headers.get("if-none-match", "")
    tags = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def home(request: Request, base: str) -> str:
    """Return the address below which everything lies, with a slash at its end, as the client wrote its host."""
    return f"{str(request.base_url).rstrip('/')}{base}/"


def reply(
    request: Request, content: str | bytes, content_type: str, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer, or that the client has it already."""
    told = FRESH | {"ETag": tag(content, content_type)} | dict(headers or {})
    if has_already(request, told["ETag"]):
        return Response(status_code=304, headers=told)
    return Response(content, headers=told | {"Content-Type": content_type})
