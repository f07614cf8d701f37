"""KGX and SSSOM, held to the classes of the Biolink Model, to kgx itself and to sssom.

They need `pip install '.[interop]'`, which takes two minutes and 400 MB, and are skipped without it. kgx does not go
together with what Calcigraph needs: CALCIGRAPH_KGX names the Python of another environment, with kgx and biolink-model.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from calcigraph.exchange.assertions import assertions
from calcigraph.exchange.losses import Losses
from calcigraph.exchange.source import scoped
from calcigraph.names.mappings import read_mappings

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]

KGX = "CALCIGRAPH_KGX"
LISTS = {"category", "publications", "xref", "provided_by", "publication_type"}
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def lines(content: bytes) -> list[dict[str, Any]]:
    """Return the rows of JSON Lines."""
    return [json.loads(line) for line in content.splitlines()]


def table(content: bytes) -> list[dict[str, Any]]:
    """Return the rows of a KGX table, its lists split and its empty cells left out."""
    rows = csv.DictReader(io.StringIO(content.decode()), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [{k: v.split("|") if k in LISTS else v for k, v in row.items() if v} for row in rows]


def built(row: dict[str, Any]) -> Any:
    """Return a node or an edge as its class in the Biolink Model, which refuses what the class does not have."""
    model = pytest.importorskip("biolink_model.datamodel.pydanticmodel_v2")
    return getattr(model, row["category"][0].removeprefix("biolink:"))(**row)


@pytest.mark.parametrize("name", ["kgx", "kgx-jsonl"])
def test_every_line_builds_its_class(name: str, evidence: Evidence, exported: Exported) -> None:
    """Every node and every edge is accepted by its class, and every end of an edge is a node."""
    files = exported(evidence, name)
    nodes, edges = [
        (table if path.endswith("tsv") else lines)(content) for path, content in files.items() if "_more" not in path
    ]
    for row in (*nodes, *edges):
        built(row)
    known = {node["id"] for node in nodes}
    for edge in edges:
        assert {edge["subject"], edge["object"], edge["disease_context_qualifier"], *edge["publications"]} <= known
        assert edge["primary_knowledge_source"] == "infores:calcigraph"
    assert len({edge["id"] for edge in edges}) == len(edges)


def remarks(files: dict[str, bytes], form: str, folder: Path) -> tuple[int, dict[str, set[str]]]:
    """Return how many nodes and edges `kgx validate` reads, and what it says of which identifiers."""
    if KGX not in os.environ:
        pytest.skip(f"{KGX} names no Python with kgx")
    paths = []
    for name, content in files.items():
        if "_more" not in name:
            paths.append(folder / name)
            paths[-1].write_bytes(content)
    ran = _kgx("validate", "-i", form, *paths)
    # It writes its report to standard error, also where it is given a file for that.
    told = ran.stderr[ran.stderr.find("{") : ran.stderr.rfind("}") + 1]
    assert told or ran.returncode == 0, ran.stderr
    found: dict[str, set[str]] = {}
    for kinds in json.loads(told or "{}").values():
        for messages in kinds.values():
            for message, entities in messages.items():
                found.setdefault(re.sub(r"'[^']+:[^']*'", "…", message), set()).update(entities)
    summary = folder / "summary.yaml"
    ran = _kgx("graph-summary", "-i", form, "-o", summary, *paths)
    assert ran.returncode == 0, ran.stderr
    counts = yaml.safe_load(summary.read_text(encoding="utf-8"))
    return counts["node_stats"]["total_nodes"] + counts["edge_stats"]["total_edges"], found


def _kgx(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [os.environ[KGX], Path(__file__).with_name("kgx_offline.py"), *words]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(("name", "form"), [("kgx", "tsv"), ("kgx-jsonl", "jsonl")])
def test_kgx_finds_nothing_but_what_is_known(
    name: str, form: str, evidence: Evidence, exported: Exported, tmp_path: Path
) -> None:
    """All lines are read, and `kgx validate` says nothing but three things.

    It knows no prefix for our own terms, takes no DOI for a CURIE, and wants a list where the model has an object.
    """
    files = exported(evidence, name)
    read, found = remarks(files, form, tmp_path)
    for message, entities in found.items():
        if "CURIE prefix 'cg'" in message:  # our own terms
            continue
        if "expected to be of type 'CURIE'" in message:
            assert all("doi:" in entity for entity in entities), message
            continue
        assert form == "jsonl", message
        assert "'has_supporting_studies' is expected to be of type 'list'" in message
    every = [content for path, content in files.items() if "_more" not in path]
    assert read == sum(len((table if form == "tsv" else lines)(content)) for content in every)


def test_kgx_finds_a_fault(evidence: Evidence, exported: Exported, tmp_path: Path) -> None:
    """The check does check: an edge without a predicate, and a category that the model does not have, are told."""
    files = exported(evidence, "kgx")
    edges = files["calcigraph_edges.tsv"].replace(b"biolink:applied_to_treat", b"biolink:cures", 1)
    nodes = files["calcigraph_nodes.tsv"].replace(b"biolink:Drug", b"biolink:Potion", 1)
    _, found = remarks({"nodes.tsv": nodes, "edges.tsv": edges}, "tsv", tmp_path)
    assert any("cures" in message or "predicate" in message for message in found), list(found)
    assert any("Potion" in message or "ategory" in message for message in found), list(found)


def test_a_wrong_edge_is_refused(tiny: Evidence, exported: Exported) -> None:
    """The check does check: a predicate, a field or a level that the model does not have is refused."""
    edge = lines(exported(tiny, "kgx-jsonl")["calcigraph_edges.jsonl"])[0]
    built(edge)
    for wrong in ({"predicate": "biolink:cures"}, {"dose": "50 mg"}, {"knowledge_level": "certain"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            built(edge | wrong)


def test_no_edge_treats_without_a_guideline_or_a_trial(evidence: Evidence, exported: Exported) -> None:
    """The predicate of each edge is the one that strength gave, and its object is calcinosis, not the disease."""
    edges = lines(exported(evidence, "kgx-jsonl")["calcigraph_edges.jsonl"])
    given = {one.iri.rpartition("/")[2]: one for one in assertions(scoped(evidence), Losses())}
    for edge in edges:
        one = given.get(edge["id"].rpartition("/")[2])
        if one is None:
            assert edge["predicate"] == "biolink:has_adverse_event"
            continue
        assert (edge["predicate"], edge["object"]) == (f"biolink:{one.predicate}", "HP:0025520")
    assert sum(edge["predicate"] == "biolink:treats" for edge in edges) == sum(
        one.predicate == "treats" for one in given.values()
    )


def test_the_second_table_tells_what_the_model_cannot(evidence: Evidence, exported: Exported) -> None:
    """Each edge that treats, in whatever sense, has a line with what was found or said, and in how many patients."""
    more = table(exported(evidence, "kgx")["calcigraph_more.tsv"])
    robertson = [row for row in more if row["part"] == "calcigraph:study/robertson-2003#minocycline"]
    assert [(row["says"], row["patients"], row["responders"]) for row in robertson] == [("benefit", "9", "8")]


def test_sssom_keeps_every_row(
    evidence: Evidence, exported: Exported, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """All mappings are read, without a warning: by itself sssom drops rows and says that all is well."""
    parsers = pytest.importorskip("sssom.parsers")
    validators = pytest.importorskip("sssom.validators")
    (content,) = exported(evidence, "sssom").values()
    file = tmp_path / "it.sssom.tsv"
    file.write_bytes(content)
    with caplog.at_level("WARNING"):
        read = parsers.parse_sssom_table(str(file))
        reports = validators.validate(read)
    assert not [record.getMessage() for record in caplog.records]
    assert not [result for report in reports.values() for result in report.results]
    assert len(read.df) == sum(len(read_mappings(path)[1]) for path in evidence.product.mapping_files())
