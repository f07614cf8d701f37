"""A distant SPARQL 1.1 endpoint that holds the same graph and answers the same questions."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calcigraph.errors import EndpointFailed
from calcigraph.store.credentials import check_address, credentials
from calcigraph.store.digest import answered

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from SPARQLWrapper import SPARQLWrapper

    from calcigraph.store.credentials import Credentials

_COMMENTS = re.compile(r"^\s*#.*\n", re.MULTILINE)
"""Whole lines of comment, such as the header of a question; what stands behind a query's own words is left."""

_FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class RemoteEndpoint:
    """An endpoint by its address; `seconds` is how long to wait for an answer."""

    url: str
    seconds: int = 60

    def __post_init__(self) -> None:
        """Raise BadAddress for what is no address of an endpoint, or for one that holds a password."""
        check_address(self.url, "an endpoint", "http://localhost:7878/query")

    def select(self, query: str) -> bytes:
        """Return the results of a SELECT query as SPARQL JSON.

        The endpoint's default graph must be the union of its graphs. Raises EndpointFailed, and BadCredentials for
        those in the environment that cannot be sent.
        """
        from SPARQLWrapper import JSON, POST
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException, Unauthorized

        client = _client(self.url)
        client.setMethod(POST)
        client.setReturnFormat(JSON)
        client.setTimeout(self.seconds)
        # SPARQLWrapper guesses the kind of query from its words, and takes those of comments for keywords.
        client.setQuery(_COMMENTS.sub("", query))
        try:
            answer: bytes = client.query().response.read()
        except Unauthorized as error:
            raise EndpointFailed(self._refusal()) from error
        except urllib.error.HTTPError as error:
            with error:
                told = self._refusal() if error.code == _FORBIDDEN else self._failure(error)
            raise EndpointFailed(told) from error
        except (SPARQLWrapperException, urllib.error.URLError, OSError, ValueError) as error:
            raise EndpointFailed(self._failure(error)) from error
        return answer

    def _failure(self, error: Exception) -> str:
        return f"The endpoint {self.url} did not answer: {error}"

    def _refusal(self) -> str:
        told = credentials()
        return f"The endpoint {self.url} refuses {told.who}: {told.advice}."


def _client(url: str) -> SPARQLWrapper:
    """Return a client that sends the credentials to that address alone, and not to where a redirect leads."""
    from SPARQLWrapper import SPARQLWrapper
    from SPARQLWrapper.SPARQLExceptions import Unauthorized

    known = credentials()

    class Client(SPARQLWrapper):
        # The library's own ways send a header on to any address that the endpoint names, and answer a challenge by a
        # change to all requests of the process, and only for a realm that is known before.
        header = known.header

        def _createRequest(self) -> urllib.request.Request:  # noqa: N802 -- the library's name
            request = super()._createRequest()
            if self.header is not None:
                request.add_unredirected_header("Authorization", self.header)
            return request

        def _query(self) -> tuple[HTTPResponse, str]:
            try:
                answer: tuple[HTTPResponse, str] = super()._query()
            except Unauthorized as error:
                request = self._createRequest()
                challenge = _challenge(error.__context__, request.full_url, known)
                if challenge is None:
                    raise
                self.header = answered(request, challenge, known.user, known.password)
                answer = super()._query()
            return answer

    return Client(url)


def _challenge(refusal: BaseException | None, url: str, known: Credentials) -> str | None:
    """Return the challenge of a refusal, if it comes from that address, and not from where it leads."""
    if not isinstance(refusal, urllib.error.HTTPError) or refusal.url != url:
        return None
    return known.challenge(refusal.code, refusal.headers.get_all("WWW-Authenticate", []))
