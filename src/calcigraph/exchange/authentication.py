"""Authentication at a store: what the environment gives, and its digest where the store asks for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from calcigraph.errors import PublishFailed

if TYPE_CHECKING:
    from collections.abc import Generator

    from calcigraph.store.credentials import Credentials


class AsAsked(httpx.Auth):
    """Sends the header of the credentials, until a challenge for a digest comes, and from then on digests."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._header = credentials.header
        self._digest: httpx.DigestAuth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield the request, with what it needs by the answer to it.

        Raises PublishFailed for a challenge that cannot be answered.
        """
        if self._digest is None:
            if self._header is not None:
                request.headers["Authorization"] = self._header
            answer = yield request
            if not self._credentials.challenge(answer.status_code, answer.headers.get_list("WWW-Authenticate")):
                return
            request.headers.pop("Authorization", None)
            self._digest = httpx.DigestAuth(self._credentials.user, self._credentials.password)
        try:
            yield from self._digest.auth_flow(request)
        except (KeyError, NotImplementedError, httpx.ProtocolError) as error:
            raise PublishFailed(
                f"The store at {request.url} asks for a digest that cannot be made: {error}."
            ) from error
