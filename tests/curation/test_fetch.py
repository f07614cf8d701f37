"""Fetching, from recorded answers that a real HTTP server gives: pace, tries, cache, refusals."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import yaml

from calcigraph.curation.fetch import CROSSREF, PUBMED, TRIALS, asked_of, fetch
from calcigraph.errors import FetchFailed
from calcigraph.resources import resources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Recorded(ThreadingHTTPServer):
    """A server of recorded answers: by path, the status and body of one time after the other, the last one for good."""

    answers: dict[str, list[tuple[int, bytes]]]
    asked: list[tuple[str, float]]


class _Handler(BaseHTTPRequestHandler):
    server: Recorded

    def do_GET(self) -> None:
        self.server.asked.append((self.path, time.monotonic()))
        turn = sum(path == self.path for path, _ in self.server.asked) - 1
        answers = self.server.answers.get(self.path, [(404, b"Resource not found.")])
        status, body = answers[min(turn, len(answers) - 1)]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """Serve in the place of the three services."""
    with Recorded(("127.0.0.1", 0), _Handler) as served:
        served.answers, served.asked = {}, []
        threading.Thread(target=served.serve_forever, daemon=True).start()
        for service in (PUBMED, CROSSREF, TRIALS):
            monkeypatch.setenv(service.variable, f"http://127.0.0.1:{served.server_port}")
        yield served
        served.shutdown()


def _crossref() -> tuple[str, bytes]:
    """Return a DOI and CrossRef's answer for it, from what the record of that paper says."""
    seed = yaml.safe_load((resources().seeds / "reviews" / "traineau-2020.yaml").read_text(encoding="utf-8"))
    message = {"DOI": seed["doi"], "title": [seed["title"]], "volume": seed["volume"], "page": seed["pages"]}
    return seed["doi"], json.dumps({"status": "ok", "message": message}).encode()


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("31302187", PUBMED),
        ("PMID: 31302187", PUBMED),
        ("10.1016/j.jaad.2019.07.006", CROSSREF),
        ("https://doi.org/10.1016/j.jaad.2019.07.006", CROSSREF),
        ("nct03267277", TRIALS),
        ("31302187.nbib", None),
        ("NCT0326727", None),
    ],
)
def test_an_identifier_is_told_from_a_file(text: str, service: object) -> None:
    """A PMID, a DOI and a trial number each lead to their service; anything else is no identifier."""
    asked = asked_of(text)
    assert (asked[0] if asked else None) is service


def test_an_answer_is_kept(server: Recorded, tmp_path: Path) -> None:
    """The second time the service is not asked."""
    doi, body = _crossref()
    asked = asked_of(doi)
    assert asked is not None
    server.answers[asked[1]] = [(200, body), (500, b"")]
    assert fetch(*asked, tmp_path) == fetch(*asked, tmp_path) == body
    assert len(server.asked) == 1


def test_a_refusal_that_may_pass_is_tried_again_when_the_service_says(server: Recorded, tmp_path: Path) -> None:
    """After 429 the next try waits as long as the service asks, after 503 a little."""
    doi, body = _crossref()
    asked = asked_of(doi)
    assert asked is not None
    server.answers[asked[1]] = [(429, b""), (503, b""), (200, body)]
    assert fetch(*asked, tmp_path) == body
    first, second, third = (when for _, when in server.asked)
    assert second - first >= 1.0
    assert third - second >= 0.5


def test_what_a_service_does_not_know_is_not_tried_again(server: Recorded, tmp_path: Path) -> None:
    """A number that is unknown is answered in words, after one question, and nothing is kept."""
    asked = asked_of("NCT00000000")
    assert asked is not None
    with pytest.raises(FetchFailed, match=r"ClinicalTrials.gov does not know it"):
        fetch(*asked, tmp_path)
    assert len(server.asked) == 1
    assert not [path for path in (tmp_path / "fetched").iterdir() if path.suffix != ".last"]


def test_questions_keep_the_pace(server: Recorded, tmp_path: Path) -> None:
    """Between two questions to one service lies the time that it asks for, so the third comes two such times late."""
    start = time.monotonic()
    for number in ("11111", "22222", "33333"):
        server.answers[f"/efetch.fcgi?db=pubmed&retmode=xml&tool=calcigraph&id={number}"] = [(200, b"<a/>")]
        asked = asked_of(number)
        assert asked is not None
        fetch(*asked, tmp_path)
    assert len(server.asked) == 3
    assert server.asked[-1][1] - start >= 2 * PUBMED.pace * 0.9


def test_without_network_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where nothing answers, the message says to save the file and give that."""
    monkeypatch.setenv(CROSSREF.variable, "http://127.0.0.1:1")
    with pytest.raises(FetchFailed, match="save its page or file"):
        fetch(CROSSREF, "/works/x", tmp_path)
