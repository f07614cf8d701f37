"""`calcigraph questions`."""

from __future__ import annotations

import click


@click.command("questions")
@click.argument("name", required=False)
@click.option("--asked-by", metavar="WHO", help="List only the questions of a rheumatologist, a methodologist …")
@click.option("--sparql", is_flag=True, help="Show the query itself.")
def command(name: str | None, asked_by: str | None, *, sparql: bool) -> None:
    """List the questions, or show one: whose question it is, what it takes, and what its columns mean.

    \b
    Example:
      calcigraph questions treatments
      calcigraph questions --asked-by paediatrician
    """
    from calcigraph.questions.catalog import asked_by as of
    from calcigraph.questions.catalog import catalog, find_question
    from calcigraph.resources import resources

    files = resources().question_files()
    if name is None:
        listed = of(catalog(files).values(), asked_by)
        width = max(len(question.name) for question in listed)
        for question in listed:
            click.echo(f"{question.name:{width}}  {question.summary}")
        return
    found = find_question(name, files)
    if sparql:
        click.echo(found.text, nl=False)
        return
    click.echo(f"{found.summary}\n\n{found.description}\n\nAsked by: {', '.join(found.asked_by)}\n\nTakes:")
    for parameter in found.parameters.values():
        click.echo(f"  --{parameter.name:12} {parameter.about}")
    click.echo("\nAnswers with:")
    for column, meaning in found.columns.items():
        click.echo(f"  {column:18} {meaning}")
    click.echo(f"\nExample:\n  {found.example}")
