"""What the server counts, for Prometheus; several processes that serve from one socket give their sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from prometheus_client.core import Metric

    from calcigraph.store.local import BuildInfo

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Build:
    """Tells which build this process serves: that has no sum."""

    def __init__(self) -> None:
        self.info: BuildInfo | None = None

    def collect(self) -> Iterable[Metric]:
        """Yield the facts, as the library asks for them."""
        if self.info is not None:
            yield GaugeMetricFamily("calcigraph_quads", "Quads of the build that is served", value=self.info.quads)
            yield InfoMetricFamily("calcigraph_build", "The build that is served", value={"digest": self.info.digest})


class Metrics:
    """The counters of one server, whose processes count in one folder if they are several."""

    def __init__(self, folder: Path | None = None) -> None:
        self._registry = CollectorRegistry()
        self._all = self._registry
        if folder is not None:
            self._all = CollectorRegistry()
            MultiProcessCollector(self._all, str(folder))  # type: ignore[no-untyped-call]
        self._build = _Build()
        self._all.register(self._build)
        self._requests = Counter(
            "calcigraph_requests", "Requests answered", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "calcigraph_request_seconds", "Time to an answer", ("route",), buckets=_SECONDS, registry=self._registry
        )
        self._bytes = Counter("calcigraph_sent_bytes", "Bytes of bodies sent", registry=self._registry)
        self._ended = Counter(
            "calcigraph_workers_ended",
            "Workers replaced, by the limit they broke",
            ("reason",),
            registry=self._registry,
        )
        cached = Counter("calcigraph_cache", "Answers looked for in memory", ("found",), registry=self._registry)
        self._cached = {True: cached.labels("yes"), False: cached.labels("no")}
        self._repeated = Counter(
            "calcigraph_repeated", "Answers given again as they had been sent", registry=self._registry
        )
        self._open = Gauge(
            "calcigraph_open_requests",
            "Requests being answered",
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    def started(self) -> None:
        """Count a request that came."""
        self._open.inc()

    def ended_request(self) -> None:
        """Count that one request less is being answered."""
        self._open.dec()

    def counter(self, *, route: str, method: str, status: int, sent: int) -> Callable[[float], None]:
        """Return what counts a request that was answered so, in so many seconds."""
        requests, seconds = self._requests.labels(route, method, str(status)), self._seconds.labels(route)

        def count(taken: float) -> None:
            requests.inc()
            seconds.observe(taken)
            self._bytes.inc(sent)

        return count

    def ended(self, reason: str) -> None:
        """Count a worker that had to be replaced."""
        self._ended.labels(reason).inc()

    def cached(self, *, hit: bool) -> None:
        """Count a look for an answer in memory."""
        self._cached[hit].inc()

    def repeated(self) -> None:
        """Count an answer that was given again as it had been sent."""
        self._repeated.inc()

    def opened(self, info: BuildInfo) -> None:
        """Note which build is served."""
        self._build.info = info

    def text(self) -> bytes:
        """Return all counters in Prometheus' text format."""
        return generate_latest(self._all)
