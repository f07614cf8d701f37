"""Check the OWL 2 DL profile of the ontology with OWL API, in a process of its own.

OWL API is a Java library; Debian has it as `libowlapi-java`. This runs when the ontology changes, never in a build.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from calcigraph.errors import EngineFailed
from calcigraph.reasoning.classify import own_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable

JARS = Path("/usr/share/java")
"""Where Debian keeps Java libraries."""

_CHILD = "from calcigraph.reasoning.profile import _profile_child; _profile_child()"
_ONTOLOGY = re.compile(r" in OntologyID\(.*?\)+(?=\]|$)")
"""Where OWL API says in which ontology a violation is: there is only one."""

_NEEDED = (
    *("owlapi-api", "owlapi-apibinding", "owlapi-impl", "owlapi-parsers", "owlapi-rio", "owlapi-tools"),
    *("atinject-jsr330-api", "caffeine", "commons-io", "commons-rdf-api", "guava", "hppcrt"),
    *("slf4j-api", "slf4j-nop", "xz", "rdf4j-model", "rdf4j-model-api", "rdf4j-model-vocabulary"),
    *("rdf4j-rio-api", "rdf4j-rio-languages", "rdf4j-rio-ntriples", "rdf4j-util"),
)
"""OWL API and what it needs, by the names of their files."""


def available() -> bool:
    """Tell whether OWL API and the bridge to Java are installed."""
    import importlib.util

    return (JARS / "owlapi-api.jar").is_file() and importlib.util.find_spec("jpype") is not None


def dl_violations(files: Iterable[Path]) -> list[str]:
    """Return where the ontology in the files breaks the OWL 2 DL profile, each in OWL API's words, sorted.

    Raises EngineFailed if OWL API is not installed, or cannot read the ontology.
    """
    if not available():
        message = (
            "OWL API is not installed: `apt-get install libowlapi-java default-jre-headless`, `pip install jpype1`."
        )
        raise EngineFailed(message)
    triples = [triple for path in files for triple in own_nodes(path)]
    # A process runs one Java machine, and only once.
    child = subprocess.run(  # noqa: S603 -- our own interpreter and code
        [sys.executable, "-c", _CHILD],
        input=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES),
        capture_output=True,
        check=False,
    )
    if child.returncode:
        message = f"OWL API did not finish: {child.stderr.decode(errors='replace').strip().splitlines()[-1]}"
        raise EngineFailed(message)
    return sorted({_ONTOLOGY.sub("", violation) for violation in json.loads(child.stdout)})


def _profile_child() -> None:
    """Read N-Triples from standard input and write the violations to standard output, as JSON."""
    import jpype

    jpype.startJVM(classpath=[str(JARS / f"{name}.jar") for name in _NEEDED], convertStrings=True)
    owl: Any = jpype.JPackage("org").semanticweb.owlapi
    text = jpype.JClass("java.io.ByteArrayInputStream")(sys.stdin.buffer.read())
    source = owl.io.StreamDocumentSource(
        text, owl.model.IRI.create("urn:merged"), owl.formats.NTriplesDocumentFormat(), "application/n-triples"
    )
    loaded = owl.apibinding.OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(source)
    report = owl.profiles.OWL2DLProfile().checkOntology(loaded)
    sys.stdout.write(json.dumps([str(violation.toString()) for violation in report.getViolations()]))
