"""The process that holds the graph and makes workers by forking: in milliseconds, and its memory is theirs.

It speaks with the server by lines of JSON on one socket, and has one thread and no library but the store's, so that
a fork is safe. When the server is gone it ends, and so do its workers.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from calcigraph.serve.settings import Limits, Settings
from calcigraph.serve.worker import work

if TYPE_CHECKING:
    import pyoxigraph as ox

_LONGEST = 2000
"""Bytes that are read of what a worker printed."""


def main() -> NoReturn:
    """Load the graph, say so, and make and end workers as the server tells."""
    control = socket.socket(fileno=int(sys.argv[1]))
    told: dict[str, Any] = json.loads(sys.argv[2])
    settings = Settings(services=tuple(told["services"]), in_memory=told["in_memory"], limits=Limits(**told["limits"]))
    # The terminal's Ctrl-C goes to the whole group: the server alone decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    make = _maker(told["build"], settings)
    gc.collect()
    gc.freeze()
    _say(control, {"ready": True})
    last_words: dict[int, int] = {}
    while True:
        text, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not text:
            os._exit(0)
        command = json.loads(text)
        if command["do"] == "fork":
            heard, said = os.pipe2(os.O_NONBLOCK)
            pid = os.fork()
            if not pid:
                control.close()
                _work(descriptors[0], said, make, settings, told["prefixes"])
            os.close(descriptors[0])
            os.close(said)
            last_words[pid] = heard
            _say(control, {"pid": pid})
        else:
            status = _end(command["pid"], kill=command["kill"])
            _say(control, {"status": status, "said": _read(last_words.pop(command["pid"]))})


def _maker(build: str, settings: Settings) -> Any:
    """Return what gives a worker its store: the one in memory, or one that it opens on disk for itself."""
    from pathlib import Path

    from calcigraph.store.local import Build

    made = Build(Path(build))
    if made.info.quads > settings.in_memory:
        return made.open
    store = made.load()
    return lambda: store


def _work(descriptor: int, said: int, make: Any, settings: Settings, prefixes: dict[str, str]) -> NoReturn:
    """Be a worker: what the engine prints when it fails goes where it can be read once the worker has ended."""
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard, other in enumerate((nothing, nothing, said)):
            os.dup2(other, standard)
        os.close(nothing)
        os.close(said)
        store: ox.Store = make()
        work(socket.socket(fileno=descriptor), store, settings, prefixes)
    finally:
        os._exit(1)


def _end(pid: int, *, kill: bool) -> int:
    """Wait until the worker has ended, after ending it if told so; return its exit code, negative for a signal."""
    if kill:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _read(descriptor: int) -> str:
    """Return what a worker that ended printed, or the beginning of it."""
    try:
        return os.read(descriptor, _LONGEST).decode(errors="replace")
    except BlockingIOError:
        return ""
    finally:
        os.close(descriptor)


def _say(control: socket.socket, answer: dict[str, Any]) -> None:
    control.sendall(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
