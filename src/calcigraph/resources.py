"""Where ontology, shapes, queries and seeds lie: in a checkout, or in an installed wheel.

No other module knows a path of the product.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.names.vocabulary import BASE
from calcigraph.registry import Registry, find_file, read_registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.errors import Severity

_PACKAGE = Path(__file__).parent
EXTRACTIONS = "extractions"
"""The folder of second extractions, which are no records of their own."""
RECORD_ENDINGS = (".yaml", ".yml")


class Resources(NamedTuple):
    """The four folders of the product, and what a registry adds to them."""

    ontology: Path
    shapes: Path
    queries: Path
    seeds: Path
    registry: Registry | None = None

    @property
    def namespaces(self) -> dict[str, str]:
        """The namespaces of a registry's own terms, by prefix."""
        own = self.registry
        return {own.prefix: own.terms} if own is not None and own.prefix else {}

    @property
    def severity(self) -> dict[str, Severity]:
        """The severities that a registry gives to results, by the IRI of their shape."""
        return dict(self.registry.severity) if self.registry else {}

    @property
    def base(self) -> str:
        """The base of the addresses of records."""
        return (self.registry.base if self.registry else "") or BASE

    @property
    def context(self) -> Path:
        """The record context."""
        return self.ontology / "context.jsonld"

    @property
    def core(self) -> Path:
        """The ontology's own file: its classes and properties."""
        return self.ontology / "calcigraph.ttl"

    @property
    def mappings(self) -> Path:
        """The mappings to other vocabularies."""
        return self.ontology / "mappings.sssom.tsv"

    def mapping_files(self) -> list[Path]:
        """Return all SSSOM files, by name."""
        return sorted(self.ontology.glob("*.sssom.tsv"))

    @property
    def hierarchy(self) -> Path:
        """What HermiT derived from the ontology."""
        return self.ontology / "hierarchy.ttl"

    @property
    def levels(self) -> Path:
        """The table of the levels that designs earn."""
        return self.ontology / "levels-by-design.tsv"

    @property
    def verdicts(self) -> Path:
        """The table of the verdicts on claims."""
        return self.ontology / "verdicts.tsv"

    @property
    def searches(self) -> Path:
        """The log of searches, which a folder of records may lack."""
        return self.seeds / "searches.tsv"

    @property
    def standing(self) -> Path:
        """The table of the standing of sources, which a folder of records may lack."""
        return self.seeds / "standing.tsv"

    @property
    def marked(self) -> Path:
        """The query of the records whose sources are marked."""
        return self.queries / "standing" / "marked.rq"

    @property
    def notices(self) -> Path:
        """The query of the standing notices, with what each gives and since when."""
        return self.queries / "standing" / "notices.rq"

    @property
    def dois(self) -> Path:
        """The query of the records' DOIs."""
        return self.queries / "standing" / "dois.rq"

    @property
    def rules(self) -> Path:
        """The folder of inference rules."""
        return self.ontology / "rules"

    def ontology_files(self) -> list[Path]:
        """Return the Turtle files of the ontology, the generated hierarchy included, by name."""
        return [*sorted(self.ontology.glob("*.ttl")), *(self.registry.ontology if self.registry else ())]

    def order_files(self) -> list[Path]:
        """Return the Turtle files of ordered collections, which stand outside OWL 2 DL, by name."""
        return sorted((self.ontology / "skos").glob("*.ttl"))

    def shape_files(self) -> list[Path]:
        """Return the Turtle files of the shapes, by name."""
        return [*sorted(self.shapes.glob("*.ttl")), *(self.registry.shapes if self.registry else ())]

    def rule_files(self) -> list[Path]:
        """Return the rule files in the order in which they run: by name."""
        return sorted(self.rules.glob("*.rq"))

    def question_files(self) -> list[Path]:
        """Return the question files, by name."""
        return [*sorted(self.queries.glob("*.rq")), *(self.registry.queries if self.registry else ())]

    def all_queries(self) -> list[Path]:
        """Return the questions and the queries in the folders below them, by name."""
        return sorted(self.queries.rglob("*.rq"))

    def trace_files(self) -> dict[str, Path]:
        """Return the queries that trace an answer, by name."""
        return {path.stem: path for path in sorted((self.queries / "trace").glob("*.rq"))}

    @property
    def counts(self) -> Path:
        """The query of what findings count."""
        return self.queries / "synthesis" / "counts.rq"

    @property
    def publications(self) -> Path:
        """The query of when records were first known."""
        return self.queries / "as-of" / "publications.rq"

    @property
    def required(self) -> Path:
        """The query of the properties that records must have."""
        return self.queries / "curation" / "required.rq"

    @property
    def keys(self) -> Path:
        """The query of the properties that records may have, how often, and what they mean."""
        return self.queries / "curation" / "keys.rq"

    def change_queries(self) -> list[Path]:
        """Return the queries whose answers are compared between two states of the evidence, in their order."""
        return sorted((self.queries / "diff").glob("*.rq"))

    @property
    def stamp(self) -> Path:
        """The query of the day to which the evidence stands, by which figures and releases are named."""
        return self.queries / "figures" / "stamp.rq"

    def profile_queries(self) -> dict[str, Path]:
        """Return the queries that evidence profiles are made from, by name."""
        return {path.stem: path for path in sorted((self.queries / "profile").glob("*.rq"))}

    def page_queries(self) -> dict[str, Path]:
        """Return the queries that the pages of the documentation are made from, by name."""
        return {path.stem: path for path in sorted((self.queries / "pages").glob("*.rq"))}

    def linked_queries(self) -> dict[str, Path]:
        """Return the queries for what is said at an address, by name."""
        return {path.stem: path for path in sorted((self.queries / "linked").glob("*.rq"))}

    def site_queries(self) -> dict[str, Path]:
        """Return the queries that the server's pages are made from, by name."""
        return {path.stem: path for path in sorted((self.queries / "site").glob("*.rq"))}

    def exchange_queries(self) -> dict[str, Path]:
        """Return the queries that exports are made from, by name."""
        return {path.stem: path for path in sorted((self.queries / "exchange").glob("*.rq"))}

    def publish_queries(self) -> dict[str, Path]:
        """Return the queries and updates by which graphs are sent to a store, by name."""
        return {path.stem: path for path in sorted((self.queries / "publish").glob("*.r[qu]"))}

    @property
    def exchange(self) -> Path:
        """The folder of the tables that exports go by."""
        return self.ontology / "exchange"

    def figure_queries(self) -> dict[str, Path]:
        """Return the queries that figures are drawn from, by name."""
        return {path.stem: path for path in sorted((self.queries / "figures").glob("*.rq"))}


