"""`calcigraph classify`."""

from __future__ import annotations

import sys

import click

from calcigraph.cli.talk import FINDINGS


@click.command("classify")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if something is not current.")
def command(*, check: bool) -> None:
    """Refresh what is generated from the ontology: hierarchy.ttl (by HermiT) and the names in context.jsonld.

    \b
    Example:
      calcigraph classify --check
    """
    from calcigraph.ontology import generated
    from calcigraph.resources import resources

    stale = [(path, text) for path, text in generated(resources()).items() if path.read_text(encoding="utf-8") != text]
    for path, text in stale:
        click.echo(f"{path.name} is not current." if check else f"{path.name} is refreshed.", err=True)
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        sys.exit(FINDINGS)
