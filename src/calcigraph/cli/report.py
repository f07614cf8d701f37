"""`calcigraph report`: what there is on a treatment or a condition, as a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.evidence import opened
from calcigraph.cli.talk import needing
from calcigraph.errors import ReportFailed
from calcigraph.places import appearing_file, check_parent

if TYPE_CHECKING:
    from calcigraph.docs.report import Report

_FORMS = {".md": "markdown", ".html": "html", ".htm": "html", ".pdf": "pdf"}


@click.command("report")
@click.option("--treatment", help="The treatment or class; what is below it is included.")
@click.option("--condition", help="The condition; its subtypes are included.")
@click.option("--format", "form", type=click.Choice(("markdown", "html", "pdf")), help="[default: as FILE ends]")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", required=True)
@options.as_of
@options.with_drafts
@options.seeds
@options.home
def command(
    treatment: str | None,
    condition: str | None,
    form: str | None,
    output: Path,
    *,
    as_of: str | None,
    with_drafts: bool,
    seeds: Path | None,
    home: Path | None,
) -> None:
    """Write a report on a treatment, on a condition, or on a treatment in a condition.

    A report on a treatment is its profile; one on a condition has its treatments, claims, harms, trials and gaps. Both
    end with the sources.

    \b
    Example:
      calcigraph report --condition JDM -o jdm.pdf
    """
    wanted = form or _FORMS.get(output.suffix.lower())
    if wanted is None:
        message = f"{output} does not end in .md, .html or .pdf: name a format with --format."
        raise click.UsageError(message)
    if treatment is None and condition is None:
        message = "Name a --treatment, a --condition, or both."
        raise click.UsageError(message)
    check_parent(output)
    evidence = opened(None, seeds, home, as_of, with_drafts=with_drafts)
    with needing(("jinja2", "markupsafe", "weasyprint"), "Reports need", "docs"):
        from calcigraph.docs.report import of_condition, of_treatment

        made = of_treatment(evidence, treatment, condition) if treatment else of_condition(evidence, condition or "")
        content = _written(made, wanted)
    try:
        with appearing_file(output) as fresh:
            fresh.write_bytes(content)
    except OSError as error:
        raise ReportFailed(f"The report could not be written to {output}: {error.strerror or error}.") from error
    click.echo(str(output))


def _written(report: Report, form: str) -> bytes:
    from calcigraph.docs import report as forms

    if form == "pdf":
        return forms.to_pdf(report)
    return (forms.to_html(report) if form == "html" else forms.to_markdown(report)).encode()
