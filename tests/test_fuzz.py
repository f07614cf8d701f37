"""Whatever stands in a file, reading and validating it ends, and ends in problems that have a place."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calcigraph.graph.dataset import record_quads, triples_of
from calcigraph.records.context import load_context
from calcigraph.records.mend import mended
from calcigraph.records.read import read_record
from calcigraph.resources import record_files, resources
from calcigraph.validation.engines import validate_with_pyshifty
from calcigraph.validation.foreign import check_rdf
from calcigraph.validation.locate import locate
from calcigraph.validation.shapes import load_shapes
from calcigraph.validation.vocabulary import Declared, declared_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph.errors import Problem

PRODUCT = resources()
CONTEXT = load_context(PRODUCT.context)
SHAPES = load_shapes(PRODUCT.shape_files())
KEYS = sorted(CONTEXT.fields)
WORDS = [
    "id",
    "type",
    "study/a-2001",
    "study",
    "-",
    "[",
    "{",
    "]",
    "}",
    ": ",
    "\n",
    "\n  ",
    "'",
    '"',
    "|",
    ">",
    "#",
    "&a",
]
FORMS = [ox.RdfFormat.TURTLE, ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD]
TOKENS = [
    "cg:Study",
    "cg:enrolled",
    "a",
    ";",
    ".",
    ",",
    "[",
    "]",
    "(",
    ")",
    "_:b",
    '"x"',
    "-3",
    "<#a>",
    "<>",
    "true",
    "\n",
]
HEAD = "@base <https://w3id.org/calcigraph/study/a> .\n@prefix cg: <https://w3id.org/calcigraph/ontology#> .\n"
SLOW = [HealthCheck.too_slow]


@cache
def declared() -> Declared:
    """Return the names that the ontology declares."""
    return declared_names(PRODUCT)


@cache
def sound() -> tuple[bytes, ...]:
    """Return a dozen of the records."""
    return tuple(path.read_bytes() for path in record_files(PRODUCT.seeds)[::24])


def looked_at(data: bytes) -> Sequence[Problem]:
    """Return all that is found in a record; its safe repairs are written too."""
    read = read_record(data, "<stdin>", CONTEXT)
    problems = list(read.problems)
    if read.document is not None:
        results = validate_with_pyshifty(triples_of(record_quads([read.document])), SHAPES.local)
        problems += locate(results, CONTEXT, {read.document.id: "<stdin>"}, lambda _: data)
    if any(problem.repair for problem in problems):
        mended(data, problems)
    return problems


@given(data=st.binary(max_size=200))
@settings(max_examples=150)
def test_any_bytes_are_read(data: bytes) -> None:
    """Bytes of any kind are refused with a place."""
    assert all(problem.line for problem in looked_at(data))


@given(words=st.lists(st.sampled_from(WORDS + KEYS), max_size=40))
@settings(max_examples=200)
def test_any_words_of_records_are_read(words: list[str]) -> None:
    """Keys and marks of YAML in any order are refused with a place, or are a record."""
    assert all(problem.line for problem in looked_at("".join(words).encode()))


@given(st.data())
@settings(max_examples=120, suppress_health_check=SLOW)
def test_a_record_with_other_bytes_in_it_is_read(data: st.DataObject) -> None:
    """A sound record in which a stretch was replaced is read and validated, and each problem has a line of the file."""
    record = data.draw(st.sampled_from(sound()))
    start = data.draw(st.integers(0, len(record)))
    length = data.draw(st.integers(0, 60))
    put = data.draw(st.one_of(st.binary(max_size=20), st.sampled_from(WORDS + KEYS).map(str.encode)))
    broken = record[:start] + put + record[start + length :]
    assert all(0 < problem.line <= broken.count(b"\n") + 2 for problem in looked_at(broken))


@given(form=st.sampled_from(FORMS), data=st.binary(max_size=150))
@settings(max_examples=100, suppress_health_check=SLOW)
def test_any_bytes_are_taken_for_rdf(form: ox.RdfFormat, data: bytes) -> None:
    """Bytes of any kind, said to be RDF, end in problems or in none."""
    check_rdf(data, "x", form, shapes=SHAPES, declared=declared(), context=CONTEXT)


@given(tokens=st.lists(st.sampled_from(TOKENS), max_size=25))
@settings(max_examples=120, suppress_health_check=SLOW)
def test_any_tokens_are_taken_for_turtle(tokens: list[str]) -> None:
    """Tokens of Turtle in any order end in problems or in none."""
    data = (HEAD + " ".join(tokens)).encode()
    check_rdf(data, "x", ox.RdfFormat.TURTLE, shapes=SHAPES, declared=declared(), context=CONTEXT)
