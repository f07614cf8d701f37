"""`calcigraph schema`."""

from __future__ import annotations

import click


@click.command("schema")
def command() -> None:
    """Write the JSON Schema of records, made from context and shapes, for editors that know YAML.

    Put it in a file, and name that in the first line of a record, or in the settings of the editor:
    # yaml-language-server: $schema=../../record.schema.json

    \b
    Example:
      calcigraph schema > record.schema.json
    """
    import json

    from calcigraph.curation.schema import schema
    from calcigraph.resources import resources

    click.echo(json.dumps(schema(resources()), ensure_ascii=False, indent=1))
