"""What the server is told when it starts: where it listens, and what a request may cost."""

from __future__ import annotations

from dataclasses import dataclass, field

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost, in seconds and bytes, and how many there may be."""

    seconds: float = 10.0
    """Wall time of one query, after which its worker is ended."""
    memory: int = 512 * MIB
    """Bytes of memory that a worker may take besides the graph."""
    result: int = 64 * MIB
    """Bytes of one result, uncompressed."""
    body: int = MIB
    """Bytes of a request's body: a query with its data blocks."""
    head: int = 64 * 1024
    """Bytes of a request's line and headers."""
    receive_seconds: float = 10.0
    """How long a client may take to send a head, or a body."""
    send_seconds: float = 30.0
    """How long a client may take nothing of an answer that is being sent."""
    idle_seconds: float = 20.0
    """How long a connection may stay open between two requests."""
    connections: int = 2000
    """Open connections; when one more comes, the one that has been idle longest is closed."""
    waiting: int = 64
    """Queries that may wait for a worker; one more is told to come back."""
    cache: int = 64 * MIB
    """Bytes of answers that are kept, so that a repeated question need not run."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server runs."""

    host: str = "127.0.0.1"
    port: int = 8000
    base: str = ""
    """The path below which everything lies, without a slash at its end: what a reverse proxy leaves in front."""
    processes: int = 1
    """Processes that take requests, all at one address. Each has its own workers and limits."""
    workers: int = 2
    """Processes that run queries, for each of those that take requests."""
    services: tuple[str, ...] = ()
    """Endpoints that a query may name in SERVICE. With any, workers may open connections."""
    in_memory: int = 1_000_000
    """Quads up to which the graph is held in memory, shared by the workers."""
    limits: Limits = field(default_factory=Limits)
