"""Find the record that a publication has already, and those that may tell of the same work or the same patients."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calcigraph.errors import AlreadyThere
from calcigraph.names.vocabulary import fold
from calcigraph.resources import record_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from calcigraph.curation.source import Source

_IDENTIFIERS = {"pmid": "PMID", "doi": "DOI", "pmcid": "PMCID", "registry_id": "Trial"}
_ALIKE = 88.0
_SHARED_AUTHORS = 2
_LONG = 1000


@dataclass(slots=True)
class Known:
    """What a record says that another report of the same work or patients would say too."""

    id: str
    file: str
    title: str = ""
    year: str = ""
    authors: list[str] = field(default_factory=list)
    identifiers: dict[str, str] = field(default_factory=dict)
    treatments: set[str] = field(default_factory=set)
    words: str = ""


def known_records(seeds: Path) -> list[Known]:
    """Return what the records below a folder say of themselves; a file that is no record is passed over."""
    return [record for path in record_files(seeds) if (record := _known(path)) is not None]


def refuse(source: Source, records: Sequence[Known]) -> None:
    """Raise AlreadyThere if a record has the PMID, DOI, PMCID or trial number of the source.

    A trial number refuses only the registry's entry: several papers may report one trial.
    """
    for key, name in _IDENTIFIERS.items():
        mine = source.one(key).casefold()
        if not mine or (key == "registry_id" and not source.registry):
            continue
        for record in records:
            entry = key != "registry_id" or record.id.startswith("trial/")
            if entry and record.identifiers.get(key, "").casefold() == mine:
                raise AlreadyThere(record.id, record.file, f"{name} {source.one(key)}")


def near(source: Source, treatments: Sequence[str], records: Sequence[Known]) -> list[str]:
    """Return what to look at before a second record is made: one line per record that may be the same, and why."""
    return [
        f"{record.id}: {'; '.join(why)}" for record in records if (why := list(_reasons(source, treatments, record)))
    ]


def mine(pmids: Sequence[str], records: Sequence[Known]) -> list[str]:
    """Return the records that have one of the PMIDs."""
    by_pmid = {record.identifiers["pmid"]: record.id for record in records if "pmid" in record.identifiers}
    return [by_pmid[pmid] for pmid in pmids if pmid in by_pmid]


def _reasons(source: Source, treatments: Sequence[str], record: Known) -> Iterator[str]:
    from rapidfuzz import fuzz

    if record.title and source.one("title"):
        alike = fuzz.token_sort_ratio(fold(record.title), fold(source.one("title")))
        if alike >= _ALIKE:
            yield f"its title is {alike:.0f} % the same"
    authors = source.facts.get("authors", [])
    shared = {fold(name) for name in authors} & {fold(name) for name in record.authors}
    same_first = bool(record.authors and authors) and fold(record.authors[0]) == fold(authors[0])
    if same_first and _apart(source.one("year"), record.year) <= 1:
        yield "the same first author, at most a year apart"
    elif len(shared) >= _SHARED_AUTHORS and record.treatments & set(treatments):
        both = ", ".join(sorted(record.treatments & set(treatments)))
        yield f"{len(shared)} of its authors and {both}: the same patients may be in both"
    numbers = [*source.trials, source.one("registry_id")]
    for number in filter(None, dict.fromkeys(numbers)):
        if number in record.words:
            yield f"it names {number} too"


def _apart(one: str, other: str) -> int:
    """Return how many years lie between two, and many where one is not known."""
    return abs(int(one) - int(other)) if one.isdigit() and other.isdigit() else _LONG


def _known(path: Path) -> Known | None:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        text = path.read_text(encoding="utf-8")
        data: Any = yaml.load(text, Loader=loader)  # noqa: S506 -- a safe loader, written in C where there is one
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    if not isinstance(data, dict) or "id" not in data:
        return None
    parts = [part for key in ("findings", "claims") for part in _mapping(data.get(key)).values()]
    authors = [str(name) for name in _list(data.get("authors") or data.get("first_author"))]
    return Known(
        id=str(data["id"]),
        file=str(path),
        title=str(data.get("title", "")),
        year=str(data.get("year", "")),
        authors=authors,
        identifiers={key: str(data[key]) for key in _IDENTIFIERS if key in data},
        treatments={name for part in [data, *parts] for name in _list(_mapping(part).get("treatment"))},
        words=text,
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
