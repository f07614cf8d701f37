"""A distant SPARQL 1.1 endpoint that holds the same graph and answers the same questions."""

from __future__ import annotations

import re
import urllib.error
from dataclasses import dataclass

from calcigraph.errors import EndpointFailed

_COMMENTS = re.compile(r"^\s*#.*\n", re.MULTILINE)
"""Whole lines of comment, such as the header of a question; what stands behind a query's own words is left."""


@dataclass(frozen=True, slots=True)
class RemoteEndpoint:
    """An endpoint by its address; `seconds` is how long to wait for an answer."""

    url: str
    seconds: int = 60

    def select(self, query: str) -> bytes:
        """Return the results of a SELECT query as SPARQL JSON.

        The endpoint's default graph must be the union of its graphs. Raises EndpointFailed.
        """
        from SPARQLWrapper import JSON, POST, SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        client = SPARQLWrapper(self.url)
        client.setMethod(POST)
        client.setReturnFormat(JSON)
        client.setTimeout(self.seconds)
        # SPARQLWrapper guesses the kind of query from its words, and takes those of comments for keywords.
        client.setQuery(_COMMENTS.sub("", query))
        try:
            answer: bytes = client.query().response.read()
        except (SPARQLWrapperException, urllib.error.URLError, OSError) as error:
            message = f"The endpoint {self.url} did not answer: {error}"
            raise EndpointFailed(message) from error
        return answer
