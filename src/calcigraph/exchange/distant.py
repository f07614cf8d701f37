"""A distant store that takes data: where its services are, who asks, and requests that are sent again if they fail."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cached_property
from io import SEEK_END
from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.errors import PublishFailed
from calcigraph.store.credentials import check_address, credentials

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO, Self

    import httpx

_REFUSED = frozenset({401, 403})
_PASSING = frozenset({429, 502, 503, 504})
"""The answers of a store that may take the same request a little later."""
_REDIRECTS = range(300, 400)
_NOT_FOUND = 404
_FIRST_ERROR = 400
_SHOWN = 200
_PIECE = 2**16
"""Bytes of a body that are read at a time."""


class Services(NamedTuple):
    """The addresses of a store: of its queries, its updates and its graph store; empty where it has none."""

    query: str = ""
    update: str = ""
    graph_store: str = ""


@dataclass(frozen=True)
class DistantStore:
    """A store by the address at which it is run.

    `seconds` is how long to wait for an answer, `attempts` how often a request is sent at most, and `pause` the seconds
    before the second time, which double each time.
    """

    url: str
    seconds: float = 60
    attempts: int = 5
    pause: float = 0.5
    known: Services = field(default_factory=Services)
    """The addresses that need not be looked for."""

    def __post_init__(self) -> None:
        """Raise BadAddress for what is no address of a store."""
        for url in filter(None, (self.url, *self.known)):
            check_address(url, "a store", "http://localhost:7878")

    def __enter__(self) -> Self:
        """Return the store; its connections are closed when the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def exposed(self) -> bool:
        """Whether credentials would travel unencrypted to another machine."""
        return credentials().exposed(self.url)

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx

        from calcigraph.exchange.authentication import AsAsked

        return httpx.Client(timeout=self.seconds, auth=AsAsked(credentials()))

    def select(self, url: str, query: str) -> bytes:
        """Return the results of a query as SPARQL JSON; raises PublishFailed."""
        headers = {"Accept": "application/sparql-results+json"}
        return self.request("POST", url, data={"query": query}, headers=headers).content

    def update(self, url: str, body: BinaryIO) -> None:
        """Send an update; raises PublishFailed."""
        self.request("POST", url, body, headers={"Content-Type": "application/sparql-update"})

    def put(self, url: str, graph: str, body: BinaryIO) -> None:
        """Put N-Triples in the place of a named graph; raises PublishFailed."""
        headers = {"Content-Type": "application/n-triples"}
        self.request("PUT", url, body, params={"graph": graph}, headers=headers)

    def delete(self, url: str, graph: str) -> None:
        """Take a named graph away, if it is there; raises PublishFailed."""
        self.request("DELETE", url, params={"graph": graph}, also=_NOT_FOUND)

    def request(
        self, method: str, url: str, body: BinaryIO | None = None, *, also: int | None = None, **rest: Any
    ) -> httpx.Response:
        """Return the answer to a request, which is sent again after failures that may pass.

        Raises PublishFailed for an answer of failure, save `also`, or for none.
        """
        import httpx
        from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

        tries = Retrying(
            retry=retry_if_exception_type((httpx.TransportError, _Passing)),
            stop=stop_after_attempt(self.attempts),
            wait=wait_exponential_jitter(multiplier=self.pause, jitter=self.pause),
        )
        try:
            answer: httpx.Response = tries(self._once, method, url, body, **rest)
        except RetryError as error:
            last = error.last_attempt.exception()
            times = f"in {self.attempts} attempts" if self.attempts > 1 else "in time"
            raise PublishFailed(f"The store at {url} did not answer {times}: {_told(last)}.") from last
        except httpx.HTTPError as error:
            raise PublishFailed(f"The store at {url} could not be asked: {_told(error)}.") from error
        if answer.status_code in _REDIRECTS:
            where = answer.headers.get("Location", "elsewhere")
            raise PublishFailed(f"The store at {url} has moved to {where}: name that address.")
        if answer.status_code in _REFUSED:
            raise PublishFailed(
                f"The store at {url} refuses {credentials().who} ({answer.status_code}): {credentials().advice}."
            )
        if answer.status_code >= _FIRST_ERROR and answer.status_code != also:
            words = " ".join(answer.text.split())[:_SHOWN]
            raise PublishFailed(f"The store at {url} answered {answer.status_code}: {words or answer.reason_phrase}.")
        return answer

    def _once(self, method: str, url: str, body: BinaryIO | None, **rest: Any) -> httpx.Response:
        if body is not None:
            size = str(body.seek(0, SEEK_END))
            rest |= {"content": _Again(body), "headers": {**rest["headers"], "Content-Length": size}}
        answer = self._client.request(method, url, **rest)
        if answer.status_code in _PASSING:
            raise _Passing(f"it answered {answer.status_code} {answer.reason_phrase}")
        return answer

    def works(self, method: str, url: str, **rest: Any) -> bool:
        """Tell whether there is a service that answers such a request; the body of the answer is not read.

        Raises PublishFailed if it refuses, or if nothing answers.
        """
        import httpx
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

        tries = Retrying(
            retry=retry_if_exception_type(httpx.TransportError),
            stop=stop_after_attempt(self.attempts),
            wait=wait_exponential_jitter(multiplier=self.pause, jitter=self.pause),
            reraise=True,
        )
        try:
            status = tries(self._status, method, url, **rest)
        except httpx.TransportError as error:
            raise PublishFailed(f"There is no store at {url}: {_told(error)}.") from error
        if status in _REFUSED:
            raise PublishFailed(f"The store at {url} refuses {credentials().who} ({status}): {credentials().advice}.")
        return status < _REDIRECTS.start

    def _status(self, method: str, url: str, **rest: Any) -> int:
        with self._client.stream(method, url, **rest) as answer:
            return answer.status_code


