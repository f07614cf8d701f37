"""`calcigraph profile`: what the evidence on a treatment adds up to, on a sheet for the terminal or as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.evidence import opened
from calcigraph.cli.talk import tell_marks

if TYPE_CHECKING:
    from pathlib import Path


@click.command("profile")
@click.argument("treatment")
@click.option("--condition", help="The condition; its subtypes are included.")
@click.option("--route", help="The route by which it was given, as far as studies tell it.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "markdown", "json", "turtle")),
    default="table",
    show_default=True,
)
@click.option("--with-single-patients", "single_patients", is_flag=True, help="Pool reports on one patient too.")
@click.option("--with-retold", "retold", is_flag=True, help="Take in what reviews retell.")
@click.option("--with-retracted", "retracted", is_flag=True, help="Take in retracted and superseded sources.")
@click.option("--without-corrected", is_flag=True, help="Leave out corrected and doubted sources.")
@click.option("--without-second-hand", is_flag=True, help="Leave out what was read only in another's account.")
@click.option("--without-overlap", is_flag=True, help="Pool no studies that share, or may share, patients.")
@options.endpoint
@options.as_of
@options.with_drafts
@options.seeds
@options.home
def command(  # noqa: PLR0913 -- one parameter per option
    treatment: str,
    condition: str | None,
    route: str | None,
    form: str,
    *,
    single_patients: bool,
    retold: bool,
    retracted: bool,
    without_corrected: bool,
    without_second_hand: bool,
    without_overlap: bool,
    with_drafts: bool,
    endpoint: str | None,
    as_of: str | None,
    seeds: Path | None,
    home: Path | None,
) -> None:
    """Weigh the evidence on a treatment or class: studies, response, harms, claims, contradictions, trials, gaps.

    It begins with a plain reading that is composed from the figures below it and from nothing else. Response is as
    reported, and no claim is made that it is due to the treatment.

    \b
    Example:
      calcigraph profile minocycline --condition "systemic sclerosis"
    """
    from calcigraph.synthesis import Switches
    from calcigraph.synthesis.profiles.forms import to_json, to_markdown

    evidence = opened(endpoint, seeds, home, as_of, with_drafts=with_drafts)
    switches = Switches(
        without_retracted=not retracted,
        without_corrected=without_corrected,
        without_second_hand=without_second_hand,
        without_overlap=without_overlap,
        primary_only=not retold,
        single_patients=single_patients,
    )
    made = evidence.profile(treatment, condition=condition, route=route, switches=switches)
    tell_marks(evidence.marks_behind(made))
    if form == "json":
        click.echo(to_json(made), nl=False)
    elif form == "markdown":
        click.echo(to_markdown(made), nl=False)
    elif form == "turtle":
        from calcigraph.synthesis.profiles.rdf import to_turtle

        click.echo(to_turtle(made), nl=False)
    else:
        from calcigraph.cli.sheet import show

        show(made)
