"""The two SHACL engines, each behind one function from N-Triples and Turtle to results.

pyshifty is the default; pySHACL is the reference. pySHACL runs in a child process: a failed run leaves
rdflib's literal handling changed, and a good one adds to the shapes graph that it was given.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from calcigraph.errors import EngineFailed
from calcigraph.validation.report import results_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calcigraph.validation.report import Result

_CHILD = "from calcigraph.validation.engines import _pyshacl_child; _pyshacl_child()"
_BOUNDARY = b"\n#### shapes ####\n"


def validate_with_pyshifty(data: bytes, shapes: str) -> list[Result]:
    """Return what pyshifty finds in N-Triples `data` by the Turtle `shapes`.

    Raises EngineFailed if it cannot read either.
    """
    import shifty

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", shifty.ShaclDiagnosticWarning)
            with _quiet_literals():
                _, report, _ = _prepared(shapes).validate(data.decode(), infer=False, on_unsupported="error")
    except (ValueError, shifty.ShaclDiagnosticWarning) as error:
        message = f"pyshifty could not validate: {error}"
        raise EngineFailed(message) from error
    return results_of(report)


@contextmanager
def _quiet_literals() -> Iterator[None]:
    """Keep rdflib from writing a traceback for each literal without a value, such as a date that is none.

    The shapes find it, and the report tells it.
    """
    import logging

    logger = logging.getLogger("rdflib.term")
    was, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = was


@cache
def _prepared(shapes: str) -> Any:
    import shifty

    return shifty.PreparedValidator(shapes)


def validate_with_pyshacl(data: bytes, shapes: str) -> list[Result]:
    """Return what pySHACL finds in N-Triples `data` by the Turtle `shapes`.

    Raises EngineFailed if the child process does not finish well.
    """
    from rdflib import Graph

    child = subprocess.run(  # noqa: S603 -- our own interpreter and code
        [sys.executable, "-c", _CHILD], input=data + _BOUNDARY + shapes.encode(), capture_output=True, check=False
    )
    if child.returncode:
        message = f"pySHACL could not validate: {child.stderr.decode(errors='replace').strip().splitlines()[-1]}"
        raise EngineFailed(message)
    return results_of(Graph().parse(data=child.stdout, format="nt"))


def _pyshacl_child() -> None:
    from pyshacl import validate
    from rdflib import Graph

    data, _, shapes = sys.stdin.buffer.read().partition(_BOUNDARY)
    _, report, _ = validate(
        Graph().parse(data=data, format="nt"), shacl_graph=Graph().parse(data=shapes, format="turtle"), inference="none"
    )
    sys.stdout.buffer.write(report.serialize(format="nt", encoding="utf-8"))


def engine(name: str) -> Callable[[bytes, str], list[Result]]:
    """Return the engine of that name: `pyshifty` or `pyshacl`."""
    return {"pyshifty": validate_with_pyshifty, "pyshacl": validate_with_pyshacl}[name]
