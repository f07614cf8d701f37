"""The credentials for distant stores: they stand in the environment, for publishing and for asking alike."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from calcigraph.errors import BadAddress, BadCredentials

if TYPE_CHECKING:
    from collections.abc import Iterable

USER, PASSWORD, TOKEN = "CALCIGRAPH_STORE_USER", "CALCIGRAPH_STORE_PASSWORD", "CALCIGRAPH_STORE_TOKEN"
"""The variables of the environment that hold credentials."""
SCHEME = "CALCIGRAPH_STORE_AUTH"
"""The variable that says `digest` where a password is never to be sent itself."""
_DIGEST = "digest"
_UNAUTHORIZED = 401
_HERE = ("localhost", "127.0.0.1", "::1")


class Credentials(NamedTuple):
    """A user with a password, or a token, which comes first; empty where the environment has none.

    `digest` says to send no password, but only its digest, to a store that asks for that.
    """

    user: str = ""
    password: str = ""
    token: str = ""
    digest: bool = False

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.user or self.token)

    @property
    def header(self) -> str | None:
        """What stands in `Authorization`: basic for a user, as in RFC 7617, or bearer for a token, as in RFC 6750.

        A user's digest needs the store's challenge, so there is nothing to send before it.

        Raises BadCredentials for a token that no header can hold.
        """
        if self.token:
            if not (self.token.isascii() and self.token.isprintable()):
                raise BadCredentials(f"{TOKEN} holds a line end or a letter that is not of ASCII: set it anew.")
            return f"Bearer {self.token}"
        if self.user and not self.digest:
            return f"Basic {b64encode(f'{self.user}:{self.password}'.encode()).decode()}"
        return None

    def challenge(self, status: int, offered: Iterable[str]) -> str | None:
        """Return the challenge for a digest, as in RFC 7616, if a store's refusal offers one that a user can answer.

        `offered` are the values of `WWW-Authenticate`.
        """
        if status != _UNAUTHORIZED or self.token or not self.user:
            return None
        return next((one for one in offered if one.lower().startswith("digest ")), None)

    @property
    def who(self) -> str:
        """What a store that refuses a request has refused, in words."""
        return "the credentials in the environment" if self else "to be asked without credentials"

    @property
    def advice(self) -> str:
        """What to do about a refusal."""
        told = f"{'check' if self else 'set'} {USER} and {PASSWORD}, or {TOKEN}"
        return f"{told}; or take {SCHEME} away, if it asks for no digest" if self.digest else told

    def exposed(self, url: str) -> bool:
        """Whether they would travel unencrypted to another machine."""
        parts = urlsplit(url)
        hidden = self.digest and not self.token
        return bool(self) and not hidden and parts.scheme == "http" and parts.hostname not in _HERE


def credentials() -> Credentials:
    """Return the credentials in the environment; a line end after a token, as files have it, is no part of it.

    Raises BadCredentials for a scheme that there is not.
    """
    user, password, token, scheme = (os.environ.get(name, "") for name in (USER, PASSWORD, TOKEN, SCHEME))
    if scheme not in ("", _DIGEST):
        raise BadCredentials(f"{SCHEME} is {scheme!r}: write {_DIGEST}, or take it away, and the store may choose.")
    return Credentials(user, password, token.strip(), digest=scheme == _DIGEST)


def check_address(url: str, kind: str, example: str) -> None:
    """Raise BadAddress for what is no web address, or for one that holds a user's name or password."""
    try:
        parts = urlsplit(url)
        named = bool(parts.username or parts.password)
    except ValueError:
        # It is not repeated, because a password may stand in it.
        raise BadAddress(f"What was given is no address of {kind}: write one such as {example}.") from None
    if named:
        raise BadAddress(f"The address of {kind} holds a user's name or password: put them into {USER} and {PASSWORD}.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadAddress(f"{url!r} is no address of {kind}: write one such as {example}.")
