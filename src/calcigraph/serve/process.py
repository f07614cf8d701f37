"""One of several processes that serve from one socket; the supervisor starts it."""

from __future__ import annotations

import pickle
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from calcigraph.errors import CalcigraphError
from calcigraph.questions.catalog import catalog
from calcigraph.serve.line import Line
from calcigraph.serve.logs import log_to_standard_error
from calcigraph.serve.metrics import Metrics
from calcigraph.serve.run import configured, run
from calcigraph.serve.serving import Current

if TYPE_CHECKING:
    from calcigraph.serve.supervisor import Told
    from calcigraph.store.local import Build

_FAILED = 1


class _Process(uvicorn.Server):
    """uvicorn's server, which stops when its supervisor is gone, and tells it why it does not start."""

    def __init__(self, config: uvicorn.Config, current: Current, line: Line) -> None:
        super().__init__(config)
        self._current = current
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen to the supervisor, and to clients."""
        await self._line.open(self._alone)
        try:
            await super().startup(sockets)
        except SystemExit:
            self._line.say("", str(self._current.failed or ""))
            raise

    def _alone(self) -> None:
        self.should_exit = True


def main() -> None:
    """Serve from the socket that is handed over, as the supervisor says."""
    control, listener = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    for inherited in (control, listener):
        inherited.set_inheritable(False)
    told: Told = pickle.load(sys.stdin.buffer)  # noqa: S301 -- the process that started this one wrote it
    log_to_standard_error()
    line = Line(control)
    questions = catalog(told.product.question_files())
    current = Current(told.product, told.home, told.settings, Metrics(Path(told.metrics)), questions, line)
    try:
        run(_Process(configured(current, _newest(told)), current, line), current, listener)
    except CalcigraphError:
        # The supervisor was told, and tells it.
        sys.exit(_FAILED)


def _newest(told: Told) -> Build:
    """Return the build to begin with: the one that was there when the server started may have been swept since."""
    try:
        return told.home.current(told.product.seeds) or told.made
    except (OSError, ValueError):
        return told.made


if __name__ == "__main__":
    main()
