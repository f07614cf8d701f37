"""KGX and SSSOM, held to the classes of the Biolink Model and to sssom.

They need `pip install '.[interop]'`, which takes two minutes and 400 MB, and are skipped without it.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from calcigraph.exchange.assertions import assertions
from calcigraph.exchange.losses import Losses
from calcigraph.exchange.source import scoped
from calcigraph.names.mappings import read_mappings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]

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
