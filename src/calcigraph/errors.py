"""The errors of Calcigraph, and the problems that they carry.

CalcigraphError
├── UnknownName (LookupError)      a name that no term has, with the nearest ones
├── AmbiguousName (LookupError)    a name that several terms have
├── UnknownQuestion (LookupError)  a question that is not in the catalogue
├── BadQuestion (ValueError)       a question file without a proper header
├── BadParameter (ValueError)      a parameter that the question does not take
├── BadDate (ValueError)           a day that is none, or one in the future
├── InvalidRecords (ValueError)    records that were refused; the last good build stays in use
├── BadRegistry (ValueError)       a calcigraph.toml that is not right
├── BadSource (ValueError)         data on a publication that cannot be read, or not as one
├── AlreadyThere (RuntimeError)    a publication that has its record already
├── BadFolder (ValueError)         a folder that holds other files than what would be written there
├── NothingToDraw (LookupError)    a figure of what has no findings
├── BadOutput (ValueError)         a file to which a figure or an export cannot be written
├── BuildFailed (RuntimeError)     a build that could not be written
├── SiteFailed (RuntimeError)      a documentation that could not be written
├── FigureFailed (RuntimeError)    a figure that could not be written
├── ReportFailed (RuntimeError)    a report that could not be written
├── ExportFailed (RuntimeError)    an export that could not be written
├── BadImport (ValueError)         a file that cannot be imported
├── BadName (ValueError)           a name that an import cannot have
├── ImportFailed (RuntimeError)    an import that could not be kept
├── BadAddress (ValueError)        an address at which no store can be
├── PublishFailed (RuntimeError)   a store that did not take what was sent to it
├── BadExecutor (ValueError)       a place where no work can be done
├── BadRevision (ValueError)       a revision that git does not know, or a folder in no repository
├── GitFailed (RuntimeError)       a git that is not there, or did not finish
├── IndexFailed (RuntimeError)     an index of records that could not be kept
├── ExecutorFailed (RuntimeError)  a cluster that does not answer, or does not finish
├── FetchFailed (RuntimeError)     a service that did not answer, or does not know what was asked
├── EngineFailed (RuntimeError)    a validation or reasoning engine that did not finish
└── EndpointFailed (RuntimeError)  a distant endpoint that did not answer

A `Problem` is a value, not an exception: one thing that a person should look at, with its place.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Severity(StrEnum):
    """How much a problem weighs: only a violation stops a build."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


class Problem(NamedTuple):
    """One thing to look at: where it stands (line and column count from 1; 0 is unknown) and what to do.

    `text` is what stands there, `nearest` are valid names like it, and `repair` is what may safely stand in its place.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    severity: Severity = Severity.VIOLATION
    text: str = ""
    nearest: tuple[str, ...] = ()
    repair: str = ""

    def __str__(self) -> str:
        """Return the problem in the form that editors and CI systems know."""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message} [{self.code}]"


class CalcigraphError(Exception):
    """The root of all errors that a user can meet."""


class UnknownName(CalcigraphError, LookupError):
    """A name that no term has."""

    def __init__(self, name: str, nearest: Sequence[str], *, kind: str = "term") -> None:
        self.name = name
        self.nearest = tuple(nearest)
        hint = f" Nearest: {', '.join(nearest)}." if nearest else ""
        super().__init__(f"No {kind} is called {name!r}.{hint}")


class AmbiguousName(CalcigraphError, LookupError):
    """A name that several terms have."""

    def __init__(self, name: str, choices: Sequence[str], *, kind: str = "term") -> None:
        self.name = name
        self.choices = tuple(choices)
        super().__init__(f"{name!r} is the name of more than one {kind}: write one of {', '.join(choices)}.")


class UnknownQuestion(CalcigraphError, LookupError):
    """A question that is not in the catalogue."""

    def __init__(self, name: str, nearest: Sequence[str]) -> None:
        self.name = name
        self.nearest = tuple(nearest)
        hint = f" Nearest: {', '.join(nearest)}." if nearest else ""
        super().__init__(f"There is no question {name!r}.{hint} `calcigraph questions` lists them all.")


class BadQuestion(CalcigraphError, ValueError):
    """A question file that cannot be used."""


class BadParameter(CalcigraphError, ValueError):
    """A parameter that the question does not take, or a value that it cannot have."""

    @property
    def plain(self) -> str:
        """What is wrong, for those who write a parameter's name without the dashes of the command line."""
        return re.sub("--(?=[a-z])", "", str(self))


