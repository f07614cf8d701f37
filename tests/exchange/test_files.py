"""Tables, citations and networks: the tools of those who take them read every row, reference and edge."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import duckdb
import frictionless
import networkx as nx
import pandas as pd
import pytest
import rispy
from bibtexparser.entrypoint import parse_string

from calcigraph.exchange.assertions import assertions
from calcigraph.exchange.losses import Losses
from calcigraph.exchange.source import scoped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]

PUBLICATIONS = ("study", "review", "cohort")


@pytest.fixture
def folder(evidence: Evidence, exported: Exported, tmp_path: Path) -> Path:
    """Return a folder with the tables of the real records."""
    for name, content in exported(evidence, "csv").items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_frictionless_finds_the_package_valid(folder: Path) -> None:
    """Every table keeps to its types and keys, and every part leads to its record."""
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    assert len(report.tasks) == 9


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_frictionless_refuses_an_altered_table(folder: Path) -> None:
    """A count that is no number and a part without a record are found: the package does check."""
    rows = list(csv.reader(io.StringIO((folder / "findings.csv").read_text(encoding="utf-8"))))
    rows[1][rows[0].index("patients")] = "some"
    rows[1][rows[0].index("record")] = "calcigraph:study/nowhere"
    with (folder / "findings.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert {error[0] for error in report.flatten(["type"])} == {"type-error", "foreign-key"}


def test_the_tables_hold_all_that_is_said(evidence: Evidence, folder: Path) -> None:
    """There is a row per part in pandas, with the patients that the graph counts; nothing is lost."""
    findings = pd.read_csv(folder / "findings.csv")
    parts = list(scoped(evidence).of_kind("finding"))
    assert len(findings) == len(parts)
    assert int(findings["patients"].sum()) == sum(part.number("patients") or 0 for part in parts)


@pytest.mark.parametrize("file", ["findings", "records", "harms"])
def test_duckdb_reads_parquet(file: str, evidence: Evidence, exported: Exported, folder: Path) -> None:
    """DuckDB reads the Parquet files, typed, with the same rows and counts as the CSV files."""
    place = folder / f"{file}.parquet"
    place.write_bytes(exported(evidence, "parquet")[place.name])
    rows = pd.read_csv(folder / f"{file}.csv")
    with duckdb.connect() as database:
        described = database.execute(f"DESCRIBE SELECT * FROM '{place}'").fetchall()  # noqa: S608 -- our own file
        assert [column[0] for column in described] == list(rows.columns)
        whole = [column[0] for column in described if column[1] == "BIGINT"]
        sums = ", ".join(f'SUM("{name}")' for name in whole)
        ((count, *totals),) = database.execute(f"SELECT COUNT(*), {sums} FROM '{place}'").fetchall()  # noqa: S608
    assert count == len(rows)
    assert [int(total) for total in totals] == [int(rows[name].sum()) for name in whole]
    assert whole


def test_csvw_describes_the_columns_that_are_there(folder: Path) -> None:
    """The CSVW metadata names each table's columns in their order."""
    described = json.loads((folder / "csv-metadata.json").read_text(encoding="utf-8"))
    for table in described["tables"]:
        header = (folder / table["url"]).read_text(encoding="utf-8").partition("\n")[0].split(",")
        assert [column["name"] for column in table["tableSchema"]["columns"]] == header


def test_each_publication_is_cited_once(evidence: Evidence, exported: Exported) -> None:
    """RIS, BibTeX and CSL-JSON hold the same publications, with the title and DOI of the record."""
    (text,) = exported(evidence, "ris").values()
    by_ris = {entry["id"]: entry for entry in rispy.loads(text.decode())}
    (text,) = exported(evidence, "bibtex").values()
    library = parse_string(text.decode())
    (text,) = exported(evidence, "csl-json").values()
    by_csl = {entry["id"]: entry for entry in json.loads(text)}
    records = {part.iri.rpartition("/")[2]: part for part in scoped(evidence).of_kind(*PUBLICATIONS)}
    assert not library.failed_blocks
    by_bibtex = {entry.key: entry.fields_dict for entry in library.entries}
    assert set(by_ris) == set(by_bibtex) == set(by_csl) == set(records)
    for key, record in records.items():
        assert by_ris[key].get("doi") == by_csl[key].get("DOI") == record.text("doi")
        assert by_ris[key]["title"] == by_csl[key]["title"] == record.text("title")
        assert ("doi" in by_bibtex[key]) == (record.text("doi") is not None)
    assert by_ris["robertson-2003"]["authors"] == ["Robertson, LP", "Hickling, P", "Marshall, RW"]
    assert by_csl["robertson-2003"]["author"][0] == {"family": "Robertson", "given": "LP"}


@pytest.mark.parametrize("name", ["graphml", "cytoscape"])
def test_networkx_reads_every_edge(name: str, evidence: Evidence, exported: Exported) -> None:
    """The network has an edge per assertion, under the assertion's lasting name, and its predicate."""
    (content,) = exported(evidence, name).values()
    if name == "graphml":
        graph = nx.read_graphml(io.BytesIO(content), force_multigraph=True)
    else:
        graph = nx.cytoscape_graph(json.loads(content))
    expected = {
        "calcigraph:" + one.iri.removeprefix("https://w3id.org/calcigraph/"): one.predicate
        for one in assertions(scoped(evidence), Losses())
    }
    assert {key: said["predicate"] for _, _, key, said in graph.edges(keys=True, data=True)} == expected


def test_what_a_citation_cannot_carry_is_counted(tiny: Evidence, exported: Exported) -> None:
    """Findings and claims have no place in a reference manager, and each is counted."""
    lost = Losses()
    exported(tiny, "ris", lost)
    parts = scoped(tiny).parts.values()
    whole = {kind: count for (kind, what, _), count in lost.counted.items() if what == "*"}
    assert whole["finding"] == sum(part.kind == "finding" for part in parts)
    assert ("study", "enrolled", "the format has no place for it") in lost.counted
    assert not any(what == "title" for _, what, _ in lost.counted)
