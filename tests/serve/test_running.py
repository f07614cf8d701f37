"""How the server lives: it says whether it is ready, logs, counts, takes a new build in, and stops in order."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from .conftest import TINY, Served, eventually, running

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = """
SELECT (COUNT(*) AS ?n)
{ { SELECT ?c { ?a ?b ?c } LIMIT 400 } ?d ?e ?f FILTER(STRLEN(STR(?c)) < STRLEN(STR(?f))) }
"""
ALPHA = "SELECT ?t { <https://w3id.org/calcigraph/study/alpha-2001> <http://purl.org/dc/terms/title> ?t }"


def children(pid: int) -> list[int]:
    """Return the processes that a process started, and that these started."""
    found = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [deeper for one in found for deeper in children(one)]


def alive(pid: int) -> bool:
    """Return whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_says_how_it_is(server: Served) -> None:
    """It lives, it is ready, and says from which build it answers; none of it is cached."""
    assert server.get("healthz").json() == {"status": "ok"}
    ready = server.get("readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert len(ready.json()["build"]) == 32
    assert ready.headers["cache-control"] == "no-store"


def test_each_request_is_logged_and_counted(server: Served) -> None:
    """One line of JSON per request on standard error; counters by route, not by path."""
    server.get("study/alpha-2001", headers={"User-Agent": 'me "quoted"\x7f'.replace("\x7f", "")})
    server.get("study/nobody-0000")
    assert eventually(lambda: "nobody-0000" in server.log.read_text())
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    last = next(line for line in lines if line.get("path") == "/study/alpha-2001" and 'me "quoted"' in line["agent"])
    assert (last["method"], last["status"]) == ("GET", 200)
    assert last["ms"] > 0
    text = server.get("metrics").text
    assert 'calcigraph_requests_total{method="GET",route="/{path:path}",status="404"}' in text
    assert "nobody" not in text
    assert "calcigraph_request_seconds_bucket" in text
    assert f'calcigraph_build_info{{digest="{server.get("readyz").json()["build"]}"}} 1.0' in text


def test_a_log_line_is_one_line(server: Served) -> None:
    """A path with a line break cannot forge a line of the log."""
    server.get("nowhere%0a%7b%22forged%22%3a1%7d")
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"no HTTP\r\n\r\n")
        assert b" 400 " in connection.recv(1000)
    assert eventually(lambda: "forged" in server.log.read_text())
    for line in server.log.read_text().splitlines():
        assert {"path", "message"} & set(json.loads(line))


@pytest.fixture
def own(tmp_path: Path, own_home: Path) -> Iterator[tuple[Served, Path]]:
    """Return a server on records that a test may change, and their folder."""
    seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
    with running(tmp_path, home=own_home, seeds=seeds) as served:
        yield served, seeds


def test_a_new_build_is_served_without_losing_a_request(own: tuple[Served, Path]) -> None:
    """While requests come without pause, a build is swapped in: all are answered, first the old, then the new title."""
    served, seeds = own
    before = served.get("readyz").json()["build"]
    old_processes = set(children(served.process.pid))
    tag = served.get("sparql", params={"query": ALPHA}).headers["etag"]
    record = seeds / "studies" / "alpha-2001.yaml"
    text = record.read_text(encoding="utf-8")
    title = served.ask(ALPHA).json()["results"]["bindings"][0]["t"]["value"]
    record.write_text(text.replace(title, "A title that is new"), encoding="utf-8")
    seen: list[tuple[int, str]] = []
    done = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=served.address, timeout=30) as client:
            number = 0
            while not done.is_set():
                number += 1
                answer = client.post("sparql", data={"query": f"{ALPHA} # {number}"})
                rows = answer.json()["results"]["bindings"] if answer.status_code == 200 else []
                seen.append((answer.status_code, rows[0]["t"]["value"] if rows else ""))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    command = [sys.executable, "-m", "calcigraph", "build", "--seeds", str(seeds)]
    subprocess.run(command, env=os.environ | {"CALCIGRAPH_HOME": str(seeds.parent / "home")}, check=True)
    assert eventually(lambda: served.get("readyz").json()["build"] != before)
    time.sleep(0.5)
    done.set()
    for thread in threads:
        thread.join()
    assert {status for status, _ in seen} == {200}
    assert {found for _, found in seen} == {title, "A title that is new"}
    after = served.get("sparql", params={"query": ALPHA}, headers={"If-None-Match": tag})
    assert (after.status_code, after.headers["etag"] != tag) == (200, True)
    assert eventually(lambda: not any(alive(pid) for pid in old_processes)), "the old workers are still there"


