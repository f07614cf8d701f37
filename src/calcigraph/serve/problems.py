"""What the server says when it cannot answer: a status, a reason and what to do, in a form that the client reads."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from calcigraph.errors import CalcigraphError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Why(StrEnum):
    """Why a request cannot be answered."""

    ACCEPT = "accept"
    BAD_REQUEST = "bad-request"
    BODY = "body"
    BUSY = "busy"
    DATASET = "dataset"
    DEPTH = "depth"
    EVALUATION = "evaluation"
    FAILED = "failed"
    FEDERATION = "federation"
    FORMAT = "format"
    LEFT = "left"
    MEDIA_TYPE = "media-type"
    MEMORY = "memory"
    METHOD = "method"
    NAME = "name"
    NOT_ACCEPTABLE = "not-acceptable"
    NOT_FOUND = "not-found"
    PARAMETER = "parameter"
    READ_ONLY = "read-only"
    SIZE = "size"
    SLOW = "slow"
    SYNTAX = "syntax"
    TIME = "time"


STATUS = {
    Why.ACCEPT: HTTPStatus.BAD_REQUEST,
    Why.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Why.BODY: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Why.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    Why.DATASET: HTTPStatus.BAD_REQUEST,
    Why.DEPTH: HTTPStatus.SERVICE_UNAVAILABLE,
    Why.EVALUATION: HTTPStatus.BAD_REQUEST,
    Why.FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    Why.FEDERATION: HTTPStatus.FORBIDDEN,
    Why.FORMAT: HTTPStatus.BAD_REQUEST,
    Why.LEFT: HTTPStatus.BAD_REQUEST,
    Why.MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Why.MEMORY: HTTPStatus.SERVICE_UNAVAILABLE,
    Why.METHOD: HTTPStatus.METHOD_NOT_ALLOWED,
    Why.NAME: HTTPStatus.BAD_REQUEST,
    Why.NOT_ACCEPTABLE: HTTPStatus.NOT_ACCEPTABLE,
    Why.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Why.PARAMETER: HTTPStatus.BAD_REQUEST,
    Why.READ_ONLY: HTTPStatus.FORBIDDEN,
    Why.SIZE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Why.SLOW: HTTPStatus.REQUEST_TIMEOUT,
    Why.SYNTAX: HTTPStatus.BAD_REQUEST,
    Why.TIME: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The HTTP status of each kind of problem."""


class Refused(CalcigraphError):
    """A request that cannot be answered; `code` says why, `facts` are parts for programs, `leads` paths to go on."""

    def __init__(self, code: Why, message: str, *, leads: Sequence[str] = (), **facts: Any) -> None:
        self.code = code
        self.facts = facts
        self.leads = tuple(leads)
        super().__init__(message)

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status."""
        return STATUS[self.code]
