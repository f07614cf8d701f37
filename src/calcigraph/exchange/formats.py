"""The formats: the name of each, its media type, what it is for, its file, and the function that writes it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.errors import UnknownName
from calcigraph.names.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.source import Source

    Write = Callable[[BinaryIO], object]
    Files = Iterator[tuple[str, Write]]
    Writer = Callable[[Source, Losses], Files]


class Format(NamedTuple):
    """A format.

    `file` is the name of the one file that it makes, or, ending in a slash, of the folder; `writer` is the module and
    function that yield its files. `scoped` says whether it can be had for one treatment or condition.
    """

    name: str
    media_type: str
    purpose: str
    file: str
    writer: str
    scoped: bool = True

    @property
    def one_file(self) -> bool:
        """Whether the format is one stream of text."""
        return not self.file.endswith("/")

    def files(self, source: Source, losses: Losses) -> Files:
        """Yield the files of an export, each with its path and a function that writes it, and count losses on the way.

        Raises ModuleNotFoundError if a library is missing that the format needs.
        """
        module, _, function = self.writer.partition(":")
        write: Writer = getattr(importlib.import_module(f"calcigraph.exchange.{module}"), function)
        return write(source, losses)


FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format("nquads", "application/n-quads", "any RDF tool, with named graphs", "calcigraph.nq", "rdf:nquads"),
        Format("ntriples", "application/n-triples", "any RDF tool", "calcigraph.nt", "rdf:ntriples"),
        Format("trig", "application/trig", "people and RDF tools, with named graphs", "calcigraph.trig", "rdf:trig"),
        Format("turtle", "text/turtle", "people and RDF tools", "calcigraph.ttl", "rdf:turtle"),
        Format("rdfxml", "application/rdf+xml", "older RDF tools", "calcigraph.rdf", "rdf:rdfxml"),
        Format(
            "jsonld",
            "application/ld+json",
            "web developers; records are framed with the record context",
            "calcigraph.jsonld",
            "framed:jsonld",
        ),
        Format(
            "csv", "text/csv", "analysts: tables with CSVW metadata, a Frictionless package", "tables/", "tables:tables"
        ),
        Format("parquet", "application/vnd.apache.parquet", "analysts: the same, typed", "parquet/", "parquet:parquet"),
        Format("ris", "application/x-research-info-systems", "reference managers", "calcigraph.ris", "citations:ris"),
        Format("bibtex", "application/x-bibtex", "LaTeX", "calcigraph.bib", "citations:bibtex"),
        Format(
            "csl-json",
            "application/vnd.citationstyles.csl+json",
            "reference managers and citation processors",
            "calcigraph.csl.json",
            "citations:csl",
        ),
        Format("graphml", "application/graphml+xml", "network tools", "calcigraph.graphml", "network:graphml"),
        Format(
            "sssom",
            "text/tab-separated-values",
            "mapping registries",
            "calcigraph.sssom.tsv",
            "sssom:sssom",
            scoped=False,
        ),
        Format("kgx", "text/tab-separated-values", "knowledge graphs in the Biolink Model", "kgx/", "kgx:tsv"),
        Format("kgx-jsonl", "application/jsonl", "the same as JSON Lines", "kgx-jsonl/", "kgx:jsonl"),
        Format(
            "schema-org",
            "application/ld+json",
            "search engines",
            "calcigraph.schema.jsonld",
            "schema_org:schema_org",
        ),
        Format(
            "fhir", "application/fhir+json", "health records: FHIR R5, EBMonFHIR", "calcigraph.fhir.json", "fhir:fhir"
        ),
        Format("va-spec", "application/json", "GA4GH VA-Spec: evidence lines", "calcigraph.va.json", "va:va"),
        Format(
            "nanopubs",
            "application/trig",
            "the nanopublication network; signed if a key is given",
            "calcigraph.nanopubs.trig",
            "nanopubs:nanopubs",
        ),
        Format(
            "owl",
            "application/rdf+xml",
            "ontology editors and browsers",
            "calcigraph.owl",
            "ontology:owl",
            scoped=False,
        ),
        Format("obo", "text/obo", "the same as OBO", "calcigraph.obo", "ontology:obo", scoped=False),
        Format(
            "obo-graphs",
            "application/json",
            "the same as OBO Graphs",
            "calcigraph.obo.json",
            "ontology:obo_graphs",
            scoped=False,
        ),
        Format(
            "quickstatements",
            "text/tab-separated-values",
            "Wikidata: what two sources warrant, for people to submit",
            "calcigraph.quickstatements.tsv",
            "quickstatements:quickstatements",
        ),
        Format("cytoscape", "application/json", "Cytoscape", "calcigraph.cyjs", "network:cytoscape"),
    )
}
"""All formats by name, in the order in which they are listed."""


def find_format(name: str) -> Format:
    """Return the format of that name; raises UnknownName with the nearest ones."""
    if name not in FORMATS:
        raise UnknownName(name, nearest(name, FORMATS, limit=3) or list(FORMATS), kind="export format")
    return FORMATS[name]
