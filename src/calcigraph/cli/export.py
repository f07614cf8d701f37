"""`calcigraph export`: the evidence in the form that another tool or registry reads."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.evidence import opened
from calcigraph.cli.signing import sign, signed_by, signer
from calcigraph.cli.talk import needing, tell_marks

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from calcigraph.api import Evidence
    from calcigraph.exchange.formats import Format
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.source import Source

_LIBRARIES = frozenset({"networkx", "pyld", "rispy", "bibtexparser", "fastobo", "pyarrow"})
_SIGNED = "nanopubs"
"""The format that can be signed."""


@click.command("export")
@click.argument("format_name", metavar="FORMAT", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write, or the folder for a format of several files.  [default: standard output]",
)
@click.option("--treatment", help="Only what is on this treatment or class; what is below it is included.")
@click.option("--condition", help="Only what is on this condition; its subtypes are included.")
@sign
@signed_by
@click.option("--losses", is_flag=True, help="Write, as JSON, what the format cannot carry, instead of the export.")
@click.option("--list", "listed", is_flag=True, help="List the formats.")
@options.as_of
@options.seeds
@options.home
def command(  # noqa: PLR0913 -- one parameter per option
    format_name: str | None,
    output: Path | None,
    treatment: str | None,
    condition: str | None,
    key: Path | None,
    signed_by: str | None,
    *,
    losses: bool,
    listed: bool,
    as_of: str | None,
    seeds: Path | None,
    home: Path | None,
) -> None:
    """Write the evidence in a FORMAT that others read; `--list` shows them all.

    The same evidence gives the same bytes. Beside a file or folder stands a file of the same name, ending in
    .losses.json, with what the format could not carry. Strength decides whether an export says that a drug treats: the
    rules stand in ontology/exchange/predicates.tsv. Reported response is not efficacy, and this is a research tool, not
    medical advice.

    \b
    Example:
      calcigraph export turtle --treatment minocycline -o minocycline.ttl
    """
    from calcigraph.exchange.formats import FORMATS
    from calcigraph.exchange.losses import Losses

    if listed:
        for form in FORMATS.values():
            click.echo(f"{form.name}\t{form.media_type}\t{form.file}\t{form.purpose}")
        return
    form = _format(format_name, output, anywhere=losses, scoped=bool(treatment or condition), signed=key is not None)
    by = signer(key, signed_by)
    evidence = opened(None, seeds, home, as_of)
    source = replace(_source(evidence, treatment, condition), signer=by)
    with missing_library():
        as_known = evidence.info.as_of if evidence.info is not None else ""
        lost = Losses(as_of=as_known, marks=tuple(mark.words for mark in source.marks))
        _write(form, source, lost, output, losses_only=losses)
    tell_marks(source.marks)


def missing_library() -> AbstractContextManager[None]:
    """Say what to install if a library is missing that a format needs."""
    return needing(_LIBRARIES, "This format needs", "exchange")


def _format(name: str | None, output: Path | None, *, anywhere: bool, scoped: bool, signed: bool) -> Format:
    """Return the format of that name, if it can be had in the way that is asked for."""
    from calcigraph.exchange import output as writing
    from calcigraph.exchange.formats import FORMATS, find_format

    if name is None:
        message = f"Name a format: {', '.join(FORMATS)}."
        raise click.UsageError(message)
    form = find_format(name)
    if output is None and not form.one_file and not anywhere:
        message = f"{form.name} has several files: name a folder for them with -o."
        raise click.UsageError(message)
    if not form.scoped and scoped:
        message = f"{form.name} can be had only whole, without --treatment and --condition."
        raise click.UsageError(message)
    if signed and form.name != _SIGNED:
        message = f"{form.name} has no place for a signature: --sign is for {_SIGNED}."
        raise click.UsageError(message)
    if output is not None and form.one_file:
        writing.check_file(output)
    elif output is not None:
        writing.check_folder(output.resolve())
    return form


def _write(form: Format, source: Source, lost: Losses, output: Path | None, *, losses_only: bool) -> None:
    from calcigraph.exchange import output as writing

    if losses_only:
        writing.to_nowhere(form, source, lost)
        click.echo(lost.to_json(form.name), nl=False)
    elif output is None:
        writing.to_stream(form, source, lost, sys.stdout.buffer)
    else:
        writing.to_path(form, source, lost, output)
        beside = output.with_name(f"{output.name}.losses.json")
        writing.write_text(beside, lost.to_json(form.name))
        click.echo(f"{lost.total} statements could not be carried: {beside} counts them.", err=True)
        click.echo(str(output))
    if lost.carried == 0:
        message = f"No statement passed the gate of {form.name}, so it holds nothing; `--losses` counts why."
        click.echo(message, err=True)


def _source(evidence: Evidence, treatment: str | None, condition: str | None) -> Source:
    """Return what is exported; raises UnknownName or AmbiguousName, with the nearest names."""
    from calcigraph.exchange.source import scoped

    return scoped(evidence, treatment=treatment, condition=condition)
