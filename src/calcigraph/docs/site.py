"""The site as a whole: which pages there are, and what each is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import calcigraph
from calcigraph.docs import alignment, answers, dictionary, mappings, model, rules
from calcigraph.docs.graph import rows
from calcigraph.docs.keys import load_keys
from calcigraph.docs.ontology import DEFINITION, Ontology, load_ontology
from calcigraph.docs.render import TEMPLATES, Renderer
from calcigraph.docs.sources import load_sources
from calcigraph.docs.terms import SHOWN_RECORDS, Terms, Tree
from calcigraph.names.vocabulary import TERMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calcigraph.api import Evidence
    from calcigraph.docs.mappings import Mapping
    from calcigraph.questions.catalog import Question

_INDEX = "index.html"
_COUNTED = ("Study", "Review", "Cohort", "RegisteredTrial", "Finding", "Claim", "Observation", "Harm", "EvidenceSearch")
_PLURALS = {
    "Study": "studies",
    "Review": "reviews",
    "Cohort": "cohorts",
    "RegisteredTrial": "registered trials",
    "Finding": "findings",
    "Claim": "claims",
    "Observation": "observations",
    "Harm": "harms",
    "EvidenceSearch": "searches made",
}


def site(evidence: Evidence, *, progress: Callable[[str], None] = lambda _: None) -> Iterator[tuple[str, bytes]]:
    """Yield each file of the documentation: its path and its bytes, the same ones each time for the same evidence."""
    for path, text in _texts(evidence, progress):
        yield path, text.encode()
    for file in evidence.product.mapping_files():
        yield file.name, file.read_bytes()


def _texts(evidence: Evidence, progress: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    ontology = load_ontology(evidence)
    renderer = Renderer(ontology, load_sources(evidence), calcigraph.__version__)
    found = mappings.load_mappings(evidence.product.mapping_files())
    keys = load_keys(evidence.product.context)
    terms = Terms(evidence, ontology, keys, found)
    yield "style.css", (TEMPLATES / "style.css").read_text(encoding="utf-8")
    yield _INDEX, renderer.page("index.html", _INDEX, counts=_counts(evidence), askers=_askers(evidence))
    progress("Writing the questions")
    yield from _questions(evidence, renderer)
    progress("Writing the terms")
    yield "terms/index.html", renderer.page("terms.html", "terms/index.html", **_hierarchies(ontology, terms))
    for term in ontology.terms.values():
        values = terms.page(term) | {"shown": SHOWN_RECORDS, "questions": _asking(evidence, ontology, term.iri)}
        yield term.page, renderer.page("term.html", term.page, **values)
    progress("Writing the model, the records and the rules")
    diagram = model.diagram(ontology, model.load_layout())
    yield "model.html", renderer.page("model.html", "model.html", diagram=diagram, inline=True)
    yield "model.svg", renderer.page("model.svg", "model.svg", diagram=diagram, inline=False)
    yield "records.html", _records(evidence, ontology, renderer)
    yield "rules.html", renderer.page("rules.html", "rules.html", **rules.page(evidence))
    aligned = alignment.page(ontology, found, terms.tree)
    yield "alignment.html", renderer.page("alignment.html", "alignment.html", **aligned)
    yield "mappings.html", _mappings(evidence, renderer, found)


def _counts(evidence: Evidence) -> list[tuple[str, int]]:
    by_class = {row["class"]: int(row["count"]) for row in rows(evidence, "counts")}
    counts = [(_PLURALS[name], by_class.get(TERMS + name, 0)) for name in _COUNTED]
    patients = rows(evidence, "patients")[0].get("patients", "0")
    return [*counts, ("patients, at the least", int(patients))]


def _askers(evidence: Evidence) -> list[tuple[str, list[Question]]]:
    askers = sorted({who for question in evidence.questions.values() for who in question.asked_by})
    return [(who, [q for q in evidence.questions.values() if who in q.asked_by]) for who in askers]


def _asking(evidence: Evidence, ontology: Ontology, iri: str) -> list[Question]:
    """Return the questions that take a term as a parameter."""
    roots = {iri, *ontology.above(iri)}
    return [q for q in evidence.questions.values() if any(p.root in roots for p in q.parameters.values())]


def _questions(evidence: Evidence, renderer: Renderer) -> Iterator[tuple[str, str]]:
    for question in evidence.questions.values():
        path = f"questions/{question.name}.html"
        found = list(answers.tables(evidence, question))
        yield path, renderer.page("question.html", path, question=question, tables=found)
        for table in found:
            yield f"questions/{table.file}", table.csv


def _hierarchies(ontology: Ontology, terms: Terms) -> dict[str, object]:
    """Return the values of the page of all terms: a section per class that is below no other, and the properties."""
    ours = {iri: term for iri, term in ontology.terms.items() if term.ours}
    roots = [iri for iri in ontology.model_terms if not ours[iri].is_property]
    sections = []
    for root in sorted(roots, key=lambda iri: (-len(ontology.below(iri)), ontology.label_key(iri))):
        tree = terms.tree(root, inferred=False)
        tops = [tree] if root not in ontology.members else [tree, *_leaves(ontology, root)]
        if not any(other in roots for other in ontology.above(root)):
            sections.append(_section(ontology, root, tops))
    properties = [iri for iri, term in ontology.terms.items() if term.is_property]
    for kind in ("object property", "datatype property", "annotation property"):
        tops = [
            terms.tree(iri, inferred=False)
            for iri in sorted(properties, key=ontology.label_key)
            if ontology.terms[iri].kind == kind and not ontology.parents[iri]
        ]
        name = kind.capitalize().removesuffix("y") + "ies"
        sections.append({"id": kind.replace(" ", "-"), "name": name, "about": "", "trees": tops, "wide": True})
    return {
        "sections": sections,
        "classes": sum(term.kind == "class" for term in ours.values()),
        "properties": sum(term.is_property for term in ours.values()),
        "individuals": sum(term.kind == "individual" for term in ours.values()),
    }


def _leaves(ontology: Ontology, root: str) -> list[Tree]:
    return [Tree(member, inferred=False, below=[]) for member in ontology.members.get(root, [])]


def _section(ontology: Ontology, root: str, trees: list[Tree]) -> dict[str, object]:
    label = ontology.terms[root].label
    return {
        "id": root.removeprefix(TERMS),
        "name": label[0].upper() + label[1:],
        "about": ontology.text(root, DEFINITION),
        "trees": trees,
        "wide": len(trees) > 1,
    }


def _records(evidence: Evidence, ontology: Ontology, renderer: Renderer) -> str:
    product = evidence.product
    keys = load_keys(product.context)
    shapes = dictionary.load_shapes(product.shape_files())
    kinds = dictionary.dictionary(product, ontology, keys, shapes)
    anchors: dict[tuple[str, str], str] = {}
    for kind in kinds:
        for entry in kind.entries:
            first = f"key-{entry.key.name}"
            anchors[kind.id, entry.key.name] = f"{kind.id}-{entry.key.name}" if first in anchors.values() else first
    example, lines = dictionary.example_record(product, keys)
    return renderer.page(
        "records.html",
        "records.html",
        kinds=kinds,
        anchors=anchors,
        types=list(keys.types),
        keys=keys.keys,
        definitions={iri: ontology.text(iri, DEFINITION) for iri in ontology.terms},
        example=example,
        lines=lines,
        checks=dictionary.checks(shapes),
    )


def _mappings(evidence: Evidence, renderer: Renderer, found: list[Mapping]) -> str:
    external = [mapping for mapping in found if not mapping.iri.startswith(TERMS)]
    vocabularies = mappings.vocabularies(external)
    relations = sorted({relation for vocabulary in vocabularies for relation in vocabulary.relations})
    return renderer.page(
        "mappings.html",
        "mappings.html",
        vocabularies=vocabularies,
        relations=sorted(relations, key=lambda name: (name != "exact match", name)),
        total=len(external),
        mapped=len({mapping.term for mapping in external}),
        files=[path.name for path in evidence.product.mapping_files()],
    )
