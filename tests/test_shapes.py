"""The shapes: what is sound conforms, each way to break it is named by shape and path, and the two engines agree.

A file in tests/shapes whose name begins with ok conforms. Every other one says in its first lines what is found in it:
shape, path (`-` where it is not one property) and severity. How often a property may stand, and with which values, is
broken here, property by property, starting from the ok.ttl that has them all.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection

from calcigraph.graph.dataset import record_quads, triples_of
from calcigraph.records.context import load_context
from calcigraph.records.read import read_record
from calcigraph.resources import record_files, resources
from calcigraph.validation.engines import validate_with_pyshacl, validate_with_pyshifty
from calcigraph.validation.shapes import load_shapes, project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rdflib.term import Node

    from calcigraph.validation.report import Result

PRODUCT = resources()
CONTEXT = load_context(PRODUCT.context)
SHAPES = load_shapes(PRODUCT.shape_files())
FOLDER = Path(__file__).parent / "shapes"
EXAMPLES = sorted(FOLDER.glob("*/*.ttl"))
SOUND = [path for path in EXAMPLES if path.stem.startswith("ok")]
BROKEN = [path for path in EXAMPLES if path not in SOUND]
CLASSES = [path.parent.name for path in SOUND if path.stem == "ok" and path.parent.name != "Record"]
SHARDS = 4

NOT_CONSTRAINTS = {
    *(SH.path, SH.property, SH.targetClass, SH.targetObjectsOf, SH.targetSubjectsOf, SH.ignoredProperties),
    *(SH.severity, SH.message, SH.prefixes, SH.declare, SH.select),
}
OTHER_TEXT = {
    XSD.string: "another",
    XSD.boolean: "false",
    XSD.decimal: "1.5",
    XSD.gYear: "2002",
    XSD.gYearMonth: "2018-08",
    XSD.date: "2026-11-24",
    XSD.language: "fr",
}
MALFORMED = {XSD.decimal: "1,5", XSD.date: "2026-02-30"}


@dataclass(frozen=True)
class Break:
    """One way to break one property: the rule, the values that stand there then, and the component that finds it."""

    rule: URIRef
    way: str
    component: str
    values: tuple[Node, ...]

    @property
    def name(self) -> str:
        """The rule's own name and the way in which it is broken."""
        return f"{local(self.rule)}-{self.way}"


def local(iri: str) -> str:
    """Return the name of a rule without its namespace."""
    return iri.rpartition("#")[2]


def compact(iri: str) -> str:
    """Return a property as the headers of the examples write it."""
    for prefix, namespace in CONTEXT.prefixes.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri or "-"


def together(files: Iterable[Path]) -> Graph:
    """Return the triples of several files as one graph."""
    graph = Graph()
    for path in files:
        graph.parse(path)
    return graph


@cache
def rules() -> Graph:
    """Return all shapes as one graph."""
    return together(PRODUCT.shape_files())


@cache
def constraints() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Return the SPARQL constraints of each shape that have a name, with the form of their messages."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for shape, constraint in rules().subject_objects(SH.sparql):
        form = re.sub(r"\\\{\\\?\w+\\\}", ".*", re.escape(str(rules().value(constraint, SH.message))))
        if isinstance(constraint, URIRef):
            found.setdefault(str(shape), []).append((str(constraint), re.compile(form)))
    return found


def named(result: Result) -> Result:
    """Return the result under the name of its SPARQL constraint, which the message tells; engines name the shape."""
    found = [name for name, form in constraints().get(result.shape, ()) if form.fullmatch(result.message)]
    return replace(result, shape=found[0]) if found else result


def triples(graph: Graph) -> bytes:
    """Return the graph as N-Triples."""
    return graph.serialize(format="nt", encoding="utf-8")


