"""What the server says when it cannot answer: a status, a reason and what to do, in a form that the client reads."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from calcigraph.errors import CalcigraphError

STATUS = {
    "accept": HTTPStatus.BAD_REQUEST,
    "bad-request": HTTPStatus.BAD_REQUEST,
    "body": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "dataset": HTTPStatus.BAD_REQUEST,
    "depth": HTTPStatus.SERVICE_UNAVAILABLE,
    "evaluation": HTTPStatus.BAD_REQUEST,
    "failed": HTTPStatus.INTERNAL_SERVER_ERROR,
    "federation": HTTPStatus.FORBIDDEN,
    "format": HTTPStatus.BAD_REQUEST,
    "media-type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "memory": HTTPStatus.SERVICE_UNAVAILABLE,
    "method": HTTPStatus.METHOD_NOT_ALLOWED,
    "name": HTTPStatus.BAD_REQUEST,
    "not-acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "not-found": HTTPStatus.NOT_FOUND,
    "parameter": HTTPStatus.BAD_REQUEST,
    "read-only": HTTPStatus.FORBIDDEN,
    "size": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "slow": HTTPStatus.REQUEST_TIMEOUT,
    "syntax": HTTPStatus.BAD_REQUEST,
    "time": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The HTTP status of each kind of problem."""


class Refused(CalcigraphError):
    """A request that cannot be answered; `code` is a key of `STATUS`, `facts` are parts for programs."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(message)

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status."""
        return STATUS[self.code]
