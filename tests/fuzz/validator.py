"""Fuzz the validator, guided by coverage: whatever bytes come, it ends in problems, within limits of time and memory.

    python tests/fuzz/validator.py record CORPUS -max_total_time=600
    python tests/fuzz/validator.py rdf CORPUS -max_total_time=600

It needs the extra `fuzz`. CORPUS is a folder, which is filled with sound records, or RDF made of them, if it is empty.
Further words are options of libFuzzer; the limits below hold unless they say otherwise. An input that breaks a rule is
left in a file, whose name given in the place of CORPUS runs it again.
"""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

with atheris.instrument_imports(include=["calcigraph"]):
    import pyoxigraph as ox

    from calcigraph.build.chunk import Job, check_chunk
    from calcigraph.graph.dataset import record_quads
    from calcigraph.records.context import load_context
    from calcigraph.records.mend import mended
    from calcigraph.records.read import read_record
    from calcigraph.resources import record_files, resources
    from calcigraph.validation.foreign import check_rdf
    from calcigraph.validation.shapes import load_shapes
    from calcigraph.validation.vocabulary import declared_names

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=16384")
FORMS = (
    ox.RdfFormat.TURTLE,
    ox.RdfFormat.TRIG,
    ox.RdfFormat.N_TRIPLES,
    ox.RdfFormat.N_QUADS,
    ox.RdfFormat.RDF_XML,
    ox.RdfFormat.JSON_LD,
)
EVERY = 24
"""One in so many of the records is in a corpus."""


def record_target(spool: Path) -> Callable[[bytes], None]:
    """Return what reads bytes as a record, validates it, and writes its safe repairs; quads go to a folder."""
    product = resources()
    shapes = load_shapes(product.shape_files())
    path = Path("<stdin>")

    def run(data: bytes) -> None:
        [account] = check_chunk(Job([path], product, shapes, "pyshifty", spool / "part.nq", {path: data}))
        last = data.count(b"\n") + data.count(b"\r") + 2
        outside = [problem for problem in account.problems if not 0 < problem.line <= last]
        if outside:
            message = f"a problem has no place in the file: {outside[0]}"
            raise AssertionError(message)
        if any(problem.repair for problem in account.problems):
            mended(data, account.problems)

    return run


def rdf_target(spool: Path) -> Callable[[bytes], None]:
    """Return what reads bytes as RDF, in the syntax that the first one says, and validates it."""
    del spool
    product = resources()
    shapes, declared, context = (
        load_shapes(product.shape_files()),
        declared_names(product),
        load_context(product.context),
    )

    def run(data: bytes) -> None:
        form = FORMS[data[0] % len(FORMS)] if data else FORMS[0]
        check_rdf(data[1:], "x", form, shapes=shapes, declared=declared, context=context)

    return run


def fill(corpus: Path, kind: str) -> None:
    """Write sound inputs to an empty folder."""
    product = resources()
    context = load_context(product.context)
    for path in record_files(product.seeds)[::EVERY]:
        data = path.read_bytes()
        if kind == "record":
            (corpus / path.stem).write_bytes(data)
            continue
        document = read_record(data, path.name, context).document
        quads = list(record_quads([document] if document else []))
        for number, form in enumerate(FORMS):
            whole = form.supports_datasets
            text = ox.serialize(quads if whole else {quad.triple for quad in quads}, format=form) or b""
            (corpus / f"{path.stem}.{form.file_extension}").write_bytes(bytes([number]) + text)


def words(place: Path) -> Path:
    """Write the keys and the names of records as a dictionary of libFuzzer, and return its file."""
    context = load_context(resources().context)
    every = {*context.fields, *context.types, *(name for field in context.fields.values() for name in field.names)}
    lines = [f'"{word}"' for word in sorted(every) if word.isascii() and '"' not in word and "\\" not in word]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


def main() -> None:
    """Fuzz what the first word names."""
    kind, corpus, *options = sys.argv[1:]
    folder = Path(corpus)
    if folder.is_dir() and not any(folder.iterdir()):
        fill(folder, kind)
    spool = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, spool)
    target = {"record": record_target, "rdf": rdf_target}[kind](spool)
    atheris.Setup([sys.argv[0], *LIMITS, f"-dict={words(spool / 'words')}", *options, corpus], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
