"""The documentation: pages that are sound HTML, complete, true to the evidence, and written in whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

import pyoxigraph as ox
import pytest
import yaml
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Namespace, URIRef
from rdflib.plugins.sparql import prepareQuery

from calcigraph.docs import alignment, axioms, mappings, model
from calcigraph.docs.answers import SHOWN_ROWS, asked
from calcigraph.docs.folder import write_files
from calcigraph.docs.graph import Node
from calcigraph.docs.ontology import KINDS, Ontology, Term, load_ontology
from calcigraph.docs.render import TEMPLATES
from calcigraph.docs.site import site
from calcigraph.errors import BadFolder
from calcigraph.questions.answers import heading, to_separated
from calcigraph.resources import resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph import Evidence

TINY = Path(__file__).parent / "worlds" / "tiny"
CG = Namespace("https://w3id.org/calcigraph/ontology#")
CAUTION = "research tool, not medical advice; reported response is not efficacy"
VOID = {"meta", "link", "br", "hr", "img", "input"}


@dataclass
class Page(HTMLParser):
    """What a test wants to know of a page: its tags, ids, links, texts and tables."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start as a parser does."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and begin a table, a row or a cell."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Close a tag; only the one that was opened last can be closed."""
        assert self.open.pop() == tag
        self.text.append(" " if tag in {"dt", "dd", "td", "th", "li", "p"} else "")

    def handle_data(self, data: str) -> None:
        """Note a text, and in a table the cell that it stands in."""
        self.text.append(data)
        if "table" in self.open and ("td" in self.open or "th" in self.open):
            self.tables[-1][-1][-1] += data

    def all(self, *names: str) -> list[dict[str, str]]:
        """Return the attributes of all tags of those names."""
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def words(self) -> str:
        """The text, with single spaces."""
        return " ".join("".join(self.text).split())


def parse(text: str) -> Page:
    """Return a page read by Python's own parser."""
    page = Page()
    page.feed(text)
    page.close()
    return page


@pytest.fixture(scope="module")
def files(evidence: Evidence) -> dict[str, bytes]:
    """Return the documentation of the real evidence by path."""
    return dict(site(evidence))


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, Page]:
    """Return the pages, read."""
    return {path: parse(content.decode()) for path, content in files.items() if path.endswith(".html")}


@pytest.fixture(scope="module")
def ontology(evidence: Evidence) -> Ontology:
    """Return the ontology as the pages see it."""
    return load_ontology(evidence)


@pytest.fixture(scope="module")
def turtle() -> Graph:
    """Return the ontology read by another library."""
    graph = Graph()
    for path in resources().ontology_files():
        graph.parse(path, format="turtle")
    return graph


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "calcigraph", *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_page_is_one_document(pages: dict[str, Page]) -> None:
    """Each page closes what it opens, has one heading, a language, a title, landmarks, and the caution once."""
    for path, page in pages.items():
        assert page.open == [], path
        assert len(page.all("h1")) == 1, path
        assert page.all("html")[0] == {"lang": "en"}, path
        assert [len(page.all(name)) for name in ("title", "main", "header", "footer")] >= [1, 1, 1, 1], path
        assert len(page.all("main")) == 1, path
        assert all(nav.get("aria-label") for nav in page.all("nav")), path
        assert page.words.count(CAUTION) == 1, path
        assert page.all("a")[0] == {"class": "skip", "href": "#content"}, path


