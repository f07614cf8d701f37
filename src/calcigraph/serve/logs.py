"""What the server tells those who run it: lines of JSON on standard error."""

from __future__ import annotations

import json
import logging
import time


class _Line(logging.Formatter):
    """Makes one line of JSON of a message; the lines of requests are such already."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def log_to_standard_error() -> None:
    """Write the log of the server and of uvicorn to standard error, and nowhere else."""
    for name, level, form in (
        ("calcigraph.access", logging.INFO, logging.Formatter("%(message)s")),
        ("calcigraph.serve", logging.INFO, _Line()),
        ("uvicorn", logging.WARNING, _Line()),
    ):
        handler = logging.StreamHandler()
        handler.setFormatter(form)
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
