"""`calcigraph questions`."""

from __future__ import annotations

import click


@click.command("questions")
@click.argument("name", required=False)
@click.option("--sparql", is_flag=True, help="Show the query itself.")
def command(name: str | None, *, sparql: bool) -> None:
    """List the questions, or show one: what it takes, and what its columns mean.

    \b
    Example:
      calcigraph questions treatments
    """
    from calcigraph.questions.catalog import catalog, find_question
    from calcigraph.resources import resources

    files = resources().question_files()
    if name is None:
        for question in catalog(files).values():
            click.echo(f"{question.name:12} {question.summary}")
        return
    found = find_question(name, files)
    if sparql:
        click.echo(found.text, nl=False)
        return
    click.echo(f"{found.summary}\n\n{found.description}\n\nTakes:")
    for parameter in found.parameters.values():
        click.echo(f"  --{parameter.name:12} {parameter.about}")
    click.echo("\nAnswers with:")
    for column, meaning in found.columns.items():
        click.echo(f"  {column:18} {meaning}")
    click.echo(f"\nExample:\n  {found.example}")
