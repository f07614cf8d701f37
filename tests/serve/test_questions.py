"""The questions as an API: the same answers, names and errors as on the command line, described by OpenAPI."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import calcigraph
from calcigraph.graph.standing import COLUMNS
from calcigraph.resources import resources

from .conftest import TINY, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph import Evidence

    from .conftest import Served


@pytest.fixture(scope="module")
def tiny(shared_home: Path, server: Served) -> Evidence:
    """Return the evidence that the server serves, opened here."""
    del server
    return calcigraph.open(seeds=TINY, home=shared_home)


def test_all_questions_are_listed(server: Served) -> None:
    """The list has each question with its parameters and where to ask it; browsers get a page."""
    listed = server.get("questions").json()["questions"]
    assert [one["name"] for one in listed] == [path.stem for path in resources().question_files()]
    assert all(server.get(one["sparql"]).status_code == 200 or one["parameters"] for one in listed)
    assert "treatments" in server.get("questions", headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    "condition", ["lcSSc", "cg:LimitedCutaneousSystemicSclerosis", "limited cutaneous systemic sclerosis"]
)
def test_an_answer_is_the_command_lines(server: Served, tiny: Evidence, condition: str) -> None:
    """Rows and columns are those of Evidence.ask, in CSV and in JSON; names are as forgiving."""
    expected = tiny.ask("treatments", condition=condition)
    assert len(expected) > 0
    answer = server.get("questions/treatments", params={"condition": condition, "format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == list(expected.columns)
    assert [row[1] for row in rows[1:]] == [row["treatment_label"] for row in expected]
    json = server.get("questions/treatments", params={"condition": condition}).json()
    assert tuple(json["head"]["vars"]) == expected.columns
    assert [[row.get(column) for column in expected.columns] for row in json["results"]["bindings"]] == [
        list(row) for row in expected.terms
    ]


def test_every_question_answers(server: Served) -> None:
    """Each question that needs no parameter answers in each format for rows, and has a tag."""
    for one in server.get("questions").json()["questions"]:
        if not any(parameter["required"] for parameter in one["parameters"].values()):
            answer = server.get(one["address"], headers={"Accept": "text/csv"})
            assert answer.status_code == 200, (one["name"], answer.text)
            assert answer.text.splitlines()[0].split(",") == list(one["columns"])
            tag = answer.headers["etag"]
            again = server.get(one["address"], headers={"Accept": "text/csv", "If-None-Match": tag})
            assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("questions/treatmens", 404, "Nearest: treatments"),
        ("questions/treatments?condition=limited%20cutanous%20systemic%20sclerosis", 400, "Nearest: limited"),
        ("questions/treatments?conditoin=JDM", 400, "condition"),
        ("questions/lookup", 400, "needs identifier"),
        ("questions/lookup?identifier=%20", 400, "needs identifier"),
        ("questions/treatments?condition=a&condition=b", 400, "2 times"),
        ("questions/treatments?format=xlsx", 400, "csv"),
        ("questions/treatments?format=turtle", 406, "csv"),
        ("questions/lookup?identifier=%00", 200, ""),
    ],
)
def test_wrong_names_are_answered_with_the_nearest(server: Served, path: str, status: int, said: str) -> None:
    """An unknown question, parameter or name has its status and says what is near, as text and for programs."""
    answer = server.get(path)
    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert "--" not in answer.text
    if status == 404:
        told = server.get(path, headers={"Accept": "application/json"}).json()
        assert told["nearest"][0] == "treatments"


def test_a_name_with_quotes_and_braces_injects_nothing(server: Served) -> None:
    """What is asked becomes a term or an error, never a part of the query."""
    for name in ('" } SELECT * { ?s ?p ?o }', "} UNION { ?s ?p ?o", "<http://e/> ?x"):
        assert server.get("questions/treatments", params={"condition": name}).status_code == 400
        found = server.get("questions/lookup", params={"identifier": name})
        assert found.json()["results"]["bindings"] == []


@pytest.fixture(scope="module")
def doubted(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Iterator[Served]:
    """Serve the tiny world after one of its studies was corrected."""
    folder = tmp_path_factory.mktemp("doubted")
    seeds = Path(shutil.copytree(TINY, folder / "seeds"))
    line = "study/alpha-2001\tcorrected source\t2010-05-07\thttps://doi.org/10.1000/notice\t\tTests\t2026-01-02\t"
    (seeds / "standing.tsv").write_text("\t".join(COLUMNS) + f"\n{line}\n", encoding="utf-8")
    with running(folder, home=shared_home, seeds=seeds) as served:
        yield served


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rows_that_name_a_marked_source_link_to_its_notice(doubted: Served, form: str) -> None:
    """The head leads from the record to the notice; it does so again when the answer is kept, and by SPARQL."""
    link = (
        '<https://doi.org/10.1000/notice>; rel="https://w3id.org/calcigraph/ontology#noticeAddress"; '
        'anchor="https://w3id.org/calcigraph/study/alpha-2001"; title="corrected source since 2010-05-07"'
    )
    asked = {"treatment": "minocycline", "format": form}
    for _ in range(3):
        assert doubted.get("questions/treatment", params=asked).headers["link"] == link
    query = doubted.get("questions/treatment.rq", params={"treatment": "minocycline"}).text
    by_sparql = doubted.get("sparql", params={"query": query, "format": form})
    assert by_sparql.headers["link"] == link


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rows_that_name_no_marked_source_link_to_nothing(doubted: Served, server: Served, form: str) -> None:
    """No mark is told of an answer that does not rest on it, nor where there is none."""
    other = doubted.get("questions/treatment", params={"treatment": "rituximab", "format": form})
    unmarked = server.get("questions/treatment", params={"treatment": "minocycline", "format": form})
    for answer in (other, unmarked):
        assert answer.status_code == 200
        assert "link" not in answer.headers


def test_a_question_shows_its_sparql(server: Served) -> None:
    """The query, with what is asked in its slots, gives the same answer at the endpoint."""
    query = server.get("questions/treatments.rq", params={"condition": "lcSSc"})
    assert query.headers["content-type"].startswith("application/sparql-query")
    assert server.ask(query.text).json() == server.get("questions/treatments", params={"condition": "lcSSc"}).json()


def test_a_name_that_means_no_term_exactly_is_remarked(server: Served, tiny: Evidence) -> None:
    """The header says so, as the command line does on standard error."""
    root = "https://w3id.org/calcigraph/ontology#Condition"
    allowed = set(tiny.names.members[root])
    name = next(
        name
        for name, terms in tiny.names.inexact.items()
        if name not in tiny.names.names and len([term for term in terms if term in allowed]) == 1
    )
    expected = tiny.names.remark(name, root=root)
    assert expected is not None
    answer = server.get("questions/treatments", params={"condition": name})
    assert answer.headers["calcigraph-note"] == expected.encode("ascii", "replace").decode()


def test_the_api_is_described(server: Served) -> None:
    """OpenAPI 3.1 has each question with its parameters; every status that an answer has is described."""
    described = server.get("openapi.json").json()
    assert described["openapi"] == "3.1.0"
    for one in server.get("questions").json()["questions"]:
        operation = described["paths"][f"/questions/{one['name']}"]["get"]
        named = {p["name"]: p["required"] for p in operation["parameters"] if p["name"] != "format"}
        assert named == {name: p["required"] for name, p in one["parameters"].items()}
        assert operation["summary"] == one["summary"]
        assert {"200", "304", "400", "404", "406", "413", "503"} <= set(operation["responses"])
        assert "text/csv" in operation["responses"]["200"]["content"]
    examples = described["paths"]["/questions/treatments"]["get"]["parameters"][0]["schema"]["examples"]
    for example in examples:
        assert server.get("questions/treatments", params={"condition": example}).status_code == 200
