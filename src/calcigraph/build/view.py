"""The evidence as it was known on a day: a build without what was published later, with rules and pools made anew.

A record is known from the last day of the period that it names: of the day it was put online, of its year of
publication, or of when its trial started, whichever comes first. What says no date, or none precise enough, is left out
and counted.
The log of searches stays: what a search of today did not find was not there earlier either. A source is marked from the
last day of the period on which its notice was published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.build.stated import stated
from calcigraph.graph.dataset import PROVENANCE_GRAPH
from calcigraph.graph.standing import STANDING_GRAPH
from calcigraph.names.days import first_and_last
from calcigraph.store.local import BuildInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    import pyoxigraph as ox

    from calcigraph.resources import Resources
    from calcigraph.store.local import Build, Home


class Known(NamedTuple):
    """The records by whether they were known on a day; each is named by its IRI, with its named graph."""

    known: dict[str, str]
    later: dict[str, str]
    unsure: dict[str, str]
    undated: dict[str, str]

    def left_out(self) -> dict[str, str]:
        """Return all records that a view of that day lacks."""
        return {**self.later, **self.unsure, **self.undated}


def view(
    product: Resources, home: Home, made: Build, day: date, progress: Callable[[str], None] = lambda _: None
) -> Build:
    """Return the build of what was known at the end of the day, made now unless it was made before.

    Raises BuildFailed if it cannot be written.
    """
    digest = f"{made.info.digest}-{day.isoformat()}"
    return home.found_or_made(digest, lambda folder: _make(product, made, day, digest, folder, progress))


def as_if_unmarked(
    product: Resources, home: Home, made: Build, progress: Callable[[str], None] = lambda _: None
) -> Build:
    """Return the build of what the evidence would be if no source were marked, made now unless it was made before.

    Raises BuildFailed if it cannot be written.
    """
    digest = f"{made.info.digest}-unmarked"

    def make(folder: Path) -> None:
        unmarked = (quad for quad in stated(made) if quad.graph_name.value != STANDING_GRAPH)
        _finished(product, unmarked, folder, made.info._replace(digest=digest, quads=0, derived=0), progress)

    return home.found_or_made(digest, make)


def known_on(day: date, product: Resources, store: ox.Store) -> Known:
    """Return which records of a store were known at the end of a day."""
    rows: Any = store.query(product.publications.read_text(encoding="utf-8"), use_default_graph_as_union=True)
    sorted_out = Known({}, {}, {}, {})
    for row in rows:
        dates = [first_and_last(row[name].value) for name in ("year", "online", "started") if row[name] is not None]
        if not dates:
            place = sorted_out.undated
        elif min(last for _, last in dates) <= day:
            place = sorted_out.known
        else:
            place = sorted_out.unsure if min(first for first, _ in dates) <= day else sorted_out.later
        place[row["record"].value] = row["graph"].value
    return sorted_out


def _make(
    product: Resources, made: Build, day: date, digest: str, folder: Path, progress: Callable[[str], None]
) -> None:
    store = made.open()
    known = known_on(day, product, store)
    later = _later_notices(day, product, store)
    info = BuildInfo(
        digest=digest,
        records=len(known.known),
        quads=0,
        derived=0,
        warnings=made.info.warnings,
        remarks=made.info.remarks,
        as_of=day.isoformat(),
        undated=len(known.undated),
        unsure=len(known.unsure),
        later=len(known.later),
        drafts=made.info.drafts,
        with_drafts=made.info.with_drafts,
    )
    _finished(product, _kept(made, known.left_out(), later), folder, info, progress)


def _finished(
    product: Resources, facts: Iterator[ox.Quad], folder: Path, info: BuildInfo, progress: Callable[[str], None]
) -> None:
    import pyoxigraph as ox

    from calcigraph.build.finish import finish

    store = ox.Store(str(folder / "store"))
    store.bulk_extend(facts)
    finish(product, store, folder, info, progress)


def _later_notices(day: date, product: Resources, store: ox.Store) -> frozenset[str]:
    """Return the notices that were not published by the end of the day, and the standings that they give, as pairs."""
    rows: Any = store.query(product.notices.read_text(encoding="utf-8"), use_default_graph_as_union=True)
    later = [row for row in rows if first_and_last(row["since"].value)[1] > day]
    pairs = {f"{row['record'].value} {row['standing'].value}" for row in later}
    return frozenset({row["notice"].value for row in later} | pairs)


def _kept(made: Build, left_out: Mapping[str, str], later: frozenset[str]) -> Iterator[ox.Quad]:
    """Yield what was stated in the records that stay and in the ontology, without links to records that do not."""
    import pyoxigraph as ox

    graphs = frozenset(left_out.values())
    for quad in stated(made):
        name, subject = quad.graph_name.value, quad.subject.value
        if name in graphs or (name == PROVENANCE_GRAPH and subject in graphs):
            continue
        if name == STANDING_GRAPH and (subject in left_out or {subject, f"{subject} {quad.object.value}"} & later):
            continue
        if isinstance(quad.object, ox.NamedNode) and quad.object.value.partition("#")[0] in left_out:
            continue
        yield quad
