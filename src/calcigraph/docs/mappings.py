"""The mappings to other vocabularies: by term for its page, and counted by vocabulary."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.names.mappings import expand, read_mappings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Mapping(NamedTuple):
    """One mapping: our term, how it relates, the other term, and where that was read."""

    term: str
    relation: str
    identifier: str
    iri: str
    label: str
    source: str

    @property
    def vocabulary(self) -> str:
        """The prefix of the other vocabulary."""
        return self.identifier.partition(":")[0]

    @property
    def how(self) -> str:
        """The relation in words, such as exact match."""
        return self.relation.partition(":")[2].replace("Match", " match")


class Vocabulary(NamedTuple):
    """A vocabulary that terms are mapped to: how many are, by relation, and where its identifiers lead."""

    prefix: str
    namespace: str
    terms: int
    relations: Counter[str]


def load_mappings(files: Iterable[Path]) -> list[Mapping]:
    """Return the mappings in the SSSOM files, in their order."""
    found = []
    for path in files:
        prefixes, rows = read_mappings(path)
        for row in rows:
            subject, target = (expand(row[slot], prefixes) for slot in ("subject_id", "object_id"))
            source = " ".join(filter(None, (row.get("mapping_source"), row.get("comment"))))
            found.append(
                Mapping(subject, row["predicate_id"], row["object_id"], target, row["object_label"] or "", source)
            )
    return found


def by_term(mappings: Iterable[Mapping]) -> dict[str, list[Mapping]]:
    """Return the mappings of each term."""
    found: dict[str, list[Mapping]] = defaultdict(list)
    for mapping in mappings:
        found[mapping.term].append(mapping)
    return found


def vocabularies(mappings: Iterable[Mapping]) -> list[Vocabulary]:
    """Return the vocabularies that terms are mapped to, those with the most terms first."""
    terms: dict[str, set[str]] = defaultdict(set)
    relations: dict[str, Counter[str]] = defaultdict(Counter)
    namespaces: dict[str, str] = {}
    for mapping in mappings:
        prefix, _, local = mapping.identifier.partition(":")
        terms[prefix].add(mapping.term)
        relations[prefix][mapping.how] += 1
        namespaces[prefix] = mapping.iri.removesuffix(local)
    order = sorted(terms, key=lambda prefix: (-len(terms[prefix]), prefix))
    return [Vocabulary(prefix, namespaces[prefix], len(terms[prefix]), relations[prefix]) for prefix in order]
