"""The axioms: what contradicts the ontology is found, its nearest right neighbour is not, and sound records agree.

`tests/axioms/` holds tiny data, each wrong in the way that its first line says, beside the right version in `ok-….ttl`;
and `empty-classes.ttl`, what nothing can be. HermiT needs Java and some seconds for each question, so what can be asked
at once is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from calcigraph.graph.dataset import record_quads, triples_of
from calcigraph.names.vocabulary import TERMS
from calcigraph.reasoning.classify import classify, consistent, own_nodes
from calcigraph.records.context import load_context
from calcigraph.records.read import read_record
from calcigraph.resources import record_files, resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PRODUCT = resources()
ONTOLOGY = PRODUCT.ontology_files()
AXIOMS = Path(__file__).parent / "axioms"
CLASSES = AXIOMS / "empty-classes.ttl"
RIGHT = sorted(AXIOMS.glob("ok-*.ttl"))
WRONG = [path.with_name(path.name.removeprefix("ok-")) for path in RIGHT]
TINY = Path(__file__).parent / "worlds" / "tiny"
GIVEN = Path(__file__).parent / "questions" / "treatments" / "given"

OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SH = "http://www.w3.org/ns/shacl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
MADE = "https://example.org/made#"
WRITTEN = "https://example.org/empty-classes#"
TYPE = ox.NamedNode(RDF + "type")
SUBCLASS = ox.NamedNode(RDFS + "subClassOf")
OUTSIDE_OWL = {XSD + "date", XSD + "gYear", XSD + "gYearMonth"}
"""Datatypes of records that OWL 2 does not have: HermiT refuses their literals."""


def triples(*paths: Path) -> bytes:
    """Return the files' triples as N-Triples."""
    return bytes(ox.serialize((t for path in paths for t in own_nodes(path)), format=ox.RdfFormat.N_TRIPLES) or b"")


def loaded(paths: Iterable[Path]) -> ox.Store:
    """Return Turtle files in a store."""
    store = ox.Store()
    for path in paths:
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


def objects(store: ox.Store, subject: ox.NamedNode | ox.BlankNode | ox.Triple, predicate: str) -> list[ox.NamedNode]:
    """Return the objects of a subject's property, in the store."""
    return [q.object for q in store.quads_for_pattern(subject, ox.NamedNode(predicate), None)]  # type: ignore[misc]


# Data.


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_what_is_wrong_contradicts_the_ontology(path: Path) -> None:
    """HermiT finds that the data cannot be true together with the ontology."""
    assert not consistent(ONTOLOGY, triples(path))


def test_what_is_nearly_wrong_agrees_with_the_ontology() -> None:
    """The right versions, all together, can be true."""
    assert consistent(ONTOLOGY, triples(*RIGHT))


def test_each_file_says_what_it_is() -> None:
    """Each wrong file has its right one, and the first line says which it is."""
    assert sorted([*WRONG, *RIGHT, CLASSES]) == sorted(AXIOMS.iterdir())
    for files, word in ((WRONG, "# Wrong: "), (RIGHT, "# Right: ")):
        assert all(path.read_text(encoding="utf-8").startswith(word) for path in files)


@pytest.mark.parametrize("folder", [TINY, GIVEN], ids=["tiny", "given"])
def test_records_agree_with_the_ontology(folder: Path) -> None:
    """Records that the shapes accept can be true together with the ontology; dates and years are left out."""
    context = load_context(PRODUCT.context)
    documents = [read_record(path.read_bytes(), path.name, context).document for path in record_files(folder)]
    quads = [quad for quad in record_quads(document for document in documents if document) if in_owl(quad.object)]
    assert documents
    assert None not in documents
    assert consistent(ONTOLOGY, triples_of(quads))


def in_owl(term: object) -> bool:
    """Tell whether the term is no literal of a datatype that OWL 2 does not have."""
    return not isinstance(term, ox.Literal) or term.datatype.value not in OUTSIDE_OWL


# Values.


def test_the_values_of_each_list_are_different() -> None:
    """The named values of a class are declared all different, so that two where one may stand are an error."""
    store = loaded(ONTOLOGY)
    lists: dict[str, set[str]] = {}
    for quad in store.quads_for_pattern(None, TYPE, ox.NamedNode(OWL + "NamedIndividual")):
        for kind in objects(store, quad.subject, TYPE.value):
            if kind.value.startswith(TERMS):
                lists.setdefault(kind.value, set()).add(quad.subject.value)  # type: ignore[union-attr]
    declared = [
        {member.value for member in members(store, head)}
        for quad in store.quads_for_pattern(None, TYPE, ox.NamedNode(OWL + "AllDifferent"))
        for head in objects(store, quad.subject, OWL + "distinctMembers")
    ]
    missing = {kind: values for kind, values in lists.items() if len(values) > 1 and values not in declared}
    assert lists
    assert missing == {}


def members(store: ox.Store, head: ox.NamedNode | ox.BlankNode) -> Iterator[ox.NamedNode]:
    """Yield the members of an RDF list."""
    while head.value != RDF + "nil":
        yield from objects(store, head, RDF + "first")
        (head,) = objects(store, head, RDF + "rest")


