"""Ask Apache Jena: loads a dump into TDB2 and answers each query of a folder with ARQ, as a program of its own.

`python jena.py DUMP QUERIES ANSWERS` writes ANSWERS/NAME.json, SPARQL JSON, for QUERIES/NAME.rq. One Java machine
answers them all. It needs the jars of Debian's libapache-jena-java.
"""

from __future__ import annotations

import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import jpype

JARS = Path("/usr/share/java")
LIBRARIES = [
    "dexx.collection",
    "commons-codec",
    "commons-compress",
    "commons-csv",
    "commons-io",
    "commons-lang3",
    "gson",
    "guava",
    "jackson-annotations",
    "jackson-core",
    "jackson-databind",
    "jcl-over-slf4j",
    "jena-arq",
    "jena-base",
    "jena-core",
    "jena-dboe-base",
    "jena-dboe-index",
    "jena-dboe-storage",
    "jena-dboe-trans-data",
    "jena-dboe-transaction",
    "jena-iri",
    "jena-tdb2",
    "jsonld-java",
    "protobuf",
    "slf4j-api",
    "slf4j-nop",
    "thrift",
    "titanium-json-ld",
]
SECONDS = 60


MOVED = "org/apache/jena/ext/"


def classpath(folder: Path) -> list[str]:
    """Return the jars, and a folder with the messages of Xerces where it looks for them.

    Debian (4.5.0-2) moves the classes of Xerces to another package and leaves their messages behind: without them Jena
    does not start.
    """
    with zipfile.ZipFile(JARS / "jena-core.jar") as jar:
        for name in jar.namelist():
            if name.startswith(MOVED) and name.endswith(".properties"):
                file = folder / name.removeprefix(MOVED)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(jar.read(name))
    return [str(folder), *(str(JARS / f"{name}.jar") for name in LIBRARIES)]


def main(dump: str, queries: str, answers: str) -> None:
    """Load the dump and write the answers."""
    with tempfile.TemporaryDirectory() as messages, tempfile.TemporaryDirectory() as place:
        jpype.startJVM("-Xmx2g", classpath=classpath(Path(messages)))
        _answer(place, dump, Path(queries), Path(answers))


def _jena(name: str) -> Any:
    return jpype.JClass(f"org.apache.jena.{name}")


def _answer(place: str, dump: str, queries: Path, answers: Path) -> None:
    execution, mode, results = (
        _jena(f"query.{name}") for name in ("QueryExecution", "ReadWrite", "ResultSetFormatter")
    )
    tdb, factory, loader = (_jena(f"tdb2.{name}") for name in ("TDB2", "TDB2Factory", "loader.Loader"))
    seconds = jpype.JClass("java.util.concurrent.TimeUnit").SECONDS

    data = factory.connectDataset(place)
    started = time.monotonic()
    loader.load(data.asDatasetGraph(), dump)
    print(f"loaded in {time.monotonic() - started:.1f} s", file=sys.stderr)  # noqa: T201
    data.begin(mode.READ)
    for file in sorted(queries.glob("*.rq")):
        started = time.monotonic()
        asked = (
            execution.dataset(data)
            .query(file.read_text(encoding="utf-8"))
            .set(tdb.symUnionDefaultGraph, True)  # noqa: FBT003
            .timeout(SECONDS, seconds)
            .build()
        )
        out = jpype.JClass("java.io.FileOutputStream")(str(answers / f"{file.stem}.json"))
        try:
            results.outputAsJSON(out, asked.execSelect())
        finally:
            out.close()
            asked.close()
        print(f"{file.stem}: {time.monotonic() - started:.2f} s", file=sys.stderr)  # noqa: T201
    data.end()
    data.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
