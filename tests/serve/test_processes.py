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


def connecting(served: Served) -> httpx.Client:
    """Return a client that connects anew for each request, so that any process may get it."""
    return httpx.Client(base_url=served.address, timeout=30, headers={"Connection": "close"})


def builds(served: Served) -> set[str]:
    """Return the builds that are served, if all processes answer; a process that is killed meanwhile is not asked."""
    with connecting(served) as client:
        try:
            answer = client.get("readyz")
        except httpx.TransportError:
            answer = client.get("readyz")
    return set(answer.json()["processes"]) if answer.status_code == 200 else set()


def counted(text: str, sample: str) -> float:
    """Return the value of a sample in Prometheus' format, or 0 if there is none."""
    found = re.search(rf"^{re.escape(sample)} ([\d.]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Iterator[Served]:
    """Return two processes on the tiny world."""
    with running(tmp_path_factory.mktemp("two"), *TWO, home=shared_home) as served:
        yield served


@contextmanager
def asking(served: Served, ask: Callable[[httpx.Client, int], None]) -> Iterator[None]:
    """Let three clients ask without pause while the block runs."""
    done = threading.Event()

    def go_on() -> None:
        number = 0
        with connecting(served) as client:
            while not done.wait(0.005):
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


def test_they_are_ready_together_and_count_and_log_as_one(two: Served) -> None:
    """The address is told when both answer; counters are sums, whoever is asked; lines of the log are whole."""
    assert len(processes(two)) == len(two.get("readyz").json()["processes"]) == 2
    padding = "x" * 400

    def ask() -> None:
        with connecting(two) as client:
            for number in range(50):
                client.get(f"healthz?{padding}{number}", headers={"User-Agent": padding})

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sample = 'calcigraph_requests_total{method="GET",route="/healthz",status="200"}'
    with connecting(two) as client:
        assert {counted(client.get("metrics").text, sample) for _ in range(8)} == {200}
    assert eventually(lambda: two.log.read_text().count("/healthz") == 200)
    lines = [json.loads(line) for line in two.log.read_text().splitlines()]
    assert sum(line.get("path") == "/healthz" for line in lines) == 200


def test_one_that_is_killed_is_replaced_and_the_other_answers(two: Served) -> None:
    """Who connects anew is answered at any moment; the server is not ready until both are; no count is lost."""
    before = processes(two)
    seen: list[int] = []
    lost: list[str] = []

    def ask(client: httpx.Client, number: int) -> None:
        try:
            seen.append(client.get("sparql", params={"query": f"{ALPHA} # {number}"}).status_code)
        except httpx.TransportError as error:
            # The process that was answering it was killed: no other can.
            lost.append(str(error))

    with asking(two, ask):
        assert eventually(lambda: len(seen) > 20)
        os.kill(before[0], signal.SIGKILL)
        answered = len(seen)
        assert eventually(lambda: builds(two) == set())
        assert eventually(lambda: len(builds(two)) == 1)
        assert len(seen) > answered
    assert set(seen) == {200}
    assert len(lost) <= 3, "one per client at most"
    assert [pid in before for pid in sorted(processes(two), key=before.__contains__)] == [False, True]
    sample = 'calcigraph_requests_total{method="GET",route="/sparql",status="200"}'
    assert counted(two.get("metrics").text, sample) >= len(seen)
    assert "another takes its place" in two.log.read_text()


def test_told_to_stop_all_answer_first_and_the_port_is_free(tmp_path: Path, shared_home: Path) -> None:
    """Queries that run are answered, no process is left, and the address can be taken again."""
    with running(tmp_path, *TWO, home=shared_home) as served:
        every = children(served.process.pid)
        answers: list[httpx.Response] = []
        ended: list[float] = []

        def ask(number: int) -> None:
            with connecting(served) as client:
                answers.append(client.post("sparql", data={"query": f"{SLOW} # {number}".replace("400", "250")}))
                ended.append(time.monotonic())

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        with connecting(served) as client:
            assert eventually(lambda: counted(client.get("metrics").text, "calcigraph_open_requests") == 3)
        told = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        assert served.process.wait(20) == 0
        assert [answer.status_code for answer in answers] == [200] * 2
        assert ended[0] > told, "all had ended before it was told"
        assert not any(alive(pid) for pid in every)
        with socket.create_server(("127.0.0.1", served.port)):
            pass


def test_a_new_build_is_served_by_all_without_losing_a_request(tmp_path: Path, own_home: Path) -> None:
    """While requests come, over old connections and new ones, both processes take a new build in.

    When the supervisor is killed afterwards, no process stays behind to answer for it.
    """
    seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
    with running(tmp_path, *TWO, home=own_home, seeds=seeds) as served:
        [before] = builds(served)
        record = seeds / "studies" / "alpha-2001.yaml"
        title = served.ask(ALPHA).json()["results"]["bindings"][0]["t"]["value"]
        record.write_text(record.read_text("utf-8").replace(title, "A title that is new"), encoding="utf-8")
        seen: set[tuple[int, str]] = set()

        def ask(client: httpx.Client, number: int) -> None:
            connection = "close" if number % 2 else "keep-alive"
            query = {"query": f"{ALPHA} # {number}"}
            answer = client.post("sparql", data=query, headers={"Connection": connection})
            seen.add((answer.status_code, answer.json()["results"]["bindings"][0]["t"]["value"]))

        with asking(served, ask):
            command = [sys.executable, "-m", "calcigraph", "build", "--seeds", str(seeds)]
            subprocess.run(command, env=os.environ | {"CALCIGRAPH_HOME": str(own_home)}, check=True)
            assert eventually(lambda: builds(served) not in ({before}, set()) and before not in builds(served))
            assert eventually(lambda: (200, "A title that is new") in seen)
        assert seen == {(200, title), (200, "A title that is new")}
        every = children(served.process.pid)
        assert len(every) >= 6
        served.process.kill()
        assert eventually(lambda: not any(alive(pid) for pid in every))
        with socket.create_server(("127.0.0.1", served.port)):
            pass


def test_if_they_cannot_start_it_says_why(own_home: Path) -> None:
    """A build that cannot be loaded ends the command with 1 and a sentence."""
    [dump] = own_home.glob("builds/*/graph.nq")
    dump.write_text("this is no quad", encoding="utf-8")
    command = [sys.executable, "-m", "calcigraph", "serve", "--port", "0", "--seeds", str(TINY), *TWO]
    environment = os.environ | {"CALCIGRAPH_HOME": str(own_home)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "could not be started" in ran.stderr.splitlines()[-1]
