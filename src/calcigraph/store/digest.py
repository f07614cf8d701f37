"""Digest authentication, as in RFC 7616, for requests of the standard library, which lack SHA-256 and accents."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Hash = Callable[[str], str]


def answered(request: urllib.request.Request, challenge: str, user: str, password: str) -> str:
    """Return what stands in `Authorization` of a request in answer to a challenge.

    Raises ValueError for a challenge that cannot be answered.
    """
    known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    known.add_password(None, request.full_url, user, password)
    fields = urllib.request.parse_keqv_list(
        list(filter(None, urllib.request.parse_http_list(challenge.partition(" ")[2])))
    )
    try:
        made = _Digest(known).get_authorization(request, fields)
    except urllib.error.URLError as error:
        raise ValueError(str(error.reason)) from error
    if made is None:
        message = "it names neither realm nor nonce"
        raise ValueError(message)
    return f"Digest {made}"


class _Digest(urllib.request.HTTPDigestAuthHandler):
    def get_algorithm_impls(self, algorithm: str) -> tuple[Hash, Callable[[str, str], str]]:
        """Return the hash of a text, and that of a secret with data."""
        if algorithm.upper() not in ("MD5", "SHA-256"):
            message = f"it asks for the algorithm {algorithm}, and only MD5 and SHA-256 are known"
            raise ValueError(message)

        def hashed(text: str) -> str:
            name = algorithm.replace("-", "").lower()
            return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

        return hashed, lambda secret, data: hashed(f"{secret}:{data}")
