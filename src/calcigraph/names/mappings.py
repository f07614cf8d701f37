"""Read SSSOM mappings, and the ways in which people write the prefixes in them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ALSO_WRITTEN = {
    "CHEMBL": ("chembl.compound",),
    "HP": ("HPO",),
    "ICD10": ("ICD-10",),
    "ICD10CM": ("ICD-10-CM",),
    "ICD11": ("ICD-11", "icd11.code"),
    "MESH": ("MSH",),
    "NCIT": ("NCI",),
    "ORPHA": ("ORDO", "Orphanet", "orphanet.ordo"),
    "RXCUI": ("RxNorm",),
    "UMLS": ("CUI",),
    "schema": ("schemaorg", "sdo"),
}
"""Other prefixes under which the identifiers of a vocabulary are written."""


def read_header(path: Path) -> dict[str, Any]:
    """Return what an SSSOM file says of itself as a whole."""
    import yaml

    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line[1:] for line in lines if line.startswith("#"))
    header: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return header


def read_mappings(path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return the prefixes and the rows of an SSSOM file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    body = [line for line in lines if not line.startswith("#")]
    return read_header(path)["curie_map"], list(csv.DictReader(body, delimiter="\t"))


def expand(curie: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI that a compact identifier stands for; raises KeyError for a prefix that is not known.

    >>> expand("MONDO:0008054", {"MONDO": "http://purl.obolibrary.org/obo/MONDO_"})
    'http://purl.obolibrary.org/obo/MONDO_0008054'
    """
    prefix, _, local = curie.partition(":")
    return prefixes[prefix] + local


def all_prefixes(prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes together with the other ways in which they are written."""
    also = {
        other: prefixes[prefix] for prefix, others in ALSO_WRITTEN.items() if prefix in prefixes for other in others
    }
    return also | dict(prefixes)
