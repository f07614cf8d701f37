"""`calcigraph validate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.talk import FINDINGS, cluster_library, progress
from calcigraph.errors import Severity

if TYPE_CHECKING:
    from calcigraph.errors import Problem


@click.command("validate")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--severity",
    type=click.Choice([str(severity) for severity in Severity]),
    default=str(Severity.WARNING),
    show_default=True,
    help="Show problems of this weight and above.",
)
@options.seeds
@options.engine
@options.jobs
@options.executor
def command(
    paths: tuple[Path, ...], severity: str, seeds: Path | None, engine: str, jobs: int | None, executor: str
) -> None:
    """Check records: their form, their shapes, and what spans records.

    Without PATHS all records are checked; with them, those files and folders, compared with all others.
    Problems go to standard output, one a line, as file:line:column. The exit code is 1 if there is a
    violation.

    \b
    Example:
      calcigraph validate seeds/studies/robertson-2003.yaml
    """
    import tempfile

    from calcigraph.build.check import check
    from calcigraph.build.workers import LOCAL, workers
    from calcigraph.resources import record_files, resources

    product = resources(seeds=seeds)
    asked = {file.resolve() for path in paths for file in record_files(path)}
    files = {file.resolve(): file for file in record_files(product.seeds)}
    stems = {file.stem for file in asked}
    others = [file for resolved, file in files.items() if resolved not in asked and file.stem not in stems]
    shown = [_near(file) for file in sorted(asked)] if paths else list(files.values())
    everything = shown + (others if paths else [])
    # What workers write must lie where all of them see it, which a cluster does in the folder of who asks.
    folder = None if executor == LOCAL else Path.cwd()
    with (
        cluster_library(),
        progress() as say,
        workers(jobs, len(everything), executor) as work,
        tempfile.TemporaryDirectory(prefix=".calcigraph-", dir=folder) as spool,
    ):
        checked = check(product, everything, Path(spool), engine=engine, executor=work, progress=say)
    mine = {str(path) for path in shown} if paths else None
    problems = [problem for problem in checked.problems if mine is None or problem.file in mine]
    _report(problems, severity, len(shown))


def _near(path: Path) -> Path:
    """Return the path as someone in this folder would write it."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def _report(problems: list[Problem], severity: str, count: int) -> None:
    weights = [str(weight) for weight in Severity]
    for problem in problems:
        if weights.index(problem.severity) <= weights.index(severity):
            click.echo(str(problem))
    tally = [f"{sum(p.severity == weight for p in problems)} {weight}s" for weight in weights[:2]]
    remarks = sum(p.severity is Severity.INFO for p in problems)
    click.echo(f"{count} files: {', '.join(tally)}, {remarks} remarks.", err=True)
    if any(problem.severity is Severity.VIOLATION for problem in problems):
        sys.exit(FINDINGS)