@dataclass(frozen=True)
class _Again:
    """A file as a body that is sent from its beginning each time: a challenge comes when it has gone out."""

    file: BinaryIO

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(0)
        while part := self.file.read(_PIECE):
            yield part


class _Passing(Exception):
    """An answer that says to try again."""


def find_services(store: DistantStore, table: Path, *, wanted: tuple[str, ...]) -> Services:
    """Return the addresses of a store's services; those that are not known are looked for at the usual places.

    `wanted` are ways of sending, "update" or "graph_store": the first that is there is found, and the query service
    with it. The places are those of the table. Raises PublishFailed if there is none.
    """
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = store.known
    for way in ("query", *wanted):
        if way != "query" and any(getattr(found, one) for one in wanted):
            break
        places = dict.fromkeys(_joined(store.url, row[way]) for row in rows)
        if not getattr(found, way):
            there = next((url for url in places if _PROBES[way](store, url)), "")
            found = found._replace(**{way: there})
        if way == "query" and not found.query:
            names = ", ".join(places)
            message = (
                f"No SPARQL endpoint answers at {names}. Name it with --query-url, and see `calcigraph publish --help`."
            )
            raise PublishFailed(message)
    if not any(getattr(found, one) for one in wanted):
        ways = " or ".join(way.replace("_", " ") for way in wanted)
        message = f"The store at {store.url} answers queries, and has no service for {ways} at the usual places."
        raise PublishFailed(f"{message} Name it with --update-url or --graph-store-url.")
    return found


def _queried(store: DistantStore, url: str) -> bool:
    headers = {"Accept": "application/sparql-results+json"}
    return store.works("POST", url, data={"query": "ASK {}"}, headers=headers)


def _updated(store: DistantStore, url: str) -> bool:
    return store.works("POST", url, content=b"INSERT DATA {}", headers={"Content-Type": "application/sparql-update"})


def _graphs_served(store: DistantStore, url: str) -> bool:
    return store.works("GET", url, params={"default": ""}, headers={"Accept": "application/n-triples"})


_PROBES = {"query": _queried, "update": _updated, "graph_store": _graphs_served}
"""Requests that change nothing, and that only such a service answers."""


def _joined(url: str, path: str) -> str:
    return f"{url.rstrip('/')}/{path}" if path else url


def _told(error: BaseException | None) -> str:
    """Return an error in words; some of those of a connection have none."""
    return str(error).rstrip(".") or type(error).__name__