class BadDate(CalcigraphError, ValueError):
    """A text that is no day, month or year, or one in the future."""

    def __init__(self, text: str, *, why: str = "is no date: write a day, month or year") -> None:
        super().__init__(f"{text!r} {why}, such as 2018-07-15, 2018-07 or 2018.")


class InvalidRecords(CalcigraphError, ValueError):
    """Records that were refused; carries every problem found in one run."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = sum(problem.severity is Severity.VIOLATION for problem in problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(f"{count} {noun} in the records; nothing was changed.")


class BadRegistry(CalcigraphError, ValueError):
    """A `calcigraph.toml` that is not right; carries every problem in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("The registry's file is not right.\n" + "\n".join(map(str, problems)))


class BuildFailed(CalcigraphError, RuntimeError):
    """A build that could not be written; the last good one stays in use."""


class BadFolder(CalcigraphError, ValueError):
    """A folder that holds other files than what would be written there."""


class BadSource(CalcigraphError, ValueError):
    """Data on a publication that cannot be read, or that is of none or of several."""


class AlreadyThere(CalcigraphError, RuntimeError):
    """A publication that has its record already; `record` and `file` say which."""

    def __init__(self, record: str, file: str, shared: str) -> None:
        self.record = record
        self.file = file
        super().__init__(f"{shared} has its record already: {record}, in {file}. Add to that one.")


class SiteFailed(CalcigraphError, RuntimeError):
    """A documentation that could not be written; what was there stays."""


class NothingToDraw(CalcigraphError, LookupError):
    """A figure of what has no findings; `nearest` are the nearest treatments that have some."""

    def __init__(self, what: str, nearest: Sequence[str]) -> None:
        self.what = what
        self.nearest = tuple(nearest)
        hint = f" Nearest with findings there: {', '.join(nearest)}." if nearest else ""
        super().__init__(f"No study has a finding on {what}, so there is nothing to draw.{hint}")


class BadOutput(CalcigraphError, ValueError):
    """A file to which a figure or an export cannot be written."""


class BadKey(CalcigraphError, ValueError):
    """A file that holds no key with which nanopublications can be signed."""


class FigureFailed(CalcigraphError, RuntimeError):
    """A figure that could not be written; what was there stays."""


class ReportFailed(CalcigraphError, RuntimeError):
    """A report that could not be written; what was there stays."""


class ExportFailed(CalcigraphError, RuntimeError):
    """An export that could not be written; what was there stays."""


class BadImport(CalcigraphError, ValueError):
    """A file that cannot be imported: which, why, and where in it."""

    def __init__(self, path: Path, why: str, place: str = "") -> None:
        at = f", {place}" if place else ""
        super().__init__(f"{path}{at}: {why}.")


class BadName(CalcigraphError, ValueError):
    """A name that an import cannot have."""


class ImportFailed(CalcigraphError, RuntimeError):
    """An import that could not be kept; an earlier one of that name stays."""


class BadAddress(CalcigraphError, ValueError):
    """An address at which no store can be, or one that holds a password."""


class BadCredentials(CalcigraphError, ValueError):
    """Credentials in the environment that cannot be sent."""


class PublishFailed(CalcigraphError, RuntimeError):
    """A store that did not take what was sent to it; the message says what it holds now."""


class BadExecutor(CalcigraphError, ValueError):
    """A place where no work can be done."""


class ExecutorFailed(CalcigraphError, RuntimeError):
    """A cluster that does not answer, or whose workers do not finish."""


class BadRevision(CalcigraphError, ValueError):
    """A revision that git does not know, or a folder that is in no git repository."""


class GitFailed(CalcigraphError, RuntimeError):
    """A git that is not there, or that did not finish."""


class IndexFailed(CalcigraphError, RuntimeError):
    """An index of records that could not be kept."""


class FetchFailed(CalcigraphError, RuntimeError):
    """A service on the network that did not answer, or does not know what it was asked for."""


class EngineFailed(CalcigraphError, RuntimeError):
    """A validation or reasoning engine that did not finish."""


class EndpointFailed(CalcigraphError, RuntimeError):
    """A distant endpoint that did not answer, or not in SPARQL JSON."""