def found_by_pyshifty(data: bytes) -> list[Result]:
    """Return all that pyshifty finds, within records and across them, as a build does it."""
    spanning = project([data], SHAPES.spanning_properties)
    results = validate_with_pyshifty(data, SHAPES.local) + validate_with_pyshifty(spanning, SHAPES.spanning)
    return sorted(named(result) for result in results)


def found_by_pyshacl(data: bytes) -> list[Result]:
    """Return all that pySHACL finds, within records and across them."""
    spanning = project([data], SHAPES.spanning_properties)
    results = validate_with_pyshacl(data, SHAPES.local) + validate_with_pyshacl(spanning, SHAPES.spanning)
    return sorted(named(result) for result in results)


def title(path: Path) -> str:
    """Return the class and the name of an example."""
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", SOUND, ids=title)
def test_what_is_sound_conforms(path: Path) -> None:
    """Nothing is found in an example of what is sound."""
    assert found_by_pyshifty(triples(Graph().parse(path))) == []


@pytest.mark.parametrize("path", BROKEN, ids=title)
def test_what_is_broken_is_named(path: Path) -> None:
    """In a broken example exactly what its header says is found, with a message in which no name is left open."""
    expected = re.findall(r"^# expects: (\S+) (\S+) (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    results = found_by_pyshifty(triples(Graph().parse(path)))
    assert expected
    assert Counter((local(r.shape), compact(r.path), str(r.severity)) for r in results) == Counter(expected)
    assert all(r.message and "{" not in r.message for r in results)


def targets(shape: Node, graph: Graph) -> list[tuple[Node, set[Node]]]:
    """Return the targets of a node shape, each with the nodes of the graph that it stands for."""
    return [
        *((kind, set(graph.subjects(RDF.type, kind))) for kind in rules().objects(shape, SH.targetClass)),
        *((path, set(graph.objects(None, path))) for path in rules().objects(shape, SH.targetObjectsOf)),
        *((path, set(graph.subjects(path))) for path in rules().objects(shape, SH.targetSubjectsOf)),
    ]


def focus_nodes(shape: Node, graph: Graph) -> set[Node]:
    """Return the nodes of the graph that a node shape looks at."""
    return {node for _, nodes in targets(shape, graph) for node in nodes}


def paths(rule: Node) -> list[Node]:
    """Return the properties of which one is the path of a property shape."""
    path = rules().value(rule, SH.path)
    either = rules().value(path, SH.alternativePath)
    return [path] if isinstance(path, URIRef) else list(Collection(rules(), either)) if either else []


@cache
def sound_example(name: str) -> tuple[Graph, URIRef]:
    """Return the example of a class and the node in it that has all the properties of the class's shape."""
    graph = Graph().parse(FOLDER / name / "ok.ttl")
    shape = CONTEXT.expand(f"cg:{name}Shape")
    wanted = {path for rule in rules().objects(URIRef(shape), SH.property) for path in paths(rule)}
    full = [node for node in focus_nodes(URIRef(shape), graph) if wanted and wanted <= set(graph.predicates(node))]
    assert len(full) == 1, f"{name}/ok.ttl has no node with all properties of {shape}"
    assert isinstance(full[0], URIRef)
    return graph, full[0]


def ways(rule: Node, given: Sequence[Node]) -> Iterator[tuple[str, str, tuple[Node, ...]]]:
    """Yield each way to break a property shape: its name, the component that finds it, and the values it leaves."""
    kind = next((URIRef(str(name)) for name in rules().objects(rule, SH.datatype)), None)
    text = str(given[0])
    if rules().value(rule, SH.minCount):
        yield "missing", "MinCountConstraintComponent", ()
    if rules().value(rule, SH.maxCount):
        another = f"{int(text) + 1}" if kind == XSD.integer else OTHER_TEXT[kind] if kind else f"{text}-again"
        again = Literal(another, datatype=kind) if kind else URIRef(another)
        yield "twice", "MaxCountConstraintComponent", (*given, again)
    if kind:
        component = "DatatypeConstraintComponent"
        yield "other-datatype", component, (Literal(7) if kind == XSD.string else Literal(text, datatype=XSD.string),)
        yield "in-a-language", component, (Literal(text, lang="en"),)
        yield "not-a-literal", component, (URIRef(f"{CONTEXT.base}study/other-2001"),)
        if kind in MALFORMED:
            yield "malformed", component, (Literal(MALFORMED[kind], datatype=kind),)
    if rules().value(rule, SH.minInclusive) is not None:
        yield "negative", "MinInclusiveConstraintComponent", (Literal(-1),)
    if rules().value(rule, SH.nodeKind) == SH.IRI:
        component = "NodeKindConstraintComponent"
        yield "text", component, (Literal(text),)
        yield "nameless", component, (BNode(),)


@cache
def breaks(name: str) -> dict[str, Break]:
    """Return the ways to break the properties of a class, by name."""
    graph, focus = sound_example(name)
    looking = [shape for shape in set(rules().subjects(SH.property)) if focus in focus_nodes(shape, graph)]
    found = {}
    for rule in {rule for shape in looking for rule in rules().objects(shape, SH.property)}:
        given = [value for path in paths(rule) for value in graph.objects(focus, path)]
        for way, component, values in ways(rule, given) if given else ():
            case = Break(URIRef(str(rule)), way, component, values)
            found[case.name] = case
    return dict(sorted(found.items()))


def broken_copies(name: str, copies: Mapping[str, Iterable[Break]]) -> bytes:
    """Return the example of a class with copies of its full node, each broken in the ways given for it."""
    graph, focus = sound_example(name)
    whole = Graph() + graph
    for suffix, cases in copies.items():
        copy = URIRef(f"{focus}-{suffix}")
        away = {path for case in cases for path in paths(case.rule)}
        whole += [(copy, path, value) for path, value in graph.predicate_objects(focus) if path not in away]
        whole += [(copy, paths(case.rule)[0], value) for case in cases for value in case.values]
        whole += [(URIRef(f"{owner}-of-{suffix}"), path, copy) for owner, path in graph.subject_predicates(focus)]
    return triples(whole)


def one_by_one(name: str) -> bytes:
    """Return the example of a class with a copy for each way to break it."""
    return broken_copies(name, {case.name: [case] for case in breaks(name).values()})


@cache
def found_one_by_one(name: str) -> list[Result]:
    """Return what pyshifty finds where each copy is broken in one way."""
    return [named(result) for result in validate_with_pyshifty(one_by_one(name), SHAPES.local)]


@pytest.mark.parametrize(("name", "way"), [(name, way) for name in CLASSES for way in breaks(name)])
def test_a_broken_property_is_named(name: str, way: str) -> None:
    """A property that is missing, stands twice, or has a wrong value is named, and nothing else is."""
    case = breaks(name)[way]
    severity = local(str(rules().value(case.rule, SH.severity))).lower()
    copy = f"{sound_example(name)[1]}-{way}"
    results = [result for result in found_one_by_one(name) if result.focus == copy]
    if case.way == "negative":  # other counts are then above it, which the ledger says too
        results = [result for result in results if result.shape == str(case.rule)]
    assert (str(case.rule), case.component, severity) in [(r.shape, r.component, r.severity) for r in results]
    simple = isinstance(rules().value(case.rule, SH.path), URIRef)
    assert {r.path for r in results} == {str(paths(case.rule)[0]) if simple else ""}


def demanded() -> set[tuple[str, str]]:
    """Return each constraint of each named shape: the name, and the component that finds it broken."""
    components = set()
    for shape, constraint, value in rules():
        if isinstance(shape, URIRef) and str(constraint).startswith(str(SH)) and constraint not in NOT_CONSTRAINTS:
            word = local(str(constraint))
            component = "SPARQL" if constraint == SH.sparql else word[0].upper() + word[1:]
            rule = value if constraint == SH.sparql and isinstance(value, URIRef) else shape
            components.add((local(str(rule)), f"{component}ConstraintComponent"))
    return components


def test_examples_do_not_disturb_each_other() -> None:
    """In all examples together the same is found as in each alone."""
    alone = [result for path in EXAMPLES for result in found_by_pyshifty(triples(Graph().parse(path)))]
    assert sorted(alone) == found_by_pyshifty(triples(together(EXAMPLES)))


@cache
def everything_broken() -> tuple[Graph, list[Result]]:
    """Return all examples and all broken copies as one graph, and what is found in them."""
    graph = together(EXAMPLES)
    results = found_by_pyshifty(triples(graph))
    for name in CLASSES:
        graph.parse(data=one_by_one(name), format="nt")
        results += found_one_by_one(name)
    return graph, results


def test_every_constraint_has_an_example_that_breaks_it() -> None:
    """Each constraint of each shape is broken by some example."""
    _, results = everything_broken()
    assert demanded() - {(local(result.shape), result.component) for result in results} == set()


def test_every_target_has_an_example_that_is_broken() -> None:
    """For each target of each shape, something is found in some node that it stands for."""
    graph, results = everything_broken()
    found = {(result.shape, result.focus) for result in results}
    for shape in {*rules().subjects(RDF.type, SH.NodeShape)}:
        own = {str(rule) for rule in (shape, *rules()[shape : SH.property], *rules()[shape : SH.sparql])}
        for target, nodes in targets(shape, graph):
            assert {(rule, str(node)) for rule in own for node in nodes} & found, (shape, target)


@pytest.mark.parametrize("name", CLASSES)
def test_engines_agree_on_broken_properties(name: str) -> None:
    """Both engines find the same, down to the message, where all properties are broken in one way at a time.

    pySHACL parses a query anew for each node that it looks at, so one copy has all properties missing, one has all of
    them twice, and so on. A nameless node is no part of a record: it is reported as such, and what a query says of it
    is left open, since a blank node in a query is a variable.
    """
    copies: dict[str, list[Break]] = {}
    for case in breaks(name).values():
        copies.setdefault(case.way, []).append(case)
    data = broken_copies(name, copies)
    found, reference = (
        sorted(
            named(result) for result in engine(data, SHAPES.local) if result.focus or "SPARQL" not in result.component
        )
        for engine in (validate_with_pyshifty, validate_with_pyshacl)
    )
    assert {(str(case.rule), case.component) for case in breaks(name).values()} <= {
        (r.shape, r.component) for r in found
    }
    assert found == reference


@pytest.mark.parametrize("shard", range(SHARDS))
def test_engines_agree_on_the_examples(shard: int) -> None:
    """Both engines find the same in the examples, down to the message."""
    data = triples(together(EXAMPLES[shard::SHARDS]))
    assert found_by_pyshacl(data) == found_by_pyshifty(data)


@cache
def seeds(step: int) -> bytes:
    """Return the facts of the curated records, or of every step-th."""
    documents = [
        read_record(path.read_bytes(), path.name, CONTEXT).document for path in record_files(PRODUCT.seeds)[::step]
    ]
    return triples_of(record_quads(document for document in documents if document))


def test_engines_agree_within_records() -> None:
    """Both engines find the same in every ninth curated record, down to the message; CI has them compared on all."""
    data = seeds(9)
    reference = [named(result) for result in validate_with_pyshacl(data, SHAPES.local)]
    assert sorted(reference) == sorted(named(result) for result in validate_with_pyshifty(data, SHAPES.local))


def test_engines_agree_across_the_seeds() -> None:
    """Both engines find the same across all curated records."""
    data = project([seeds(1)], SHAPES.spanning_properties)
    assert validate_with_pyshacl(data, SHAPES.spanning) == validate_with_pyshifty(data, SHAPES.spanning)