def test_a_folder_of_builds_that_cannot_be_read_for_a_while_is_looked_at_again(own: tuple[Served, Path]) -> None:
    """The old build is served meanwhile, the trouble is told once, and the next build is taken in all the same."""
    served, seeds = own
    before = served.get("readyz").json()["build"]
    [pointer] = (seeds.parent / "home" / "current").iterdir()
    pointer.unlink()
    pointer.mkdir()
    assert eventually(lambda: "Is a directory" in served.log.read_text())
    time.sleep(1.5)
    assert served.ask(ALPHA).status_code == 200
    assert served.log.read_text().count("the one before stays") == 1
    pointer.rmdir()
    record = seeds / "studies" / "alpha-2001.yaml"
    record.write_text(record.read_text("utf-8") + "# changed\n", encoding="utf-8")
    command = [sys.executable, "-m", "calcigraph", "build", "--seeds", str(seeds)]
    subprocess.run(command, env=os.environ | {"CALCIGRAPH_HOME": str(seeds.parent / "home")}, check=True)
    assert eventually(lambda: served.get("readyz").json()["build"] != before)


def test_workers_that_die_are_replaced(own: tuple[Served, Path]) -> None:
    """When the processes behind it are ended by somebody else, the server answers again after a moment."""
    served, _ = own
    for pid in children(served.process.pid):
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: served.ask(f"{ALPHA} # {time.monotonic()}").status_code == 200)
    assert served.get("readyz").status_code == 200


def test_told_to_stop_it_answers_first(own: tuple[Served, Path]) -> None:
    """A query that runs is answered, new connections are not taken, and no process is left."""
    served, _ = own
    workers = children(served.process.pid)
    answers: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: answers.append(served.ask(SLOW)))
    thread.start()
    time.sleep(0.3)
    served.process.send_signal(signal.SIGTERM)
    thread.join()
    assert served.process.wait(20) in {0, -signal.SIGTERM}
    assert answers[0].status_code == 200
    assert answers[0].elapsed.total_seconds() > 0.35, "the query had ended before the server was told"
    assert not any(alive(pid) for pid in workers)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", served.port), timeout=1)


def test_ended_at_once_it_leaves_no_process(own: tuple[Served, Path]) -> None:
    """When the server is killed its workers end too, those that run a query within their time."""
    served, _ = own
    workers = children(served.process.pid)
    assert len(workers) == 3
    served.process.kill()
    assert eventually(lambda: not any(alive(pid) for pid in workers))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--limit", "secnds=3"], "Nearest: seconds"),
        (["--limit", "seconds=soon"], "number above 0"),
        (["--limit", "seconds=0"], "number above 0"),
        (["--limit", "waiting=1.5"], "whole number"),
        (["--port", "70000"], "65535"),
        (["--workers", "0"], "x>=1"),
    ],
)
def test_wrong_use_says_what_is_right(arguments: list[str], said: str, tmp_path: Path) -> None:
    """A wrong option ends with 2 and the right one; nothing is built or served."""
    command = [sys.executable, "-m", "calcigraph", "serve", *arguments]
    ran = subprocess.run(
        command, env=os.environ | {"CALCIGRAPH_HOME": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_address_that_is_taken_is_said(server: Served, shared_home: Path) -> None:
    """A port in use ends with 1 and a sentence."""
    command = [sys.executable, "-m", "calcigraph", "serve", "--port", str(server.port), "--seeds", str(TINY)]
    ran = subprocess.run(
        command, env=os.environ | {"CALCIGRAPH_HOME": str(shared_home)}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"cannot listen on 127.0.0.1, port {server.port}" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_log_that_takes_nothing_more_keeps_no_answer_back(tmp_path: Path, shared_home: Path) -> None:
    """With the disk of its log full it answers as before: new requests, and such as come again."""
    (tmp_path / "server.log").symlink_to("/dev/full")
    with running(tmp_path, home=shared_home) as served:
        for number in range(40):
            assert served.get(f"healthz?{'x' * 400}{number}").status_code == 200
            assert served.ask(ALPHA).status_code == 200
