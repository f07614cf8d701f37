"""What the command line says to people: progress and problems on standard error, and the exit code."""

from __future__ import annotations

import errno
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from calcigraph.errors import CalcigraphError, InvalidRecords, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from calcigraph.errors import Problem
    from calcigraph.questions.marks import Mark

FINDINGS = 1
WRONG_USE = 2
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
"""The errors of a disk that takes nothing more."""
_CLEAR = "\r\x1b[K"


def tell_marks(marks: Iterable[Mark]) -> None:
    """Say on standard error which sources are marked, and how."""
    for mark in marks:
        click.echo(f"Note: {mark.words}", err=True)


def ended(command: click.Command, arguments: Sequence[str] | None) -> int:  # noqa: C901 -- one branch per kind of end
    """Run the command and return the exit code: 0 fine, 1 findings, 2 wrong use."""
    try:
        code = command.main(args=arguments, prog_name="calcigraph", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as help_asked:
        help_asked.show()
        return WRONG_USE
    except click.ClickException as error:
        error.show()
        return WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return FINDINGS
    except InvalidRecords as error:
        show_problems(error.problems, least=Severity.VIOLATION)
        click.echo(str(error), err=True)
        return FINDINGS
    except LookupError as error:
        if not isinstance(error, CalcigraphError):
            raise
        click.echo(f"Error: {error}", err=True)
        return WRONG_USE
    except CalcigraphError as error:
        click.echo(f"Error: {error}", err=True)
        return WRONG_USE if isinstance(error, ValueError) else FINDINGS
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        if error.errno not in _FULL:
            raise
        return told_full(error)
    return code if isinstance(code, int) else 0


def told_full(error: OSError) -> int:
    """Say that what standard output goes to takes nothing more, and return the exit code."""
    click.echo(f"Error: The answer is cut off, because nothing more can be written: {error.strerror}.", err=True)
    return FINDINGS


def show_problems(problems: Iterable[Problem], *, least: Severity) -> None:
    """Write the problems of that severity and above to standard error, one a line."""
    weights = list(Severity)
    for problem in problems:
        if weights.index(problem.severity) <= weights.index(least):
            click.echo(str(problem), err=True)


def warn_if_stale(stale: Sequence[Problem], then: str) -> None:
    """Warn if the records have violations now; `then` says what the last good build does in their place."""
    if stale:
        click.echo(
            f"Warning: the records have {len(stale)} violations now, so {then}. `calcigraph validate` shows them.",
            err=True,
        )


@contextmanager
def needing(libraries: Collection[str], what: str, extra: str) -> Iterator[None]:
    """Say what to install if one of the libraries of an extra is missing; `what` says what needs it: "Figures need"."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in libraries:
            raise
        message = f"{what} {library}: pip install 'calcigraph[{extra}]'"
        raise click.UsageError(message) from error


def cluster_library() -> AbstractContextManager[None]:
    """Say what to install if Dask is missing."""
    return needing({"distributed", "dask"}, "A cluster needs", "cluster")


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a function that says what is going on, on one line, while someone watches; it says nothing to a file."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield lambda step: click.echo(f"{_CLEAR}{step} …", err=True, nl=False)
    finally:
        click.echo(_CLEAR, err=True, nl=False)
