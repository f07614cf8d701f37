"""`calcigraph validate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.talk import FINDINGS, cluster_library, progress
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
@options.seeds
@options.engine
@options.jobs
@options.executor
def command(
    paths: tuple[Path, ...],
    form: str,
    severity: str,
    seeds: Path | None,
    engine: str,
    jobs: int | None,
    executor: str,
    *,
    fix: bool,
) -> None:
    """Check records: their form, their shapes, and what spans records.

    Without PATHS all records are checked; with them, those files and folders, compared with all others.
    A file of Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML is checked by the shapes and the ontology's names,
    and so is Turtle on standard input, for which PATHS is "-".
    Problems go to standard output, one a line, as file:line:column. The exit code is 1 if there is a
    violation.

    \b
    Example:
      calcigraph validate seeds/studies/robertson-2003.yaml
    """
    from calcigraph.graph.endings import rdf_format
    from calcigraph.resources import record_files, resources

    product = resources(seeds=seeds)
    rdf = [path for path in paths if str(path) == "-" or rdf_format(path) is not None]
    if rdf and len(rdf) < len(paths):
        message = "Records and RDF files are validated apart: name the ones, then the others."
        raise click.UsageError(message)
    if rdf:
        _tell_rdf(rdf, product, engine, form, Severity(severity))
        return
    asked = {file.resolve() for path in paths for file in record_files(path)}
    files = {file.resolve(): file for file in record_files(product.seeds)}
    stems = {file.stem for file in asked}
    others = [file for resolved, file in files.items() if resolved not in asked and file.stem not in stems]
    mine = [_near(file) for file in sorted(asked)] if paths else list(files.values())
    everything = mine + (others if paths else [])
    problems = _found(product, everything, mine, engine, jobs, executor)
    if fix and _repaired(problems, mine, product, engine):
        problems = _found(product, everything, mine, engine, jobs, executor)
    _tell(problems, mine, product, form, Severity(severity))


def _found(
    product: Resources,
    everything: Sequence[Path],
    mine: Sequence[Path],
    engine: str,
    jobs: int | None,
    executor: str,
) -> list[Problem]:
    """Return the problems in the files that were asked for, after all were compared."""
    import tempfile

    from calcigraph.build.check import check
    from calcigraph.build.inputs import shown
    from calcigraph.build.workers import LOCAL, workers

    # What workers write must lie where all of them see it, which a cluster does in the folder of who asks.
    folder = None if executor == LOCAL else Path.cwd()
    with (
        cluster_library(),
        progress() as say,
        workers(jobs, len(everything), executor) as work,
        tempfile.TemporaryDirectory(prefix=".calcigraph-", dir=folder) as spool,
    ):
        checked = check(product, everything, Path(spool), engine=engine, executor=work, progress=say)
    names = {shown(path, product) for path in mine}
    all_of_them = len(mine) == len(everything)
    return [problem for problem in checked.problems if all_of_them or problem.file in names]


def _repaired(problems: Sequence[Problem], files: Sequence[Path], product: Resources, engine: str) -> bool:
    """Repair what can be, in rounds that look again only at what was repaired, and return whether anything was."""
    changed = _fixed(problems, files, product)
    anything = bool(changed)
    for _ in range(_ROUNDS - 1):
        if not changed:
            break
        changed = _fixed(_found(product, changed, changed, engine, 1, "local"), changed, product)
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


def _tell_rdf(paths: Sequence[Path], product: Resources, engine: str, form: str, least: Severity) -> None:
    """Validate RDF files, and what comes on standard input as Turtle, and write the report."""
    import pyoxigraph as ox

    from calcigraph.graph.endings import rdf_format
    from calcigraph.records.context import context_of
    from calcigraph.resources import read_limited, record_files
    from calcigraph.validation.foreign import MAX_BYTES, check_rdf
    from calcigraph.validation.shapes import load_shapes
    from calcigraph.validation.vocabulary import declared_names

    context, shapes, declared = (
        context_of(product),
        load_shapes(product.shape_files(), product.severity),
        declared_names(product),
    )
    stems = [file.stem for file in record_files(product.seeds)]
    known = {f"{context.base}{kind}/{stem}" for kind in context.types for stem in stems}
    problems: list[Problem] = []
    for path in paths:
        dash = str(path) == "-"
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if dash else read_limited(path, MAX_BYTES)
        name = "<stdin>" if dash else str(_near(path.resolve()))
        problems += check_rdf(
            data,
            name,
            rdf_format(path) or ox.RdfFormat.TURTLE,
            shapes=shapes,
            declared=declared,
            context=context,
            known=known,
            engine_name=engine,
        )
    _write(["<stdin>" if str(path) == "-" else str(path) for path in paths], problems, form, least)


def _near(path: Path) -> Path:
    """Return the path as someone in this folder would write it."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def _tell(problems: Iterable[Problem], files: Sequence[Path], product: Resources, form: str, least: Severity) -> None:
    """Write the report on records; programs get paths as seen from this folder."""
    from calcigraph.build.inputs import shown

    names = {shown(path, product): str(_near(path.resolve())) for path in files}
    if form == "text":
        names = {name: name for name in names}
    _write(list(names.values()), [p._replace(file=names.get(p.file, p.file)) for p in problems], form, least)


def _write(files: Sequence[str], problems: Sequence[Problem], form: str, least: Severity) -> None:
    """Write a report, and end with 1 if there is a violation."""
    from importlib.metadata import version

    from calcigraph.reports.report import report, written

    made = report(files, problems, least, version("calcigraph"))
    click.echo(written(made, form), nl=False)
    violations, warnings, remarks = (count for _, count in made.tally)
    click.echo(f"{len(files)} files: {violations} violations, {warnings} warnings, {remarks} remarks.", err=True)
    if violations:
        sys.exit(FINDINGS)
