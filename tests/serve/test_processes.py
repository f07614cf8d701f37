"""Several processes at one address: a client sees one server, while one of them dies, a build comes or all stop."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from .conftest import TINY, Served, eventually, running
from .test_running import ALPHA, SLOW, alive, children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TWO = ("--processes", "2", "--workers", "1")


def processes(served: Served) -> list[int]:
    """Return the processes that take requests."""
    return [
        int(one) for one in Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    ]


def builds(served: Served) -> set[str]:
    """Return the builds that are served, if all processes answer; it asks over a connection of its own."""
    answer = httpx.get(served.address + "readyz")
    return set(answer.json()["processes"]) if answer.status_code == 200 else set()


def counted(text: str, sample: str) -> float:
    """Return the value of a sample in Prometheus' format, or 0 if there is none."""
    found = re.search(rf"^{re.escape(sample)} ([\d.]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Served, Path]]:
    """Return two processes on records that a test may change, and their folder."""
    seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
    with running(tmp_path, *TWO, home=tmp_path / "home", seeds=seeds) as served:
        yield served, seeds


@contextmanager
def asking(served: Served, ask: Callable[[httpx.Client, int], None]) -> Iterator[None]:
    """Let three clients ask without pause while the block runs."""
    done = threading.Event()

    def go_on() -> None:
        number = 0
        with httpx.Client(base_url=served.address, timeout=30) as client:
            while not done.is_set():
                number += 1
                ask(client, number)

    threads = [threading.Thread(target=go_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def test_they_are_ready_together_and_count_and_log_as_one(tmp_path: Path, shared_home: Path) -> None:
    """The address is told when both answer; counters are sums, whoever is asked; lines of the log are whole."""
    with running(tmp_path, *TWO, home=shared_home) as served:
        assert len(processes(served)) == 2
        assert len(served.get("readyz").json()["processes"]) == 2
        sent = 200
        padding = "x" * 400

        def ask() -> None:
            for number in range(sent // 4):
                # A connection each, so that both processes get some.
                httpx.get(f"{served.address}healthz?{padding}{number}", headers={"User-Agent": padding})

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sample = 'calcigraph_requests_total{method="GET",route="/healthz",status="200"}'
        assert {counted(httpx.get(served.address + "metrics").text, sample) for _ in range(6)} == {float(sent)}
        assert all(Path(f"/proc/{pid}/fd").exists() for pid in processes(served))
        assert eventually(lambda: served.log.read_text().count("/healthz") == sent)
        lines = [json.loads(line) for line in served.log.read_text().splitlines()]
        assert sum(line.get("path") == "/healthz" for line in lines) == sent


def test_one_that_is_killed_is_replaced_and_others_answer(two: tuple[Served, Path]) -> None:
    """A client that connects anew is answered at any moment; the server is ready again, and no count is lost."""
    served, _ = two
    before = processes(served)
    seen: list[int] = []
    lost: list[str] = []

    def ask(client: httpx.Client, number: int) -> None:
        del client
        try:
            seen.append(httpx.get(f"{served.address}sparql", params={"query": f"{ALPHA} # {number}"}).status_code)
        except httpx.TransportError as error:
            # It was being answered by the process that was killed: nobody else can.
            lost.append(type(error).__name__)

    with asking(served, ask):
        assert eventually(lambda: len(seen) > 20)
        os.kill(before[0], signal.SIGKILL)
        answered = len(seen)
        assert eventually(lambda: len(seen) > answered + 20)
        assert eventually(lambda: processes(served) not in (before, before[1:]))
        assert eventually(lambda: len(builds(served)) == 1)
    assert set(seen) == {200}
    assert len(lost) <= 3, "one per client at most"
    assert before[1] in processes(served)
    assert len(processes(served)) == 2
    sample = 'calcigraph_requests_total{method="GET",route="/sparql",status="200"}'
    assert counted(served.get("metrics").text, sample) >= len(seen)
    assert "another takes its place" in served.log.read_text()


def test_while_one_is_missing_the_server_is_not_ready(two: tuple[Served, Path]) -> None:
    """Readiness is that of all: 503 as soon as one is gone, and 200 with both."""
    served, _ = two
    os.kill(processes(served)[0], signal.SIGKILL)
    assert eventually(lambda: httpx.get(served.address + "readyz").status_code == 503)
    assert httpx.get(served.address + "healthz").status_code == 200
    assert eventually(lambda: httpx.get(served.address + "readyz").status_code == 200)


def test_a_new_build_is_served_by_all_without_losing_a_request(two: tuple[Served, Path]) -> None:
    """While requests come without pause, over old and new connections, both processes take a new build in."""
    served, seeds = two
    [before] = builds(served)
    record = seeds / "studies" / "alpha-2001.yaml"
    title = served.ask(ALPHA).json()["results"]["bindings"][0]["t"]["value"]
    record.write_text(record.read_text("utf-8").replace(title, "A title that is new"), encoding="utf-8")
    seen: set[tuple[int, str]] = set()

    def ask(client: httpx.Client, number: int) -> None:
        asked = {"query": f"{ALPHA} # {number}"}
        answer = client.post("sparql", data=asked) if number % 2 else httpx.post(f"{served.address}sparql", data=asked)
        seen.add((answer.status_code, answer.json()["results"]["bindings"][0]["t"]["value"]))

    with asking(served, ask):
        command = [sys.executable, "-m", "calcigraph", "build", "--seeds", str(seeds)]
        subprocess.run(command, env=os.environ | {"CALCIGRAPH_HOME": str(seeds.parent / "home")}, check=True)
        assert eventually(lambda: builds(served) not in ({before}, set()) and before not in builds(served))
        seen_before = set(seen)
        assert eventually(lambda: (200, "A title that is new") in seen)
    assert seen == {(200, title), (200, "A title that is new")}
    assert seen_before <= seen


def test_told_to_stop_all_answer_first_and_the_port_is_free(two: tuple[Served, Path]) -> None:
    """Queries that run in both processes are answered, no process is left, and the address can be taken."""
    served, _ = two
    every = children(served.process.pid)
    answers: list[httpx.Response] = []

    def ask(number: int) -> None:
        answers.append(httpx.post(f"{served.address}sparql", data={"query": f"{SLOW} # {number}"}, timeout=60))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    served.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    assert served.process.wait(20) == 0
    assert [answer.status_code for answer in answers] == [200] * 4
    assert not any(alive(pid) for pid in every)
    with socket.create_server(("127.0.0.1", served.port)):
        pass


def test_when_the_supervisor_is_killed_all_stop(two: tuple[Served, Path]) -> None:
    """No process stays behind to answer for a server that is gone."""
    served, _ = two
    every = children(served.process.pid)
    assert len(every) == 6
    served.process.kill()
    assert eventually(lambda: not any(alive(pid) for pid in every))
    with socket.create_server(("127.0.0.1", served.port)):
        pass


def test_if_they_cannot_start_it_says_why(two: tuple[Served, Path], tmp_path: Path) -> None:
    """A build that cannot be loaded ends the command with 1 and a sentence, and leaves no process."""
    served, seeds = two
    [digest] = builds(served)
    (tmp_path / "home" / "builds" / digest / "graph.nq").write_text("this is no quad", encoding="utf-8")
    command = [sys.executable, "-m", "calcigraph", "serve", "--port", "0", "--seeds", str(seeds), *TWO]
    ran = subprocess.run(
        command,
        env=os.environ | {"CALCIGRAPH_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "could not be started" in ran.stderr.splitlines()[-1]