def test_headings_descend_by_one(pages: dict[str, Page]) -> None:
    """No level of headings is left out, so that a screen reader's outline is whole."""
    for path, page in pages.items():
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_each_link_leads_somewhere(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    """A link within the site leads to a file, and to an id that this file has once."""
    ids = {path: [tag["id"] for _, tag in page.tags if "id" in tag] for path, page in pages.items()}
    for path, found in ids.items():
        assert len(found) == len(set(found)), path
    for path, page in pages.items():
        for attributes in page.all("a", "link"):
            whole = urljoin(f"http://site/{path}", attributes["href"])
            if whole.startswith("http://site/"):
                target, _, fragment = unquote(whole.removeprefix("http://site/")).partition("#")
                assert target in files, (path, attributes["href"])
                assert not fragment or fragment in ids[target], (path, attributes["href"])


def test_nothing_is_loaded_from_elsewhere(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    """There is no script, and neither a page nor the style sheet nor the diagram loads anything of another host."""
    for path, page in pages.items():
        assert not page.all("script", "iframe", "object", "embed"), path
        loaded = [*(tag.get("src", "") for _, tag in page.tags), *(tag["href"] for tag in page.all("link"))]
        assert not [address for address in loaded if "//" in address], path
    for path in ("style.css", "model.svg"):
        text = files[path].decode()
        assert not re.search(r"@import|url\((?!#)|src=", text), path


def test_what_is_seen_has_words(pages: dict[str, Page]) -> None:
    """Each image says what it shows or is hidden, each box that scrolls has a name, each column heading a scope."""
    for path, page in pages.items():
        assert all("alt" in image for image in page.all("img")), path
        for image in page.all("svg"):
            assert image.get("aria-hidden") == "true" or image.get("aria-labelledby"), path
        for tag, attributes in page.tags:
            if attributes.get("role") == "region":
                assert attributes.get("aria-label"), (path, tag)
                assert attributes.get("tabindex") == "0", (path, tag)
        assert all(cell.get("scope") in {"col", "row"} for cell in page.all("th")), path


def test_colours_can_be_read_in_light_and_dark() -> None:
    """Text and links have a contrast of at least 4.5 against page and panel, as WCAG asks at level AA."""
    text = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    schemes = [dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", block)) for block in re.findall(r":root\{([^}]*)\}", text)]
    screens = [scheme for scheme in schemes if "ink" in scheme]
    assert len(screens) == 2
    for scheme in screens:
        for name, colour in scheme.items():
            if name not in {"paper", "panel", "rule"}:
                assert min(contrast(colour, scheme[ground]) for ground in ("paper", "panel")) >= 4.5, (name, colour)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_and_white_differ_most() -> None:
    """The contrast of black and white is 21 to 1, and that of a colour with itself 1 to 1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#0b5c6b", "#0b5c6b") == pytest.approx(1)


def test_each_term_has_a_page(turtle: Graph, ontology: Ontology, pages: dict[str, Page]) -> None:
    """Every class, property and individual of the ontology has one page, with its IRI, label and definition."""
    declared = {
        str(term) for kind in KINDS for term in turtle.subjects(RDF.type, URIRef(kind)) if isinstance(term, URIRef)
    }
    assert {path for path in pages if path.startswith("terms/")} == {
        "terms/index.html",
        *(ontology.terms[iri].page for iri in declared),
    }
    definition = URIRef("http://purl.obolibrary.org/obo/IAO_0000115")
    for iri in declared:
        page = pages[ontology.terms[iri].page]
        assert f"IRI {iri} Compact" in page.words
        for text in [*turtle.objects(URIRef(iri), RDFS.label), *turtle.objects(URIRef(iri), definition)]:
            assert " ".join(str(text).split()) in page.words, iri


def test_pages_can_be_kept_on_any_disk(files: dict[str, bytes]) -> None:
    """No two files differ by case alone, and names are plain, though cg:Finding and cg:finding are two terms."""
    assert len({path.casefold() for path in files}) == len(files)
    assert all(re.fullmatch(r"[\w./-]+", path) for path in files)
    assert {"terms/Finding.html", "terms/finding-property.html"} <= files.keys()


def test_each_term_stands_in_a_hierarchy(ontology: Ontology, pages: dict[str, Page]) -> None:
    """The page of all terms leads to every term of ours."""
    linked = {urljoin("terms/index.html", link["href"]) for link in pages["terms/index.html"].all("a")}
    missing = [term.name for term in ontology.terms.values() if term.ours and term.page not in linked]
    assert missing == []


def test_what_hermit_derived_is_marked(ontology: Ontology, pages: dict[str, Page]) -> None:
    """A class that HermiT put below another says so on its page, and the asserted superclass is not called inferred."""
    assert ontology.inferred
    for child, parent in ontology.inferred:
        words = pages[ontology.terms[child].page].words
        stated = words.partition("Subclass of, inferred")[2]
        assert ontology.terms[parent].label in stated, child
    words = pages["terms/CalciumChannelBlocker.html"].words
    assert "Subclass of, inferred" not in words


def test_axioms_are_in_words(pages: dict[str, Page]) -> None:
    """The definition of a class stands on its page in the words of the Manchester syntax, and so do chains."""
    words = pages["terms/VitaminKAntagonist.html"].words
    assert "Equivalent to drug treatment and ( has target some vitamin K epoxide reductase )" in words
    assert "has finding then has treatment" in pages["terms/studiesTreatment.html"].words


PREFIXES = """
@prefix : <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix cg: <https://w3id.org/calcigraph/ontology#> .
"""


def made(text: str) -> Ontology:
    """Return an ontology of a few statements."""
    said: dict[str, dict[str, list[Node]]] = {}
    kinds: dict[type, str] = {ox.NamedNode: "uri", ox.BlankNode: "bnode"}
    for quad in ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE):
        assert not isinstance(quad.subject, ox.Triple)
        assert not isinstance(quad.object, ox.Triple)
        datatype = quad.object.datatype.value if isinstance(quad.object, ox.Literal) else ""
        node = Node(kinds.get(type(quad.object), "literal"), quad.object.value, datatype)
        said.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(node)
    found = Ontology(said, frozenset(), {"": "http://example.org/", "xsd": "http://www.w3.org/2001/XMLSchema#"})
    for iri, predicates in said.items():
        kind = next((KINDS[node.value] for node in predicates.get(str(RDF.type), ()) if node.value in KINDS), None)
        if kind:
            found.terms[iri] = Term(iri, iri, kind, found.text(iri, str(RDFS.label)) or iri.rpartition("/")[2])
    return found


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("[ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :B ]", ":p only :B"),
        ("[ a owl:Restriction ; owl:onProperty :p ; owl:hasValue 3 ]", ":p value 3"),
        ("[ a owl:Restriction ; owl:onProperty :p ; owl:minQualifiedCardinality 2 ; owl:onClass :B ]", ":p min 2 :B"),
        ("[ a owl:Restriction ; owl:onProperty :p ; owl:cardinality 1 ]", ":p exactly 1"),
        ("[ a owl:Restriction ; owl:onProperty :p ; owl:hasSelf true ]", ":p Self"),
        ("[ owl:unionOf ( :B [ owl:complementOf :C ] ) ]", ":B or ( not :C )"),
        ("[ owl:oneOf ( :B :C ) ]", "{ :B , :C }"),
        (
            "[ a owl:Restriction ; owl:onProperty [ owl:inverseOf :p ] ; owl:someValuesFrom :B ]",
            "inverse of :p some :B",
        ),
        (
            "[ owl:onDatatype xsd:integer ; owl:withRestrictions ( [ xsd:minInclusive 0 ] [ xsd:maxExclusive 9 ] ) ]",
            "xsd:integer [ ≥ 0 , < 9 ]",
        ),
    ],
)
def test_an_expression_in_words(expression: str, words: str) -> None:
    """Each construct of OWL has its words."""
    found = made(f":A rdfs:subClassOf {expression} .")
    (axiom,) = axioms.expressions(found, "http://example.org/A", str(RDFS.subClassOf), named=False)
    assert axioms.flat(axiom) == words


def test_disjointness_goes_both_ways() -> None:
    """What a pair or a list declares disjoint is shown for each of its terms, and for no other."""
    found = made(
        ":A a owl:Class ; owl:disjointWith :B . :B a owl:Class . :C a owl:Class . :D a owl:Class . :E a owl:Class . "
        "[] a owl:AllDisjointClasses ; owl:members ( :B :C :D ) ."
    )
    short = {iri[-1]: [other[-1] for other in others] for iri, others in axioms.disjointness(found).items() if others}
    assert short == {"A": ["B"], "B": ["A", "C", "D"], "C": ["B", "D"], "D": ["B", "C"]}


def test_a_circle_of_classes_ends() -> None:
    """Two classes that are below each other do not make an endless page."""
    found = made(":A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class ; rdfs:subClassOf :A .")
    assert found.below("http://example.org/A") == {"http://example.org/A", "http://example.org/B"}


def test_each_question_has_a_page(evidence: Evidence, pages: dict[str, Page]) -> None:
    """The page of a question says what it asks, takes and answers, and holds its query; the first page leads to it."""
    links = {link["href"] for link in pages["index.html"].all("a")}
    for name, question in evidence.questions.items():
        assert f"questions/{name}.html" in links
        words = pages[f"questions/{name}.html"].words
        for text in (
            question.summary,
            question.description,
            question.example,
            question.text,
            *question.columns.values(),
        ):
            assert " ".join(text.split()) in words, name
        for who in question.asked_by:
            assert who in words


def test_the_answers_are_those_of_the_evidence(
    evidence: Evidence, files: dict[str, bytes], pages: dict[str, Page]
) -> None:
    """Table and CSV of each question hold what the evidence answers, for the example and for all."""
    for name, question in evidence.questions.items():
        wanted = [("-example", asked(question))]
        wanted += [] if any(p.required for p in question.parameters.values()) else [("", {})]
        tables = pages[f"questions/{name}.html"].tables
        assert len(tables) == len([answer for _, given in wanted if len(answer := evidence.answer(question, given))])
        for (ending, given), table in zip(wanted, tables, strict=False):
            answer = evidence.answer(question, given)
            assert files[f"questions/{name}{ending}.csv"].decode() == to_separated(answer, ",")
            shown = [column for column in answer.columns if f"{column}_label" not in answer.columns]
            assert table[0] == [heading(column) for column in shown]
            assert len(table) - 1 == min(len(answer), SHOWN_ROWS)
            rows = list(answer)
            for index, column in enumerate(shown):
                if column in answer.shown:
                    texts = ["" if (v := row[column]) is None else str(v) for row in rows[:SHOWN_ROWS]]
                    words = {"True": "yes", "False": "no"}
                    expected = [" ".join(words.get(text, text).split()) for text in texts]
                    assert [" ".join(row[index].split()) for row in table[1:]] == expected, (name, column)
            assert f"{len(answer)} row" in pages[f"questions/{name}.html"].words


def test_a_record_leads_to_its_source(evidence: Evidence, pages: dict[str, Page]) -> None:
    """In an answer a study is a link to its DOI, and a treatment one to its page."""
    (row,) = evidence.ask("lookup", identifier="31302187")
    assert str(row["found"]).endswith("review/traineau-2020")
    links = [link["href"] for link in pages["questions/lookup.html"].all("a")]
    assert any(link.startswith("https://doi.org/10.") for link in links)
    assert "../terms/Rituximab.html" in [link["href"] for link in pages["questions/treatment.html"].all("a")]


def test_uses_are_counted(evidence: Evidence, pages: dict[str, Page]) -> None:
    """The page of a treatment lists the records that name it."""
    records = {str(row["part"]).partition("#")[0] for row in evidence.ask("treatment", treatment="diltiazem")}
    assert records
    words = pages["terms/Diltiazem.html"].words
    assert re.search(r"Named by \d+ parts of \d+ records", words)
    assert "Balin SJ 2012" in words


def test_the_dictionary_has_each_key(pages: dict[str, Page], ontology: Ontology) -> None:
    """Each key that a shape allows stands in the table of its kind, with whether it is needed, and may be several."""
    shapes = Graph()
    for file in resources().shape_files():
        shapes.parse(file, format="turtle")
    page = pages["records.html"]
    by_heading = dict(
        zip([t["aria-label"] for _, t in page.tags if t.get("role") == "region"], page.tables, strict=True)
    )
    context = yaml.safe_load(resources().context.read_text(encoding="utf-8"))["@context"]
    prefixes = {name: value for name, value in context.items() if isinstance(value, str)}
    keys = {
        URIRef(prefixes[entry["@id"].partition(":")[0]] + entry["@id"].partition(":")[2]): name
        for name, entry in context.items()
        if isinstance(entry, dict)
    }
    checked = 0
    for kind in ("Study", "Review", "RegisteredTrial", "Cohort", "Finding", "Claim", "Harm", "Reading", "Curation"):
        table = by_heading[f"Keys of a {ontology.terms[str(CG[kind])].label}"]
        rows = {row[0].strip(): row for row in table[1:]}
        properties = list(shapes.objects(CG[f"{kind}Shape"], SH.property))
        assert len(rows) == len(properties)
        for shape in properties:
            path = shapes.value(shape, SH.path)
            assert isinstance(path, URIRef)
            row = rows[keys[path]]
            assert (row[1].strip() == "yes") == (shapes.value(shape, SH.minCount) is not None)
            assert (row[2].strip() == "one") == (str(shapes.value(shape, SH.maxCount)) == "1")
            assert ontology.compact(str(path)) in row[3]
            checked += 1
    assert checked > 100


def test_the_examples_are_real(pages: dict[str, Page]) -> None:
    """A value in the dictionary stands in the record that it is said to be from."""
    product = resources()
    checked = 0
    for table in pages["records.html"].tables:
        if table[0][-1] != "A real value":
            continue
        for row in table[1:]:
            found = re.fullmatch(r"(.*?)…? ?((?:study|review|trial|cohort)/\S+)", " ".join(row[-1].split()))
            if found is None:
                assert not row[-1].strip()
                continue
            folder, _, name = found[2].partition("/")
            folders = {"study": "studies", "review": "reviews", "trial": "trials", "cohort": "cohorts"}
            text = " ".join((product.seeds / folders[folder] / f"{name}.yaml").read_text(encoding="utf-8").split())
            assert found[1].split(", ")[0].split(" ")[0] in text, row
            checked += 1
    assert checked > 100


def test_the_whole_record_is_whole(pages: dict[str, Page]) -> None:
    """The explained record reads as the file in the repository."""
    table = next(table for table in pages["records.html"].tables if table[0] == ["The record", "What it says"])
    record = yaml.safe_load("\n".join(row[0] for row in table[1:]))
    folder = {"study": "studies", "review": "reviews", "trial": "trials", "cohort": "cohorts"}[record["type"]]
    file = resources().seeds / folder / f"{record['id'].partition('/')[2]}.yaml"
    assert record == yaml.safe_load(file.read_text(encoding="utf-8"))
    assert any("findings" in row[0] and row[1] for row in table[1:])


def test_the_levels_are_those_of_the_table(pages: dict[str, Page]) -> None:
    """Each line of the table of levels by design is a cell of the matrix, and there is no other cell."""
    matrix = pages["rules.html"].tables[0]
    with resources().levels.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t"))
    cells = {
        (row[0].strip(), matrix[0][index].strip()): " ".join(row[index].split())
        for row in matrix[1:]
        for index in range(1, len(row))
        if row[index].strip() != "none"
    }

    def bare(line: dict[str, str]) -> str:
        return line["level"].removesuffix(f" ({line['scale']})")

    assert cells == {(line["design"], line["scale"]): f"{bare(line)} {line['basis']}" for line in lines}


def test_the_verdicts_are_those_of_the_table(pages: dict[str, Page]) -> None:
    """Each line of the table of verdicts is a row of the page, and there is no other row."""
    shown = next(table for table in pages["rules.html"].tables if table[0][0] == "Stance")
    with resources().verdicts.open(encoding="utf-8", newline="") as file:
        lines = [list(line.values()) for line in csv.DictReader(file, delimiter="\t")]
    assert sorted([" ".join(cell.split()) for cell in row] for row in shown[1:]) == sorted(lines)


def test_each_rule_is_shown(pages: dict[str, Page]) -> None:
    """The text of each rule stands on the page of the rules."""
    for path in resources().rule_files():
        assert " ".join(path.read_text(encoding="utf-8").split()) in pages["rules.html"].words, path.name


def test_each_alignment_axiom_is_shown(turtle: Graph, ontology: Ontology, pages: dict[str, Page]) -> None:
    """Each axiom between a term of ours and a named one of another ontology is a row of the page of the alignment."""
    rows = [[" ".join(cell.split()) for cell in row] for table in pages["alignment.html"].tables for row in table]
    names = {RDFS.subClassOf: "subclass of", RDFS.subPropertyOf: "subproperty of", OWL.equivalentClass: "equivalent to"}
    wanted = [
        [ontology.terms[str(ours)].label, name, axioms.label_of(ontology, str(other)), ontology.compact(str(other))]
        for predicate, name in names.items()
        for ours, other in turtle.subject_objects(predicate)
        if str(ours).startswith(CG) and isinstance(other, URIRef) and not str(other).startswith((CG, str(OWL)))
    ]
    assert [row for row in wanted if row not in rows] == []


def test_an_alignment_is_read_from_axioms() -> None:
    """Superclasses, superproperties and equivalents elsewhere align a term; its superclass among ours does not."""
    found = made(
        "cg:A a owl:Class ; rdfs:subClassOf :X, cg:B ; owl:equivalentClass :Y . cg:B a owl:Class . :X a owl:Class . "
        "cg:p a owl:ObjectProperty ; rdfs:subPropertyOf :q . :q a owl:ObjectProperty ."
    )
    start = "http://example.org/"
    assert set(alignment.alignment(found)) == {
        alignment.Aligned(str(CG.A), "subclass of", start + "X"),
        alignment.Aligned(str(CG.A), "equivalent to", start + "Y"),
        alignment.Aligned(str(CG.p), "subproperty of", start + "q"),
    }


def test_mappings_are_counted(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    """For each vocabulary the page counts the terms that the SSSOM file maps to it; the file itself is beside it."""
    product = resources()
    assert files[product.mappings.name] == product.mappings.read_bytes()
    text = "\n".join(line for line in product.mappings.read_text(encoding="utf-8").splitlines() if line[0] != "#")
    terms: dict[str, set[str]] = {}
    for row in csv.DictReader(io.StringIO(text), delimiter="\t"):
        terms.setdefault(row["object_id"].partition(":")[0], set()).add(row["subject_id"])
    (table,) = pages["mappings.html"].tables
    counted = {row[0]: int(row[2]) for row in table[1:]}
    assert counted == {prefix: len(found) for prefix, found in terms.items()}


def test_a_term_shows_its_mappings(ontology: Ontology, pages: dict[str, Page]) -> None:
    """Each mapping stands on the page of its term."""
    found = mappings.load_mappings(resources().mapping_files())
    assert found
    for mapping in found:
        words = pages[ontology.terms[mapping.term].page].words
        assert f"{mapping.how} {mapping.identifier}" in words


def test_the_diagram_says_what_the_ontology_says(ontology: Ontology, pages: dict[str, Page]) -> None:
    """Every box is a class, every row a property, and every line a property that may lead from one to the other."""
    drawn = model.diagram(ontology, model.load_layout())
    assert len(drawn.edges) > 20
    for box in drawn.boxes:
        assert ontology.terms[box.iri].kind == "class"
        assert all(ontology.terms[row.iri].is_property for row in box.rows)
        assert all(box.iri in ontology.above(kind) for kind in box.kinds)
    for edge in drawn.edges:
        assert model.fits(ontology, edge.start, edge.prop, edge.end), edge
    words = pages["model.html"].words
    assert all(f"{box.label}" in words for box in drawn.boxes)


def test_a_wrong_line_is_found(ontology: Ontology) -> None:
    """A line that domain or range forbids does not fit."""
    assert model.fits(ontology, str(CG.Finding), str(CG.harm), str(CG.Harm))
    assert not model.fits(ontology, str(CG.Claim), str(CG.harm), str(CG.Harm))
    assert not model.fits(ontology, str(CG.Finding), str(CG.harm), str(CG.Treatment))


def test_a_row_stands_in_a_class_of_its_domain(ontology: Ontology, turtle: Graph) -> None:
    """A property in a box has that class, one above or one below it as its domain, where it has a domain."""
    for box in model.diagram(ontology, model.load_layout()).boxes:
        near = {box.iri, *ontology.above(box.iri), *ontology.below(box.iri)}
        for row in box.rows:
            domains = {str(d) for d in turtle.objects(URIRef(row.iri), RDFS.domain) if isinstance(d, URIRef)}
            assert not domains or domains & near, (box.label, row.label)


def test_the_diagram_fits_one_page(ontology: Ontology) -> None:
    """Boxes stand apart from each other within the frame, which has the proportions of a page across."""
    drawn = model.diagram(ontology, model.load_layout())
    assert 1.3 < drawn.width / drawn.height < 1.6
    for index, one in enumerate(drawn.boxes):
        assert one.x >= 0 <= one.y
        assert one.x + one.width <= drawn.width
        assert one.y + one.height <= drawn.height
        for other in drawn.boxes[index + 1 :]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y, (one.label, other.label)


@pytest.mark.usefixtures("own_home")
def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    """Two processes that hash texts differently write the same files."""
    home = tmp_path / "home"
    for seed in ("1", "2"):
        ran = run("docs", tmp_path / seed, "--seeds", TINY, "--home", home, PYTHONHASHSEED=seed)
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout == f"{tmp_path / seed / 'index.html'}\n"
    one, two = (
        {
            path.relative_to(tmp_path / seed): path.read_bytes()
            for path in (tmp_path / seed).rglob("*")
            if path.is_file()
        }
        for seed in ("1", "2")
    )
    assert one == two


@pytest.mark.usefixtures("own_home")
def test_pages_take_the_place_of_earlier_ones(tmp_path: Path) -> None:
    """A second run leaves nothing of the first, and nothing beside the folder."""
    folder = tmp_path / "site"
    arguments = ("docs", folder, "--seeds", TINY, "--home", tmp_path / "home")
    assert run(*arguments).returncode == 0
    (folder / "stale.html").write_text("old", encoding="utf-8")
    assert run(*arguments).returncode == 0
    assert not (folder / "stale.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "site"]


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    """A file, or a folder that holds something else, is refused in a sentence with exit 2, and stays as it was."""
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    other = tmp_path / "folder"
    other.mkdir()
    (other / "index.html").write_text("<h1>mine</h1>", encoding="utf-8")
    for place, said in ((file, "is a file"), (other, "holds other files")):
        ran = run("docs", place, "--seeds", TINY, "--home", tmp_path / "home")
        assert ran.returncode == 2
        assert said in ran.stderr
        assert "Traceback" not in ran.stderr
        assert ran.stdout == ""
    assert file.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in other.iterdir()] == ["index.html"]
    assert not (tmp_path / "home").exists()


def test_a_failed_run_leaves_the_old_pages(tmp_path: Path) -> None:
    """When a page cannot be made, what was there stays, and nothing is left beside it."""

    def broken() -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"new"
        raise RuntimeError

    folder = tmp_path / "site"
    old = b'<meta name="generator" content="calcigraph docs">'
    write_files([("index.html", old)], folder)
    with pytest.raises(RuntimeError):
        write_files(broken(), folder)
    assert (folder / "index.html").read_bytes() == old
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    with pytest.raises(BadFolder):
        write_files([], tmp_path)


def test_words_of_a_record_stay_words(tmp_path: Path) -> None:
    """Markup in a record is shown and not obeyed."""
    seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
    record = seeds / "studies" / "alpha-2001.yaml"
    content = yaml.safe_load(record.read_text(encoding="utf-8"))
    content["title"] = "<script>alert('1')</script> & more"
    record.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    assert run("docs", tmp_path / "site", "--seeds", seeds, "--home", tmp_path / "home").returncode == 0
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.html")]
    assert not any("<script" in text for text in texts)
    assert any("&lt;script&gt;" in text for text in texts)


def test_without_the_libraries_the_command_says_what_to_install(tmp_path: Path) -> None:
    """Without Jinja the command ends with 2 and names the extra; other commands do not load it at all."""
    code = "import sys; sys.modules['jinja2'] = None; from calcigraph.cli import main; main(sys.argv[1:])"
    ran = subprocess.run(
        [sys.executable, "-c", code, "docs", str(tmp_path / "site")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "pip install 'calcigraph[docs]'" in ran.stderr
    code = "import sys, calcigraph.cli, calcigraph.cli.ask, calcigraph.api; print('jinja2' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_each_page_query_is_asked() -> None:
    """A query for the pages says in its first line what it gives, is SPARQL for another engine too, and is used."""
    code = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.parent.glob("*.py"))
    for name, path in resources().page_queries().items():
        text = path.read_text(encoding="utf-8")
        assert re.match(r"# [A-Z].*\.\n(PREFIX|SELECT)", text), name
        prepareQuery(text)
        assert f'(evidence, "{name}")' in code


def test_schemes_keep_the_order_of_their_levels(ontology: Ontology) -> None:
    """The members of the class of levels come scale by scale, the strongest first."""
    levels = ontology.members[str(CG.EvidenceLevel)]
    schemes = [ontology.named(level, str(SKOS.inScheme))[0] for level in levels]
    assert schemes == sorted(schemes)
    ranks = [int(ontology.text(level, str(CG.rank))) for level in levels]
    for scheme in set(schemes):
        own = [rank for rank, other in zip(ranks, schemes, strict=True) if other == scheme]
        assert own == sorted(own)
