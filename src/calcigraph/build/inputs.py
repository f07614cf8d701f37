"""What a build depends on, as one digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from calcigraph.resources import code_files, record_files

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph.resources import Resources


def fingerprint(product: Resources) -> str:
    """Return the digest of seeds and their tables, ontology, mappings, rules, shapes, code and synthesis queries."""
    digest = hashlib.blake2b(digest_size=16)
    ontology = [*product.ontology_files(), *product.order_files(), product.context, *product.rule_files()]
    ontology += [*product.mapping_files(), product.levels, product.verdicts, product.counts]
    ontology += product.profile_queries().values()
    ontology += [table for table in (product.searches, product.standing) if table.is_file()]
    ontology += product.registry.files() if product.registry else []
    for path in [*record_files(product.seeds), *ontology, *product.shape_files(), *code_files()]:
        data = _content(path)
        digest.update(f"{path.parent.name}/{path.name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """Return the bytes of a file; one that cannot be read differs from all that can, and the check reports it."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 -- twice as fast as Path.read_bytes
            return file.read()
    except OSError as error:
        return f"\0unreadable {error.errno}".encode()


def shown(path: Path, product: Resources) -> str:
    """Return the name of a record file as messages and provenance show it: from the seeds folder on."""
    try:
        return f"{product.seeds.name}/{path.relative_to(product.seeds).as_posix()}"
    except ValueError:
        return str(path)
