"""The socket on which a server listens, and its address as people write it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import uvicorn

from calcigraph.errors import CalcigraphError

if TYPE_CHECKING:
    from collections.abc import Callable

BACKLOG = 2048
"""Connections that the system keeps until the server takes them."""


class CannotListen(CalcigraphError, RuntimeError):
    """An address on which the server cannot listen."""


class Announcing(uvicorn.Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def listen(host: str, port: int) -> socket.socket:
    """Return the socket that listens there, on a free port if it is 0; raises CannotListen."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        message = f"The server cannot listen on {host}, port {port}: {error.strerror or error}."
        raise CannotListen(message) from error


def address_of(listener: socket.socket, path: str) -> str:
    """Return the address of a path on the server that listens there."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}{path}"
