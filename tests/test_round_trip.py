"""Round trips: what was curated comes out of the store as it went in, and still keeps the shapes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pyoxigraph as ox

from calcigraph.build.assemble import build
from calcigraph.graph.dataset import GRAPHS, INFERRED, record_quads
from calcigraph.records.context import load_context
from calcigraph.records.read import read_record
from calcigraph.resources import record_files, resources
from calcigraph.store.local import Home

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = tuple(GRAPHS + kind for kind in ("study/", "review/", "trial/", "cohort/"))


def fact(quad: ox.Quad) -> tuple[str, ...]:
    """Return a quad with a decimal number as its value: the store writes 24.0 as 24."""
    term = quad.object
    value = str(term)
    if isinstance(term, ox.Literal) and term.datatype.value.endswith("#decimal"):
        value = str(Decimal(term.value).normalize())
    return str(quad.subject), str(quad.predicate), value, str(quad.graph_name)


def in_records(quad: ox.Quad) -> bool:
    """Tell whether the quad stands in the graph of a record."""
    return str(quad.graph_name)[1:].startswith(RECORDS)


def test_every_fact_comes_out_as_it_went_in(shared_home: Path) -> None:
    """The records' graphs in `graph.nq` are, term by term, what the records say."""
    product = resources()
    context = load_context(product.context)
    read = [read_record(path.read_bytes(), str(path), context).document for path in record_files(product.seeds)]
    written = {fact(quad) for quad in record_quads(d for d in read if d is not None) if in_records(quad)}
    text = build(product, Home(shared_home)).path / "graph.nq"
    stored = {fact(quad) for quad in ox.parse(path=str(text), format=ox.RdfFormat.N_QUADS) if in_records(quad)}
    assert stored == written


def test_derived_statements_stand_apart(shared_home: Path) -> None:
    """No statement that a rule derived stands in the graph of a record."""
    store = build(resources(), Home(shared_home)).open()
    for quad in store.quads_for_pattern(None, None, None, None):
        if str(quad.graph_name)[1:].startswith(INFERRED):
            twins = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
            assert not [twin for twin in twins if in_records(twin)]
