"""Start the server, and stop it in order when it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

from calcigraph.questions.catalog import catalog
from calcigraph.serve.app import application
from calcigraph.serve.connections import bounded
from calcigraph.serve.listening import BACKLOG, Announcing, address_of, listen
from calcigraph.serve.logs import log_to_standard_error
from calcigraph.serve.metrics import Metrics
from calcigraph.serve.serving import Current

if TYPE_CHECKING:
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
        backlog=BACKLOG,
    )
    server = Announcing(config, lambda: ready(address_of(listener, settings.base + "/")))
    with listener:
        try:
            server.run(sockets=[listener])
        except SystemExit:
            if current.failed is None:
                raise
            raise current.failed from None
