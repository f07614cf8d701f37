"""`calcigraph plot`: each figure is a command."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calcigraph.cli import options
from calcigraph.cli.evidence import opened
from calcigraph.cli.talk import needing
from calcigraph.errors import UnknownName
from calcigraph.figures.output import check_output, write_figure
from calcigraph.names.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph.figures.drawing import Drawing

    Draw = Callable[..., Drawing]
    Option = Callable[[Any], Any]

_COLUMNS = {"one": 88.0, "two": 180.0}
_LEAST, _MOST = 70.0, 600.0
_PAGE = 240.0
"""What a page of a journal holds, in millimetres from top to bottom."""


def _width(_: click.Context, __: click.Parameter, value: str) -> float:
    """Return a width in millimetres: a number, or that of one or two columns."""
    if value in _COLUMNS:
        return _COLUMNS[value]
    with suppress(ValueError):
        if _LEAST <= float(value) <= _MOST:
            return float(value)
    message = f"{value!r} is no width: write one, two, or millimetres from {_LEAST:.0f} to {_MOST:.0f}."
    raise click.BadParameter(message)


class Figures(click.Group):
    """A group that answers the name of an unknown figure with the nearest."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the figure of that name as a command; raises UnknownName with the nearest ones."""
        found = super().get_command(ctx, cmd_name)
        if found is None:
            raise UnknownName(cmd_name, nearest(cmd_name, self.commands, limit=2) or list(self.commands), kind="figure")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of figures."""
        del ctx
        with formatter.section("Figures"):
            formatter.write_dl([(name, figure.short_help or "") for name, figure in sorted(self.commands.items())])


@click.group("plot", cls=Figures)
def command() -> None:
    """Draw the evidence to a file: SVG, PNG or PDF, by its ending.

    Beside FILE stands FILE.alt.txt with a text in place of the figure and with all that it shows in words. The same
    evidence gives the same bytes. Reported response is not efficacy, and this is a research tool, not medical advice.

    \b
    Example:
      calcigraph plot forest --treatment diltiazem --width one -o diltiazem.svg
    """


_TREATMENT = click.option("--treatment", help="The treatment or class; what is below it is included.")
_CONDITION = click.option("--condition", help="The condition; its subtypes are included.")


def _figure(name: str, *asked: Option) -> Callable[[Callable[[], Draw]], click.Command]:
    """Make a command of a function that imports one that draws, with its own options and those of every figure."""
    shared: tuple[Option, ...] = (
        click.option(
            "-o",
            "--output",
            required=True,
            type=click.Path(path_type=Path),
            help="The file to write: .svg, .png or .pdf.",
        ),
        click.option(
            "--width",
            callback=_width,
            metavar="MM",
            default="two",
            show_default=True,
            help="One or two columns, or millimetres.",
        ),
        options.endpoint,
        options.as_of,
        options.with_drafts,
        options.seeds,
        options.home,
    )

    def made(load: Callable[[], Draw]) -> click.Command:
        def run(
            output: Path,
            endpoint: str | None,
            as_of: str | None,
            seeds: Path | None,
            home: Path | None,
            *,
            with_drafts: bool,
            **given: Any,
        ) -> None:
            check_output(output)
            with needing(("matplotlib", "numpy"), "Figures need", "figures"):
                draw = load()
            evidence = opened(endpoint, seeds, home, as_of, with_drafts=with_drafts)
            _write(draw(evidence, **given), output)

        for option in reversed((*asked, *shared)):
            option(run)
        text = load.__doc__ or ""
        return command.command(name, help=text, short_help=text.partition("\n")[0])(run)

    return made


def _write(drawing: Drawing, output: Path) -> None:
    words = write_figure(drawing, output)
    if drawing.height > _PAGE:
        high = f"the figure is {drawing.height:.0f} mm high, more than a page: ask for less, or make it wider"
        click.echo(f"Note: {high}.", err=True)
    click.echo(f"{drawing.short}\n{words} says all that it shows.", err=True)
    click.echo(str(output))


@_figure("map", _TREATMENT, _CONDITION)
def evidence_map() -> Draw:
    """Draw the evidence map: treatments by conditions, with patients, best level and gaps.

    Without a treatment it lists classes; with one, what was given below it.

    \b
    Example:
      calcigraph plot map -o map.svg
    """
    from calcigraph.figures.evidence_map import evidence_map as draw

    return draw


@_figure(
    "forest",
    click.option("--treatment", required=True, help="The treatment or class; what is below it is included."),
    _CONDITION,
    click.option("--route", help="The route by which it was given."),
    click.option(
        "--response",
        type=click.Choice(["any", "complete"]),
        default="any",
        show_default=True,
        help="Who counts as responding: all who got better, or complete responses only.",
    ),
    click.option("--outcome", help="The outcome or class of outcomes.  [default: those on the deposits]"),
)
def forest() -> Draw:
    """Draw a forest plot: who responded in each study, the pool, and what was left out and why.

    \b
    Example:
      calcigraph plot forest --treatment diltiazem --condition "systemic sclerosis" -o diltiazem.pdf
    """
    from calcigraph.figures.forest import forest as draw

    return draw


@_figure("timeline", _TREATMENT, _CONDITION)
def timeline() -> Draw:
    """Draw the years: when each treatment was reported, in how many patients, and which level was reached.

    \b
    Example:
      calcigraph plot timeline --condition JDM --width one -o jdm.png
    """
    from calcigraph.figures.timeline import timeline as draw

    return draw


@_figure("network", _TREATMENT, _CONDITION)
def network() -> Draw:
    """Draw who claims what, who found what, and which publication rests on which.

    Without a treatment and a condition it draws all publications that are linked to each other.

    \b
    Example:
      calcigraph plot network --treatment "calcium channel blocker" -o network.svg
    """
    from calcigraph.figures.network import network as draw

    return draw
