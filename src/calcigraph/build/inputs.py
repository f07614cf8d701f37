"""What a build depends on, as one digest."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from calcigraph.resources import record_files

if TYPE_CHECKING:
    from calcigraph.resources import Resources


def fingerprint(product: Resources) -> str:
    """Return the digest of seeds, ontology, mappings, rules, shapes and of the code that builds."""
    digest = hashlib.blake2b(digest_size=16)
    code = sorted(Path(__file__).parent.parent.rglob("*.py"))
    inputs = [*record_files(product.seeds), *product.ontology_files(), product.context, product.mappings]
    for path in [*inputs, *product.rule_files(), *product.shape_files(), *code]:
        data = path.read_bytes()
        digest.update(f"{path.parent.name}/{path.name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def shown(path: Path, product: Resources) -> str:
    """Return the name of a record file as messages and provenance show it: from the seeds folder on."""
    try:
        return f"{product.seeds.name}/{path.relative_to(product.seeds).as_posix()}"
    except ValueError:
        return str(path)
