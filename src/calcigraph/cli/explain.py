"""`calcigraph explain`: why what stands at a line of a record passes or fails."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from calcigraph.cli.talk import FINDINGS


@click.command("explain")
@click.argument("place", metavar="FILE:LINE")
def command(place: str) -> None:
    """Say why what stands at a line of a record passes or fails, rule by rule.

    At a key it is the rules on that key; at the name of a finding, a claim or another part, all rules on that part.
    Where a rule fails, the engine's repair plan follows: what must go or come for all of the part to pass.
    What is compared with other records is shown by `calcigraph validate`. The exit code is 1 if a rule fails.

    \b
    Example:
      calcigraph explain seeds/studies/robertson-2003.yaml:31
    """
    found = re.fullmatch(r"(.+):(\d+)", place)
    if found is None or not Path(found[1]).is_file():
        message = f"{place!r} is no line of a file: write it as seeds/studies/robertson-2003.yaml:31."
        raise click.UsageError(message)
    if _explained(Path(found[1]), int(found[2])):
        sys.exit(FINDINGS)


def _explained(path: Path, line: int) -> bool:
    """Write the rules on a line, and return whether one fails."""
    from calcigraph.graph.dataset import record_quads, triples_of
    from calcigraph.records.context import context_of
    from calcigraph.records.read import read_record
    from calcigraph.records.tree import MAX_BYTES, parse_tree
    from calcigraph.resources import read_limited, resources
    from calcigraph.validation.engines import validate_with_pyshifty
    from calcigraph.validation.explain import spot, verdicts
    from calcigraph.validation.plans import plan
    from calcigraph.validation.shapes import load_shapes

    product = resources()
    context, shapes = context_of(product), load_shapes(product.shape_files()).local
    data = read_limited(path, MAX_BYTES)
    read, tree = read_record(data, str(path), context), parse_tree(data).tree
    if read.document is None or tree is None:
        click.echo("The form of the record is not right, so no shape has looked at it yet:")
        for problem in read.problems:
            click.echo(f"  fails   {problem}")
        return True
    at = spot(tree, read.document.id, line, context)
    triples = triples_of(record_quads([read.document]))
    results = validate_with_pyshifty(triples, shapes)
    rules = verdicts(at, str(read.document.data["@type"]), results, shapes, context)
    name = context.by_iri[at.asked].key if at.asked else "all of it"
    click.echo(f"{at.focus.removeprefix(context.base)}: {name}; {len(rules)} rules look at it.")
    for rule in rules:
        for message in rule.against:
            click.echo(f"  fails   {rule.rule}: {message}")
        if not rule.against:
            click.echo(f"  passes  {rule.rule}, which would say: {rule.says}")
    if not any(rule.against for rule in rules):
        return False
    if steps := plan(triples, shapes, at.focus, context, asked=at.asked):
        click.echo("The engine's plan, in which ? is what the source says:")
        for step in steps:
            click.echo(f"  {step}")
    return True
