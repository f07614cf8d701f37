"""`calcigraph validate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.asked import Asked, near
from calcigraph.cli.talk import FINDINGS
from calcigraph.errors import Severity
from calcigraph.reports.report import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from calcigraph.errors import Problem
    from calcigraph.resources import Resources


_ROUNDS = 3
"""Times that repairs are written: what has the wrong form hides what has the wrong value."""


@click.command("validate")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True, help="How to tell it.")
@click.option(
    "--severity",
    type=click.Choice([str(severity) for severity in Severity]),
    default=str(Severity.WARNING),
    show_default=True,
    help="Show problems of this weight and above.",
)
@click.option(
    "--fix", is_flag=True, help="Write safe repairs into the files first: one spelling is meant, or one form."
)
@click.option(
    "--only-changed",
    "revision",
    metavar="REV",
    help="Check only records that differ from this git revision, and what they break in others.",
)
@click.option(
    "--stdin-name",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help='The file that standard input is to become, when PATHS is "-".',
)
@options.seeds
@options.home
@options.engine
@options.jobs
@options.executor
def command(  # noqa: PLR0913, PLR0917 -- one parameter per option
    paths: tuple[Path, ...],
    form: str,
    severity: str,
    revision: str | None,
    stdin_name: Path | None,
    seeds: Path | None,
    home: Path | None,
    engine: str,
    jobs: int | None,
    executor: str,
    *,
    fix: bool,
) -> None:
    """Check records: their form, their shapes, and what spans records.

    Without PATHS all records are checked; with them, those files and folders, compared with all others.
    A file of Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML is checked by the shapes and the ontology's names.
    PATHS may be "-": then a record, or Turtle, is read from standard input.
    Problems go to standard output, one a line, as file:line:column. The exit code is 1 if there is a
    violation.

    With --only-changed the time depends on what changed: deleted, renamed and untracked records count as well. Where
    ontology or shapes changed too, all records are checked.

    \b
    Example:
      calcigraph validate seeds/studies/robertson-2003.yaml
      calcigraph validate --only-changed origin/main
      calcigraph validate - --stdin-name seeds/studies/robertson-2003.yaml < draft.yaml
    """
    from calcigraph.cli.given import read_given
    from calcigraph.cli.rdf import rdf_problems
    from calcigraph.graph.endings import rdf_format
    from calcigraph.resources import resources
    from calcigraph.validation.foreign import MAX_BYTES

    product = resources(seeds=seeds)
    named = [path for path in paths if str(path) != "-"]
    if len(named) == len(paths) and stdin_name is not None:
        message = 'Nothing is read from standard input: write "-" as well, or leave out --stdin-name.'
        raise click.UsageError(message)
    given = read_given(stdin_name, MAX_BYTES) if len(named) < len(paths) else None
    rdf = [path for path in named if rdf_format(path) is not None]
    records = len(named) - len(rdf) + (given is not None and given.is_record)
    if records and records < len(set(paths)):
        message = "Records and RDF files are validated apart: name the ones, then the others."
        raise click.UsageError(message)
    if paths and not records:
        if revision is not None:
            message = "--only-changed is for records: name RDF files without it."
            raise click.UsageError(message)
        _write(
            [*map(str, rdf), *([given.name] if given else [])],
            rdf_problems(rdf, given, product, engine),
            form,
            severity,
        )
        return
    if given is not None and fix:
        message = "--fix writes into files: name one instead of standard input."
        raise click.UsageError(message)
    asked = Asked(named, given, product, engine, jobs, executor)
    check = asked.all if revision is None else asked.since(revision, home)
    mine, problems = check()
    if fix and _repaired(problems, mine, asked):
        mine, problems = check()
    _tell(problems, mine, product, form, severity)


def _repaired(problems: Sequence[Problem], files: Sequence[Path], asked: Asked) -> bool:
    """Repair what can be, in rounds that look again only at what was repaired, and return whether anything was."""
    changed = _fixed(problems, files, asked.product)
    anything = bool(changed)
    for _ in range(_ROUNDS - 1):
        if not changed:
            break
        changed = _fixed(asked.alone(changed), changed, asked.product)
    return anything


def _fixed(problems: Iterable[Problem], files: Iterable[Path], product: Resources) -> list[Path]:
    """Write the safe repairs into the files, say what was repaired, and return the files that were."""
    from calcigraph.build.inputs import shown
    from calcigraph.places import appearing_file
    from calcigraph.records.mend import mended

    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.repair:
            by_file.setdefault(problem.file, []).append(problem)
    done: list[Problem] = []
    changed = []
    for path in files:
        if wanted := by_file.get(shown(path, product)):
            data, repaired = mended(path.read_bytes(), wanted)
            if repaired:
                with appearing_file(path) as fresh:
                    fresh.write_bytes(data)
                done += repaired
                changed.append(path)
    for problem in done:
        place = f"{problem.file}:{problem.line}:{problem.column}"
        click.echo(f"{place}: {problem.text!r} is now {problem.repair!r}", err=True)
    return changed


def _tell(problems: Iterable[Problem], files: Sequence[Path], product: Resources, form: str, least: str) -> None:
    """Write the report on records; programs get paths as seen from this folder."""
    from calcigraph.build.inputs import shown

    names = {shown(path, product): str(near(path.resolve())) for path in files}
    if form == "text":
        names = {name: name for name in names}
    _write(list(names.values()), [p._replace(file=names.get(p.file, p.file)) for p in problems], form, least)


def _write(files: Sequence[str], problems: Sequence[Problem], form: str, least: str) -> None:
    """Write a report, and end with 1 if there is a violation."""
    from importlib.metadata import version

    from calcigraph.reports.report import report, written

    made = report(files, problems, Severity(least), version("calcigraph"))
    click.echo(written(made, form), nl=False)
    violations, warnings, remarks = (count for _, count in made.tally)
    click.echo(f"{len(files)} files: {violations} violations, {warnings} warnings, {remarks} remarks.", err=True)
    if violations:
        sys.exit(FINDINGS)
