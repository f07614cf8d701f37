"""Start the server, in this process or in several, and stop it in order when it is told to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import uvicorn

from calcigraph.questions.catalog import catalog
from calcigraph.serve.app import application
from calcigraph.serve.connections import bounded
from calcigraph.serve.listening import BACKLOG, Announcing, address_of, listen
from calcigraph.serve.logs import log_to_standard_error
from calcigraph.serve.metrics import Metrics
from calcigraph.serve.serving import Current
from calcigraph.serve.supervisor import Supervisor, Told

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from calcigraph.resources import Resources
    from calcigraph.serve.settings import Settings
    from calcigraph.store.local import Build, Home


def serve(made: Build, product: Resources, home: Home, settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serve the build until the process is told to stop; `ready` is told the address once it listens.

    Raises CannotListen if the address is taken, and PoolFailed if the workers do not start.
    """
    log_to_standard_error()
    listener = listen(settings.host, settings.port)
    address = address_of(listener, settings.base + "/")
    with listener:
        if settings.processes > 1:
            told = Told(made, product, home, settings)
            asyncio.run(Supervisor(told, listener, lambda: ready(address)).run())
            return
        current = Current(product, home, settings, Metrics(), catalog(product.question_files()))
        server = Announcing(configured(current, made), lambda: ready(address))
        run(server, current, listener)


def configured(current: Current, made: Build) -> uvicorn.Config:
    """Return how uvicorn is to serve the build."""
    limits = current.settings.limits
    return uvicorn.Config(
        application(current, made),
        http=bounded(limits, current.repeat),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=int(limits.idle_seconds),
        timeout_graceful_shutdown=int(limits.seconds) + 1,
        backlog=BACKLOG,
    )


def run(server: uvicorn.Server, current: Current, listener: socket.socket) -> None:
    """Run the server until the process is told to stop; raises what kept it from starting."""
    try:
        server.run(sockets=[listener])
    except SystemExit:
        if current.failed is None:
            raise
        raise current.failed from None