# Classes that nothing can belong to: those written down, and those made from the closed shapes.


def keys_of_parts() -> dict[ox.NamedNode, dict[ox.NamedNode, ox.NamedNode]]:
    """Return each class that has a closed shape, with its properties, each with its property shape."""
    shapes, ontology = loaded(PRODUCT.shape_files()), loaded(ONTOLOGY)
    parts = {}
    for quad in shapes.quads_for_pattern(None, ox.NamedNode(SH + "closed"), None):
        shape = quad.subject
        assert isinstance(shape, ox.NamedNode)
        targets = objects(shapes, shape, SH + "targetClass") or [
            kind
            for leads in objects(shapes, shape, SH + "targetObjectsOf")
            for kind in objects(ontology, leads, RDFS + "range")
        ]
        (part,) = targets
        parts[part] = {
            path: property_shape
            for property_shape in objects(shapes, shape, SH + "property")
            for path in objects(shapes, property_shape, SH + "path")
        }
    return parts


def restriction(key: ox.NamedNode, way: str, value: str) -> str:
    """Return, as Turtle, what has the property in this way."""
    return f"[ a owl:Restriction ; owl:onProperty {key} ; owl:{way} {value} ]"


def made_class(name: str, parts: Iterable[ox.NamedNode], *also: str) -> str:
    """Return, as Turtle, the class of what is one of the parts and all else besides."""
    first, *rest = sorted(map(str, parts))
    either = f"[ a owl:Class ; owl:unionOf ( {first} {' '.join(rest)} ) ]" if rest else first
    return f"made:{name} a owl:Class ; rdfs:subClassOf {' , '.join((either, *also))} .\n"


def made_from_shapes() -> str:
    """Return, as Turtle, classes of what the closed shapes forbid, and one of all that they allow for each part.

    For each property: the parts that may not have it, those that may not have it twice, and those whose count is
    below zero. A second value of a transitive property cannot be asked for in OWL 2 DL.
    """
    shapes, ontology, parts = loaded(PRODUCT.shape_files()), loaded(ONTOLOGY), keys_of_parts()
    allowed: dict[ox.NamedNode, list[str]] = {part: [] for part in parts}
    text = [f"@prefix made: <{MADE}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> .\n"]
    for key in sorted({key for keys in parts.values() for key in keys}, key=str):
        kinds = {kind.value for kind in objects(ontology, key, TYPE.value)}
        if OWL + "AnnotationProperty" in kinds:  # Nothing follows from one, such as the title.
            continue
        some = restriction(key, "someValuesFrom", "owl:Thing" if OWL + "ObjectProperty" in kinds else "rdfs:Literal")
        two = restriction(key, "minCardinality", f'"2"^^<{XSD}nonNegativeInteger>')
        having = {part: keys[key] for part, keys in parts.items() if key in keys}
        once = {part for part, rule in having.items() if objects(shapes, rule, SH + "maxCount")}
        counted = {part for part, rule in having.items() if objects(shapes, rule, SH + "minInclusive")}
        name = key.value.rpartition("/")[2].replace("#", "-")
        text.append(made_class(f"Misplaced-{name}", parts.keys() - having.keys(), some))
        if once:
            text.append(made_class(f"Twice-{name}", once, two))
        if counted:
            text.append(made_class(f"Negative-{name}", counted, restriction(key, "hasValue", "-1")))
        for part in having:
            many = part not in once and OWL + "TransitiveProperty" not in kinds
            zero = [restriction(key, "hasValue", "0")] if part in counted else []
            allowed[part] += [two if many else some, *zero]
    for part, what in allowed.items():
        text.append(made_class(f"Possible-{part.value.rpartition('#')[2]}", [part], *what))
    return "".join(text)


def test_a_class_is_empty_where_the_shapes_forbid_it(tmp_path: Path) -> None:
    """The ontology forbids where a property may not stand, twice or below zero, as the closed shapes do, and no more.

    So it is with the classes written down: those below Empty are empty, and those below Possible are not.
    """
    file = tmp_path / "made.ttl"
    file.write_text(made_from_shapes(), encoding="utf-8")
    asked = loaded([CLASSES, file])
    classes = [q.subject.value for q in asked.quads_for_pattern(None, TYPE, ox.NamedNode(OWL + "Class"))]  # type: ignore[union-attr]
    made = {name for name in classes if name.startswith(MADE)}
    possible = {name for name in made if name.startswith(MADE + "Possible-")}
    written = {
        kind: {q.subject.value for q in asked.quads_for_pattern(None, SUBCLASS, ox.NamedNode(WRITTEN + kind))}  # type: ignore[union-attr]
        for kind in ("Empty", "Possible")
    }
    empty = {name for name in classify([*ONTOLOGY, CLASSES, file]).unsatisfiable if name != OWL + "Nothing"}
    assert possible
    assert written["Possible"]
    assert {name for name in empty if name.startswith(WRITTEN)} == written["Empty"]
    assert empty - written["Empty"] == made - possible
