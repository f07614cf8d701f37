"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

seeds = click.option(
    "--seeds",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of records to use instead of those that come with Calcigraph.",
)
home = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="CALCIGRAPH_HOME",
    help="Where builds live.  [default: the user's cache; env: CALCIGRAPH_HOME]",
)
endpoint = click.option(
    "--endpoint",
    metavar="URL",
    help="Ask this SPARQL endpoint instead of the embedded store; CALCIGRAPH_STORE_* hold credentials.",
)
as_of = click.option(
    "--as-of",
    metavar="DATE",
    help="Answer with what was known at the end of this day, month or year, such as 2018-07.",
)
with_imports = click.option(
    "--with-imports/--without-imports",
    "imports",
    default=False,
    help="Take in what `calcigraph import` keeps.  [default: without]",
)
with_drafts = click.option(
    "--with-drafts",
    is_flag=True,
    help="Take in records with the status draft too.",
)
engine = click.option(
    "--engine",
    type=click.Choice(["pyshifty", "pyshacl"]),
    default="pyshifty",
    show_default=True,
    help="The SHACL engine: the fast one, or the reference.",
)
executor = click.option(
    "--executor",
    default="local",
    show_default=True,
    metavar="PLACE",
    help="Where records are read and validated: local, or tcp://HOST:PORT of a Dask scheduler.",
)
jobs = click.option(
    "--jobs",
    type=click.IntRange(1),
    help="Processes that read and validate side by side.  [default: one, and all cores from 1,000 records on]",
)
