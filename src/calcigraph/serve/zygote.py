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
    while True:
        text, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not text:
            os._exit(0)
        command = json.loads(text)
        if command["do"] == "fork":
            _say(control, {"pid": _fork(control, descriptors[0], make, settings, told["prefixes"])})
        else:
            _say(control, {"status": _end(command["pid"], kill=command["kill"])})


def _maker(build: str, settings: Settings) -> Any:
    """Return what gives a worker its store: the one in memory, or one that it opens on disk for itself."""
    from pathlib import Path

    from calcigraph.store.local import Build

    made = Build(Path(build))
    if made.info.quads > settings.in_memory:
        return made.open
    store = made.load()
    return lambda: store


def _fork(control: socket.socket, descriptor: int, make: Any, settings: Settings, prefixes: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        os.close(descriptor)
        return pid
    try:
        control.close()
        # What the engine prints when it runs out of memory is no news: the server reads how the worker ended.
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 2)
        os.close(nothing)
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


def _say(control: socket.socket, answer: dict[str, Any]) -> None:
    control.sendall(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
