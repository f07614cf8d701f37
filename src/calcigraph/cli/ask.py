"""`calcigraph ask`: each question file is a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calcigraph.cli import answers, options
from calcigraph.cli.evidence import opened
from calcigraph.questions.catalog import find_question, load_question
from calcigraph.resources import resources

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph.questions.catalog import Question


class Questions(click.Group):
    """A group whose commands are the question files."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all questions."""
        del ctx
        return [path.stem for path in resources().question_files()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the question of that name as a command; raises UnknownQuestion with the nearest ones."""
        del ctx
        return _command(find_question(cmd_name, resources().question_files()))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of questions."""
        del ctx
        with formatter.section("Questions"):
            formatter.write_dl([(q.name, q.summary) for q in map(load_question, resources().question_files())])


@click.group("ask", cls=Questions)
def command() -> None:
    """Answer a question about the evidence.

    The graph is built at first use, and again when records changed. Names are forgiving: "JDM", "juvenile
    dermatomyositis", cg:JuvenileDermatomyositis and MONDO:0008054 are the same.

    \b
    Example:
      calcigraph ask treatments --condition JDM --level IV --format csv
    """


def _command(question: Question) -> click.Command:
    parameters: list[click.Parameter] = [
        click.Option([f"--{p.name}"], help=f"{p.about}.", required=p.required) for p in question.parameters.values()
    ]

    @answers.form
    @options.endpoint
    @options.as_of
    @options.with_drafts
    @options.with_imports
    @options.seeds
    @options.home
    def run(
        form: str,
        endpoint: str | None,
        as_of: str | None,
        seeds: Path | None,
        home: Path | None,
        *,
        imports: bool,
        with_drafts: bool,
        **asked: str | None,
    ) -> None:
        evidence = opened(endpoint, seeds, home, as_of, imports=imports, with_drafts=with_drafts)
        answers.give(question, asked, evidence, form)

    text = f"{question.description}\n\n\b\nExample:\n  {question.example}"
    made = click.command(question.name, help=text, short_help=question.summary)(run)
    made.params[:0] = parameters
    return made
