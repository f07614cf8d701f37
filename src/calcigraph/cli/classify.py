"""`calcigraph classify`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from calcigraph.cli.talk import FINDINGS

if TYPE_CHECKING:
    from calcigraph.resources import Resources


@click.command("classify")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if something is not current.")
@click.option("--profile", is_flag=True, help="Only check OWL 2 DL with OWL API; exit with 1 if something breaks it.")
def command(*, check: bool, profile: bool) -> None:
    """Refresh what is generated from the ontology: hierarchy.ttl (by HermiT) and the names in context.jsonld.

    \b
    Example:
      calcigraph classify --check
    """
    from calcigraph.ontology import generated
    from calcigraph.resources import resources

    if profile:
        _profile(resources())
        return
    stale = [(path, text) for path, text in generated(resources()).items() if path.read_text(encoding="utf-8") != text]
    for path, text in stale:
        click.echo(f"{path.name} is not current." if check else f"{path.name} is refreshed.", err=True)
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        sys.exit(FINDINGS)


def _profile(product: Resources) -> None:
    from calcigraph.reasoning.profile import dl_violations

    violations = dl_violations(product.ontology_files())
    for violation in violations:
        click.echo(violation, err=True)
    if violations:
        sys.exit(FINDINGS)
    click.echo("OWL API finds no violation of OWL 2 DL.")
