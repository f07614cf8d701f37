"""RO-Crate 1.2 around a release: what each file is, where it comes from, and how it was made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import calcigraph
from calcigraph.exchange.source import NOTE
from calcigraph.names.vocabulary import BASE, DATA_LICENSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph.exchange.release import Written
    from calcigraph.exchange.source import Source

FILE = "ro-crate-metadata.json"
_VERSION = "https://w3id.org/ro/crate/1.2"
_PEOPLE = {"@id": BASE + "contributors"}


def crate(source: Source, written: Sequence[Written]) -> bytes:
    """Return the metadata of the crate that a release is."""
    files = [_file(one) for one in written]
    links = [{"@id": one.path} for one in written]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Calcigraph, release of {source.stamp}",
        "description": f"Evidence for treating calcinosis cutis, in {len(files)} files. {NOTE}",
        "datePublished": source.stamp,
        "version": source.stamp,
        "license": {"@id": DATA_LICENSE},
        "identifier": BASE,
        "author": _PEOPLE,
        "hasPart": links,
        "mentions": {"@id": "#build"},
    }
    graph: list[dict[str, Any]] = [
        {"@id": FILE, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": _VERSION}},
        root,
        {"@id": DATA_LICENSE, "@type": "CreativeWork", "name": "CC0 1.0 Universal"},
        {**_PEOPLE, "@type": "Organization", "name": "The Calcigraph contributors", "url": BASE},
        {
            "@id": "#build",
            "@type": "CreateAction",
            "name": "calcigraph release",
            "instrument": {"@id": "#calcigraph"},
            "agent": _PEOPLE,
            "endTime": source.stamp,
            "result": links,
        },
        {
            "@id": "#calcigraph",
            "@type": "SoftwareApplication",
            "name": "Calcigraph",
            "softwareVersion": calcigraph.__version__,
            "url": BASE,
        },
        *files,
    ]
    document = {"@context": f"{_VERSION}/context", "@graph": graph}
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _file(one: Written) -> dict[str, str]:
    return {
        "@id": one.path,
        "@type": "File",
        "name": one.path,
        "description": one.purpose,
        "encodingFormat": one.media_type,
        "contentSize": str(one.size),
        "sha256": one.sha256,
    }
