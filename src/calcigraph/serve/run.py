"""Start the server, and stop it in order when it is told to."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import uvicorn

from calcigraph.errors import CalcigraphError
from calcigraph.questions.catalog import catalog
from calcigraph.serve.app import application
from calcigraph.serve.connections import bounded
from calcigraph.serve.logs import log_to_standard_error
from calcigraph.serve.metrics import Metrics
from calcigraph.serve.serving import Current

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph.resources import Resources
    from calcigraph.serve.settings import Settings
    from calcigraph.store.local import Build, Home

_BACKLOG = 2048


class CannotListen(CalcigraphError, RuntimeError):
    """An address on which the server cannot listen."""


def serve(made: Build, product: Resources, home: Home, settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serve the build until the process is told to stop; `ready` is told the address once it listens.

    Raises CannotListen if the address is taken, and PoolFailed if the workers do not start.
    """
    log_to_standard_error()
    listener = _listen(settings)
    current = Current(product, home, settings, Metrics(), catalog(product.question_files()))
    config = uvicorn.Config(
        application(current, made),
        http=bounded(settings.limits),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=int(settings.limits.idle_seconds),
        timeout_graceful_shutdown=int(settings.limits.seconds) + 1,
        backlog=_BACKLOG,
    )
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    server = _Server(config, lambda: ready(f"http://{shown}:{port}{settings.base}/"))
    with listener:
        try:
            server.run(sockets=[listener])
        except SystemExit:
            if current.failed is None:
                raise
            raise current.failed from None


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        message = f"The server cannot listen on {settings.host}, port {settings.port}: {error.strerror or error}."
        raise CannotListen(message) from error
