"""`calcigraph agree`: two readers' extractions side by side, where they differ, and how far they agree."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.grid import headed
from calcigraph.cli.talk import FINDINGS
from calcigraph.questions.markdown import markdown_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph.records.compare import Compared
    from calcigraph.records.extractions import Pair
    from calcigraph.synthesis.agreement import Agreement

_HEAD = ("record", "field", "first", "second", "first at", "second at", "kind", "settled")
_AGREED = ("field", "decisions", "agree", "percent", "kappa")
_WIDEST = 48
_ABSENT = "(not given)"


@click.command("agree")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(("text", "json", "markdown", "csv")), default="text", show_default=True
)
@options.seeds
def command(paths: tuple[Path, ...], form: str, seeds: Path | None) -> None:
    """Compare records with their second extractions, field by field, and say how far the readers agree.

    A second extraction is a file of a record's form below `extractions/` in the folder of records, by another reader.
    PATHS are records or second extractions; without them all pairs are compared. Free words are shown where they differ
    and count for nothing. Agreement is given per field and for all together, with Cohen's kappa for fields whose values
    have names. The exit code is 1 while a difference is open; `resolved` in the second extraction settles one.

    \b
    Example:
      calcigraph agree seeds/extractions/studies/robertson-2003.yaml
    """
    from calcigraph.build.chunk import labels_of_names
    from calcigraph.build.readers import pairs
    from calcigraph.cli.talk import show_problems
    from calcigraph.errors import Severity
    from calcigraph.resources import resources

    product = resources(seeds=seeds)
    found, problems = pairs(product, labels_of_names(product), {path.stem for path in paths} or None)
    problems += [problem for one in found for problem in one.problems]
    if problems:
        show_problems(problems, least=Severity.VIOLATION)
    fields = [(one, each) for one in found for each in one.fields]
    _write(fields, form)
    still = sum(each.open for _, each in fields)
    click.echo(f"{len(found)} pairs, {len(fields)} fields compared, {still} differences open.", err=True)
    if still or problems:
        raise SystemExit(FINDINGS)


def _write(fields: Sequence[tuple[Pair, Compared]], form: str) -> None:
    differences = [_difference(one, each) for one, each in fields if not each.agrees]
    agreed = [_agreed(name, found) for name, found in _agreements([each for _, each in fields])]
    if form == "json":
        rows = [dict(zip(_HEAD, row, strict=True)) for row in differences]
        told = {"differences": rows, "agreement": [dict(zip(_AGREED, row, strict=True)) for row in agreed]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif form == "csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([_HEAD, *differences])
        click.echo(out.getvalue(), nl=False)
    else:
        draw = markdown_table if form == "markdown" else _grid
        tables = [draw(head, rows) for head, rows in ((_HEAD, differences), (_AGREED, agreed)) if rows]
        click.echo("\n\n".join(tables) or "The readers agree, or there is nothing to compare.")


def _difference(one: Pair, each: Compared) -> tuple[str, ...]:
    kind = "words" if each.free else "value"
    places = [f"{place.file}:{place.line}" for place in (each.place, each.other)]
    values = [_ABSENT if value is None else value for value in (each.first, each.second)]
    return one.id, each.path, *values, *places, kind, each.resolution or ("" if each.free else "open")


def _agreements(fields: Sequence[Compared]) -> list[tuple[str, Agreement]]:
    """Return the agreement per field, and at last on all; free words are left out."""
    from calcigraph.synthesis.agreement import agreement, pooled

    decisions: dict[str, list[tuple[str, str]]] = {}
    named: dict[str, bool] = {}
    for each in fields:
        if not each.free:
            named[each.key] = each.categorical
            decisions.setdefault(each.key, []).append((each.first or _ABSENT, each.second or _ABSENT))
    if not decisions:
        return []
    rows = [
        (key, found if named[key] else found._replace(kappa=None))
        for key, found in ((key, agreement(chosen)) for key, chosen in sorted(decisions.items()))
    ]
    kappa = [chosen for key, chosen in decisions.items() if named[key]]
    whole = pooled(decisions.values())
    return [*rows, ("all", whole._replace(kappa=pooled(kappa).kappa if kappa else None))]


def _agreed(name: str, found: Agreement) -> tuple[str, ...]:
    kappa = "not defined" if found.kappa is None else f"{found.kappa:.2f}"
    return name, str(found.decisions), str(found.agreeing), f"{100 * found.share:.0f} %", kappa


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [head, *rows]
    widths = [min(_WIDEST, max(map(len, column))) for column in zip(*cells, strict=True)]
    return headed(cells, widths)
