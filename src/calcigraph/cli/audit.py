"""`calcigraph audit`: the verdicts on claims, from the question of that name, with how often each was given."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from calcigraph.cli import answers, options
from calcigraph.cli.evidence import opened
from calcigraph.questions.catalog import find_question
from calcigraph.resources import resources

if TYPE_CHECKING:
    from pathlib import Path

_IN_A_TABLE = (
    *("treatments", "conditions", "stance", "verdict", "reason", "benefit", "mixed", "no_benefit"),
    *("level_label", "stated_level_label", "record_label"),
)
"""The columns that a table in the terminal has room for; every other form has all."""


@click.command("audit")
@click.option("--treatment", help="The treatment or class that the claim is about; what is below it is included.")
@click.option("--condition", help="The condition that the claim is about; its subtypes are included.")
@click.option("--review", help="The publication that makes the claim: its record, PMID, PMCID or DOI.")
@click.option("--verdict", help="borne out, overstated, understated, contradicted, overtaken, or not checkable.")
@answers.form
@options.endpoint
@options.as_of
@options.with_drafts
@options.seeds
@options.home
def command(
    form: str,
    endpoint: str | None,
    as_of: str | None,
    seeds: Path | None,
    home: Path | None,
    *,
    with_drafts: bool,
    **asked: str | None,
) -> None:
    """Audit claims: each with its verdict, the reason, and the studies that it rests on by their results.

    A verdict is about the text of a claim and what this graph holds, never about its authors. `calcigraph why CLAIM`
    traces one down to the papers; the other formats give every column, the verdict in words among them.

    \b
    Example:
      calcigraph audit --review 31302187
    """
    question = find_question("audit", resources().question_files())
    evidence = opened(endpoint, seeds, home, as_of, with_drafts=with_drafts)
    answer = answers.give(question, asked, evidence, form, columns=_IN_A_TABLE)
    counts = Counter(str(row["verdict"]) for row in answer)
    if counts:
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
        click.echo(f"{len(answer)} claims: {told}.", err=True)
