"""Answers: columns and typed rows, and the forms in which they are written out."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from calcigraph.questions.markdown import markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Value = str | int | Decimal | bool | None
XSD = "http://www.w3.org/2001/XMLSchema#"
PARTS = "parts"
"""The column in which a row that counts several findings or claims gives their addresses, with spaces between."""
_WHOLE = frozenset(XSD + name for name in ("integer", "nonNegativeInteger", "int", "long"))


@dataclass(frozen=True)
class Answer:
    """The rows that answer a question; a value that the graph does not hold is None.

    `terms` keeps each value's kind and datatype as the SPARQL results format writes it.
    """

    question: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    terms: tuple[tuple[Mapping[str, str] | None, ...], ...]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Value]]:
        """Yield each row as a map from column to value."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def only(self, columns: Sequence[str]) -> Answer:
        """Return the answer with these columns alone, in this order; raises ValueError for one that it lacks."""
        places = [self.columns.index(column) for column in columns]
        return Answer(
            self.question,
            tuple(columns),
            tuple(tuple(row[place] for place in places) for row in self.rows),
            tuple(tuple(row[place] for place in places) for row in self.terms),
        )

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The columns for people: an IRI with a label beside it, and any other part's address, are left out."""
        addresses = {
            column
            for index, column in enumerate(self.columns)
            if column == PARTS or any(term[index] is not None and term[index]["type"] == "uri" for term in self.terms)  # type: ignore[index]
        }
        return tuple(column for column in self.columns if column not in addresses)


def value_of(term: Mapping[str, str] | None) -> Value:
    """Return the Python value of a term in SPARQL JSON results form."""
    if term is None:
        return None
    text = term["value"]
    if "datatype" not in term:
        return text
    datatype = term["datatype"]
    if datatype in _WHOLE:
        return int(text)
    if datatype == XSD + "decimal":
        return Decimal(text)
    if datatype == XSD + "boolean":
        return text in ("true", "1")
    return text


_BINDINGS = re.compile(r'"bindings"\s*:\s*\[')
_ROW = re.compile(r"[\s,]*(?=\{)")


def bindings(results: bytes) -> list[Mapping[str, Mapping[str, str]]]:
    """Return the rows of SPARQL JSON results, each with the terms that are bound, by variable."""
    found: list[Mapping[str, Mapping[str, str]]] = json.loads(results)["results"]["bindings"]
    return found


def each_binding(results: bytes) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """Yield the rows that `bindings` returns, one after the other: a million of them would take gigabytes at once."""
    text = results.decode()
    begin = _BINDINGS.search(text)
    decoder, at = json.JSONDecoder(), begin.end() if begin else len(text)
    while (row := _ROW.match(text, at)) is not None:
        found, at = decoder.raw_decode(text, row.end())
        yield found


def rows(results: bytes) -> list[dict[str, Any]]:
    """Return the rows of SPARQL JSON results as Python values; what is not bound is left out."""
    return [{name: value_of(term) for name, term in row.items()} for row in bindings(results)]


def texts(results: bytes) -> list[dict[str, str]]:
    """Return the rows of SPARQL JSON results as texts and addresses; what is not bound is left out."""
    return [{name: term["value"] for name, term in row.items()} for row in bindings(results)]


def to_json(answer: Answer) -> str:
    """Return the rows as a JSON list of objects; a missing value is null."""
    rows = [{k: float(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in answer]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def to_separated(answer: Answer, delimiter: str) -> str:
    """Return the rows as CSV or TSV with a header line; a missing value is empty."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows(["" if value is None else _plain(value) for value in row] for row in answer.rows)
    return out.getvalue()


def to_markdown(answer: Answer) -> str:
    """Return the columns for people as a Markdown table."""
    columns = answer.shown
    rows = (["" if row[column] is None else _plain(row[column]) for column in columns] for row in answer)
    return markdown_table([heading(column) for column in columns], rows) + "\n"


def to_turtle(answer: Answer) -> str:
    """Return the rows as RDF, in the W3C vocabulary for result sets."""
    rs = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
    lines = [f"@prefix rs: <{rs}> .\n", "[] a rs:ResultSet ;"]
    lines += [f'    rs:resultVariable "{column}" ;' for column in answer.columns]
    for row in answer.terms:
        bound = [(c, t) for c, t in zip(answer.columns, row, strict=True) if t is not None]
        bindings = " , ".join(f'[ rs:variable "{c}" ; rs:value {_turtle(t)} ]' for c, t in bound)
        lines.append(f"    rs:solution [ rs:binding {bindings} ] ;")
    return "\n".join(lines).rstrip(" ;") + " .\n"


def heading(column: str) -> str:
    """Return a column's name as people read it.

    >>> heading("treatment_label")
    'treatment'
    """
    return column.removesuffix("_label").replace("_", " ")


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _turtle(term: Mapping[str, str]) -> str:
    import pyoxigraph as ox

    if term["type"] == "uri":
        return str(ox.NamedNode(term["value"]))
    if "xml:lang" in term:
        return str(ox.Literal(term["value"], language=term["xml:lang"]))
    datatype = term.get("datatype")
    return str(ox.Literal(term["value"], datatype=ox.NamedNode(datatype)) if datatype else ox.Literal(term["value"]))
