"""The command line: one command per module, loaded when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "agree": "Compare two readers' extractions of one source, field by field, with Cohen's kappa.",
    "ask": "Answer a question, as a table, CSV, TSV, JSON, Turtle or Markdown.",
    "audit": "Audit claims: do the findings in the graph bear them out, and does the level stated hold?",
    "build": "Build the graph from the records; does nothing when nothing changed.",
    "classify": "Refresh what is generated from the ontology (for maintainers; needs Java).",
    "diff": "Compare two days or two builds: new findings, levels that moved, contradictions, claims that turned.",
    "docs": "Write the documentation as a static site: terms, questions and answers, model, record format.",
    "draft": "Write a record from a paper's own data, with marks where a person must fill it.",
    "explain": "Say why what stands at a line of a record passes or fails, rule by rule.",
    "export": "Write the evidence in a form that others read: RDF, tables, citations, networks, registries' formats.",
    "fmt": "Put records into their one canonical form, comments kept.",
    "import": "Keep what others published beside the records: RDF, KGX, SSSOM, nanopublications.",
    "mcp": "Offer the questions, profiles and traces to agents as tools (Model Context Protocol).",
    "new": "Write a record by answering questions in the terminal.",
    "plot": "Draw the evidence: a map of it, a forest plot, a timeline, or the network of publications.",
    "profile": "Weigh the evidence on a treatment: studies, response, harms, claims, gaps, and a plain reading.",
    "publish": "Send the graphs that changed to a SPARQL 1.1 store that others run.",
    "questions": "List the questions, or show one.",
    "release": "Write every export to a folder, with checksums, a manifest and descriptions.",
    "report": "Write a report on a treatment or a condition, as Markdown, HTML or PDF.",
    "schema": "Write the JSON Schema of records, for completion and errors in editors.",
    "serve": "Serve the evidence on the web: SPARQL endpoint, questions as an API, linked data.",
    "standing": "List the sources that are retracted, doubted or corrected, what that changed, and ask CrossRef.",
    "validate": "Check records, and say at the file's own line what is wrong.",
    "why": "Trace an answer: what was stated, what a rule derived and from what, down to the papers.",
}


_PARAMETERS = {"format": "form"}
"""The parameters whose names are not those of their options."""
_MODULES = {"import": "imports"}
"""The modules whose names are not those of their commands, which Python keeps for itself."""


class Commands(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"calcigraph.cli.{_MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="calcigraph", message="%(version)s")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    envvar="CALCIGRAPH_CONFIG",
    help="A registry's calcigraph.toml.  [default: the nearest from this folder upward; env: CALCIGRAPH_CONFIG]",
)
@click.pass_context
def cli(ctx: click.Context, config: str | None) -> None:
    """The evidence for treating calcinosis cutis, computable.

    Data goes to standard output, talk to standard error. Exit codes: 0 fine, 1 findings, 2 wrong use.
    This is a research tool, not medical advice.

    \b
    Example:
      calcigraph ask treatments --condition "juvenile dermatomyositis" --level IV
    """
    from calcigraph.registry import CONFIG

    if config is not None:
        # The environment reaches the processes that check and serve, as a value handed down would not.
        os.environ[CONFIG] = config
    if ctx.invoked_subcommand == "validate":
        from calcigraph.resources import resources

        own = resources().registry
        ctx.default_map = (
            {"validate": {_PARAMETERS.get(key, key): value for key, value in own.validate}} if own else None
        )


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code; a user's mistake shows no traceback.

    The process ends at once, as mypy's does: taking the interpreter down in order costs a sixth of a short command.
    """
    from calcigraph.cli.talk import ended, told_full

    code = ended(cli, arguments)
    try:
        with suppress(BrokenPipeError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
    except OSError as error:
        code = code or told_full(error)
    os._exit(code)
