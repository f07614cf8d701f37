"""Turn the tables of the product into quads: what a design earns in each scale, the verdicts, and the log of searches.

They name terms by their labels, so that a person can read and change them.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from calcigraph.errors import InvalidRecords, Problem
from calcigraph.graph.dataset import GRAPHS
from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import BASE, LABEL, RDF_TYPE, TERMS, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from calcigraph.names.vocabulary import Vocabulary

LEVELS_GRAPH = GRAPHS + "levels-by-design"
SEARCHES_GRAPH = GRAPHS + "searches"
VERDICTS_GRAPH = GRAPHS + "verdicts"
_DATE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")
_SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a table, which knows where it stands."""

    table: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def terms(self, column: str, allowed: Mapping[str, tuple[str, str]]) -> list[ox.NamedNode]:
        """Return the terms that the labels in a cell name; raises InvalidRecords for one that is not allowed."""
        found = []
        for label in filter(None, self.cells[column].split(_SEPARATOR)):
            if fold(label) not in allowed:
                near = [allowed[name][0] for name in nearest(fold(label), allowed, limit=3)]
                raise InvalidRecords([self._problem(column, label, near)])
            found.append(ox.NamedNode(allowed[fold(label)][1]))
        return found

    def term(self, column: str, allowed: Mapping[str, tuple[str, str]]) -> ox.NamedNode:
        """Return the one term that a cell names; raises InvalidRecords for none, several, or one not allowed."""
        found = self.terms(column, allowed)
        if len(found) != 1:
            message = f"The column {column} names {len(found)} terms; it takes one."
            raise InvalidRecords([self._wrong("one-term", message)])
        return found[0]

    def _problem(self, column: str, label: str, near: list[str]) -> Problem:
        hint = f" Nearest: {', '.join(map(repr, near))}." if near else ""
        return self._wrong("unknown-term", f"{label!r} is no value of the column {column}.{hint}")

    def _wrong(self, code: str, message: str) -> Problem:
        return Problem(f"{self.table.parent.name}/{self.table.name}", self.line, 1, code, message)


def _labelled(root: str, vocabulary: Vocabulary) -> dict[str, tuple[str, str]]:
    """Return label and address of each term below a class, by the folded label."""
    terms = vocabulary.members.get(TERMS + root, ())
    return {fold(vocabulary.labels[term]): (vocabulary.labels[term], term) for term in terms}


def _rows(table: Path) -> Iterator[_Row]:
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t")
        for cells in reader:
            yield _Row(table, reader.line_num, {key: value or "" for key, value in cells.items() if key})


def level_quads(table: Path, vocabulary: Vocabulary) -> Iterator[ox.Quad]:
    """Yield what the table of levels by design says: a `cg:LevelRule` per line, and `cg:earns` from design to level.

    Raises InvalidRecords for a line that names a design or a level that the ontology does not have.
    """
    graph = ox.NamedNode(LEVELS_GRAPH)
    designs, levels = (_labelled(root, vocabulary) for root in ("StudyDesign", "EvidenceLevel"))
    for row in _rows(table):
        design, level = row.term("design", designs), row.term("level", levels)
        names = [term.value.removeprefix(TERMS) for term in (design, level)]
        line = ox.NamedNode(f"{BASE}level-rule/{'/'.join(names)}")
        for predicate, value in (
            (RDF_TYPE, ox.NamedNode(TERMS + "LevelRule")),
            (LABEL, ox.Literal(f"{row['design']} earns {row['level']}")),
            (TERMS + "ofDesign", design),
            (TERMS + "earnsLevel", level),
            (TERMS + "levelBasis", ox.Literal(row["basis"])),
            (TERMS + "levelReason", ox.Literal(row["reason"])),
        ):
            yield ox.Quad(line, ox.NamedNode(predicate), value, graph)
        yield ox.Quad(design, ox.NamedNode(TERMS + "earns"), level, graph)


def verdict_quads(table: Path, vocabulary: Vocabulary) -> Iterator[ox.Quad]:
    """Yield what the table of verdicts says: a `cg:VerdictRule` per line.

    Raises InvalidRecords for a line that names a stance, a picture of results, a verdict or a reason that the ontology
    does not have.
    """
    graph = ox.NamedNode(VERDICTS_GRAPH)
    columns = {
        "stance": ("Stance", "ofStance"),
        "results": ("ResultsPicture", "ofResults"),
        "verdict": ("ClaimVerdict", "givesVerdict"),
        "reason": ("VerdictReason", "givesReason"),
    }
    allowed = {column: _labelled(root, vocabulary) for column, (root, _) in columns.items()}
    for row in _rows(table):
        cells = {column: row.term(column, allowed[column]) for column in columns}
        names = [cells[column].value.removeprefix(TERMS) for column in ("stance", "results")]
        line = ox.NamedNode(f"{BASE}verdict-rule/{'/'.join(names)}")
        yield ox.Quad(line, ox.NamedNode(RDF_TYPE), ox.NamedNode(TERMS + "VerdictRule"), graph)
        words = f"{row['stance']}, {row['results']}: {row['verdict']}"
        yield ox.Quad(line, ox.NamedNode(LABEL), ox.Literal(words), graph)
        for column, (_, name) in columns.items():
            yield ox.Quad(line, ox.NamedNode(TERMS + name), cells[column], graph)


def search_quads(table: Path, vocabulary: Vocabulary) -> Iterator[ox.Quad]:
    """Yield the log of searches: a `cg:EvidenceSearch` per line; nothing where there is no log.

    Raises InvalidRecords for a line that names a treatment or a condition that the ontology does not have.
    """
    if not table.is_file():
        return
    graph = ox.NamedNode(SEARCHES_GRAPH)
    treatments, conditions = (_labelled(root, vocabulary) for root in ("Treatment", "Condition"))
    for row in _rows(table):
        content = "\0".join(row[column] for column in ("searched_on", "treatment", "condition", "words", "where"))
        search = ox.NamedNode(f"{BASE}search/{hashlib.blake2b(content.encode(), digest_size=6).hexdigest()}")
        said: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            (RDF_TYPE, ox.NamedNode(TERMS + "EvidenceSearch")),
            (LABEL, ox.Literal(f"Search of {row['searched_on']}: {row['words']}")),
            (TERMS + "searchedOn", ox.Literal(row["searched_on"], datatype=_DATE)),
            (TERMS + "searchWords", ox.Literal(row["words"])),
            (TERMS + "database", ox.Literal(row["where"])),
        ]
        said += [(TERMS + "treatment", term) for term in row.terms("treatment", treatments)]
        said += [(TERMS + "condition", term) for term in row.terms("condition", conditions)]
        found = filter(None, row["found"].split(_SEPARATOR))
        said += [(TERMS + "searchFound", ox.NamedNode(BASE + name)) for name in found]
        if row["note"]:
            said.append((TERMS + "note", ox.Literal(row["note"])))
        for predicate, value in said:
            yield ox.Quad(search, ox.NamedNode(predicate), value, graph)