def resources(*, seeds: Path | None = None) -> Resources:
    """Return the folders of the product, with what a registry's `calcigraph.toml` adds where there is one.

    `seeds` takes the place of the records that come with it. Raises BadRegistry if that file is not right.
    """
    root = _root()
    ours = Resources(
        ontology=root / "ontology", shapes=root / "shapes", queries=root / "queries", seeds=seeds or root / "seeds"
    )
    file = find_file(Path.cwd())
    if file is None:
        return ours
    registry = read_registry(file, ours.shape_files(), ours.question_files(), ours.context)
    return ours._replace(registry=registry, seeds=seeds or registry.seeds or ours.seeds)


def _root() -> Path:
    shipped = _PACKAGE / "product"
    return shipped if shipped.is_dir() else _PACKAGE.parent.parent


def record_files(seeds: Path) -> list[Path]:
    """Return the record files below a folder, by name; a file is returned as it is."""
    if seeds.is_file():
        return [seeds]
    return [Path(path) for path in sorted(_files(str(seeds), RECORD_ENDINGS))]


def extraction_files(seeds: Path) -> list[Path]:
    """Return the files of second extractions below a folder of records, by name."""
    folder = seeds / EXTRACTIONS
    return [Path(path) for path in sorted(_files(str(folder), RECORD_ENDINGS))] if folder.is_dir() else []


def is_record(path: str) -> bool:
    """Whether a path below a folder of records is that of a record, and not of a second extraction.

    >>> is_record("studies/a-2001.yaml"), is_record("extractions/a-2001.yaml")
    (True, False)
    """
    return path.endswith(RECORD_ENDINGS) and EXTRACTIONS not in path.split("/")[:-1]


def code_files() -> list[Path]:
    """Return the modules of Calcigraph, by name."""
    return [Path(path) for path in sorted(_files(str(_PACKAGE), (".py",)))]


def _files(folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    """Yield the files below a folder; `os.scandir` is several times as fast as `Path.rglob`."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != EXTRACTIONS:
                    yield from _files(entry.path, endings)
            elif entry.name.endswith(endings):
                yield entry.path


def read_limited(path: Path, limit: int) -> bytes:
    """Return the bytes of a file, and of a larger one only the first `limit` and one more."""
    with path.open("rb") as file:
        return file.read(limit + 1)
