"""The formats of answers: their names, media types and the kinds of answer that they can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyoxigraph as ox


class Format(NamedTuple):
    """A format by its short name; the first media type is its own, the others are also accepted for it."""

    name: str
    media_types: tuple[str, ...]
    extension: str
    parameters: str = ""

    @property
    def media_type(self) -> str:
        """The media type that the format is registered with."""
        return self.media_types[0]

    def content_type(self, media_type: str | None = None) -> str:
        """Return the Content-Type header for an answer that was asked for by that media type."""
        return (media_type or self.media_type) + self.parameters


_UTF8 = "; charset=utf-8"

SOLUTIONS = (
    Format("json", ("application/sparql-results+json", "application/json"), "srj"),
    Format("xml", ("application/sparql-results+xml", "application/xml", "text/xml"), "srx"),
    Format("csv", ("text/csv",), "csv", f"{_UTF8}; header=present"),
    Format("tsv", ("text/tab-separated-values",), "tsv", _UTF8),
)
"""Formats for the rows of SELECT and the boolean of ASK, the preferred first."""

GRAPHS = (
    Format("turtle", ("text/turtle", "application/x-turtle"), "ttl", _UTF8),
    Format("ntriples", ("application/n-triples", "text/plain"), "nt", _UTF8),
    Format("rdfxml", ("application/rdf+xml", "application/xml", "text/xml"), "rdf"),
    Format("jsonld", ("application/ld+json", "application/json"), "jsonld"),
    Format("trig", ("application/trig",), "trig"),
    Format("nquads", ("application/n-quads",), "nq"),
)
"""Formats for the graphs of CONSTRUCT and DESCRIBE, the preferred first."""

PAGE = Format("html", ("text/html", "application/xhtml+xml"), "html", _UTF8)
"""A page for people."""

SHORT = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml", "nq": "nquads", "json-ld": "jsonld", "srj": "json"} | {
    "srx": "xml",
    "rdf+xml": "rdfxml",
    "n-triples": "ntriples",
    "n-quads": "nquads",
    "htm": "html",
}
"""Other names under which formats are asked for."""


def rdf_format(name: str) -> ox.RdfFormat:
    """Return the engine's format for the one of these for graphs that has that name."""
    import pyoxigraph as ox

    found = ox.RdfFormat.from_extension(next(form.extension for form in GRAPHS if form.name == name))
    assert found is not None, "the engine knows all formats for graphs"  # noqa: S101
    return found
