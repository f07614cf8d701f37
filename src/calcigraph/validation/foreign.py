"""Validate RDF that no record was made of, such as another registry's, and find the line that a result is about.

No parser tells where a triple stood. So the subject is looked for in the text in each form that it may have there, then
the property behind it, then the value behind that; the place is that of the last one found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from calcigraph.errors import Problem
from calcigraph.names.vocabulary import TERMS
from calcigraph.validation.engines import engine
from calcigraph.validation.locate import Place, described
from calcigraph.validation.report import weighed
from calcigraph.validation.shapes import project

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from calcigraph.records.context import RecordContext
    from calcigraph.validation.report import Result
    from calcigraph.validation.shapes import Shapes
    from calcigraph.validation.vocabulary import Declared

MAX_BYTES = 64 << 20
_PREFIX = re.compile(r"""(?:@?prefix\s+|xmlns:|")([\w-]*)["\s]*[:=]\s*["<]([^<>"\s]+[#/])[">]""", re.IGNORECASE)
_BASE = re.compile(r"""(?:@?base\s*<|xml:base\s*=\s*"|"@base"\s*:\s*")([^<>"\s]+)[">]""", re.IGNORECASE)
_BEHIND = r"(?![\w-])"


def check_rdf(
    data: bytes,
    file: str,
    form: ox.RdfFormat,
    *,
    shapes: Shapes,
    declared: Declared,
    context: RecordContext,
    known: Container[str] = (),
    engine_name: str = "pyshifty",
) -> list[Problem]:
    """Return what is wrong with RDF: its syntax, terms of the ontology that do not exist, and what the shapes ask for.

    `known` are the IRIs of records outside the file, to which it may refer. Raises EngineFailed if the engine does.
    """
    if len(data) > MAX_BYTES:
        return [Problem(file, 1, 1, "file-too-large", f"The file has more than {MAX_BYTES:,} bytes: split it.")]
    try:
        quads = list(ox.parse(data, format=form))
    except SyntaxError as error:
        line, column = error.lineno or 0, error.offset or 0
        return [Problem(file, line, column, "broken-rdf", f"This is no {form.name}: {error.msg}.")]
    except ValueError as error:
        return [Problem(file, 0, 0, "broken-rdf", f"This is no {form.name}: {error}.")]
    triples = bytes(
        ox.serialize((ox.Triple(q.subject, q.predicate, q.object) for q in quads), format=ox.RdfFormat.N_TRIPLES) or b""
    )
    validate = engine(engine_name)
    results = validate(triples, shapes.local)
    spanning = validate(project([triples], shapes.spanning_properties), shapes.spanning) if shapes.spanning else []
    results += [result for result in spanning if result.value not in known]
    results = weighed(results, shapes.severity)
    text = _Text(data.decode("utf-8", errors="replace"))
    files = {quad.subject.value.removeprefix(context.base): file for quad in quads if hasattr(quad.subject, "value")}
    found = [described(result, context, files, text.place(result, file)) for result in results]
    return sorted({*found, *_undeclared(quads, text, file, declared)})


def _undeclared(quads: Iterable[ox.Quad], text: _Text, file: str, declared: Declared) -> Iterator[Problem]:
    """Yield a problem for each name in the ontology's namespace that the ontology does not declare."""
    terms = (term for quad in quads for term in (quad.subject, quad.predicate, quad.object))
    names = {term.value for term in terms if isinstance(term, ox.NamedNode) and term.value.startswith(TERMS)}
    for name in sorted(name for name in names if name not in declared):
        place, stands = text.find(name)
        near = declared.nearest(name)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        line, column = text.position(place)
        message = f"The ontology has no term {name.removeprefix(TERMS)!r}.{hint}"
        yield Problem(file, line, column, "unknown-term", message, text=stands, nearest=tuple(near))


class _Text:
    """The text of an RDF file, with the prefixes that stand in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.prefixes = dict(_PREFIX.findall(text))
        self.base = next(iter(_BASE.findall(text)), "")

    def place(self, result: Result, file: str) -> Place:
        """Return where a result stands."""
        at, stands = self.find(result.focus, subject=True)
        for part in (result.path, result.value):
            further, text = self.find(part, max(at, 0)) if part else (-1, "")
            if further >= 0:
                at, stands = further, text
        return Place(file, *self.position(at), stands)

    def find(self, term: str, start: int = 0, *, subject: bool = False) -> tuple[int, str]:
        """Return where a term stands from an offset on, and its text there; -1 if it is not found."""
        forms = list(self._forms(term))
        # Plain searches come first: an expression over the whole text for each result would take minutes for thousands.
        first = min((at for form in forms if (at := self.text.find(form, start)) >= 0), default=-1)
        if first < 0:
            return -1, ""
        start = max(start, self.text.rfind("\n", 0, first) + 1)
        either = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
        if subject:
            leading = rf"(?:^[ \t]*|\.\s+|rdf:about=|rdf:ID=|\"@?id\"\s*:\s*)(?P<term>{either}){_BEHIND}"
            if found := re.compile(leading, re.MULTILINE).search(self.text, start):
                return found.start("term"), found["term"]
        found = re.compile(rf"(?<![\w-]){either}{_BEHIND}").search(self.text, start)
        return (found.start(), found[0]) if found else (-1, "")

    def _forms(self, term: str) -> Iterator[str]:
        if not term:
            return
        for mark in ("<%s>", '"%s"'):
            yield mark % term
            if self.base and term.startswith(self.base):
                yield mark % term.removeprefix(self.base)
                yield mark % f"#{term.removeprefix(self.base).removeprefix('#')}"
        for prefix, namespace in self.prefixes.items():
            if term.startswith(namespace) and term != namespace:
                yield f"{prefix}:{term.removeprefix(namespace)}"
        if "://" not in term:
            yield term

    def position(self, at: int) -> tuple[int, int]:
        """Return line and column of an offset, counted from 1; 0 if there is none."""
        if at < 0:
            return 0, 0
        return self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)
