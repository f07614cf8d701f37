"""The tools for agents, asked by the official client over real pipes and real HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import anyio
import jsonschema
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

import calcigraph
from calcigraph.resources import resources

from .conftest import TINY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from calcigraph import Evidence

_ARGUMENTS = ["-m", "calcigraph", "mcp", "--seeds", str(TINY)]
_WAIT_SECONDS = 60.0


@pytest.fixture(scope="module")
def evidence(shared_home: Path) -> Evidence:
    """Return the evidence that the tools ask, opened here."""
    return calcigraph.open(seeds=TINY, home=shared_home)


@pytest.fixture(scope="module")
def over_http(shared_home: Path, evidence: Evidence) -> Iterator[str]:
    """Return the address of a server that runs."""
    del evidence
    command = [sys.executable, *_ARGUMENTS, "--http", "--port", "0"]
    environment = os.environ | {"CALCIGRAPH_HOME": str(shared_home)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
        process.wait(_WAIT_SECONDS)


@pytest.fixture(params=["stdio", "http"])
def speak(request: pytest.FixtureRequest, shared_home: Path, over_http: str) -> Callable[..., Any]:
    """Return a function that runs a conversation with the tools, over pipes or over HTTP."""
    environment = dict(os.environ) | {"CALCIGRAPH_HOME": str(shared_home)}
    pipes = StdioServerParameters(command=sys.executable, args=_ARGUMENTS, env=environment)

    def run(talk: Callable[[Client], Awaitable[Any]]) -> Any:
        async def converse() -> Any:
            with anyio.fail_after(_WAIT_SECONDS):
                async with Client(over_http if request.param == "http" else pipes) as client:
                    return await talk(client)

        return anyio.run(converse)

    return run


def test_each_question_is_a_tool(speak: Callable[..., Any]) -> None:
    """Tools are the question files, the profile, the trace and the search; schemas are sound and name parameters."""

    async def talk(client: Client) -> Any:
        return await client.list_tools(), client.instructions

    listed, instructions = speak(talk)
    by_name = {tool.name: tool for tool in listed.tools}
    questions = [path.stem for path in resources().question_files()]
    assert list(by_name) == ["find-names", "profile", "why", *questions]
    assert "not medical advice" in instructions
    for tool in by_name.values():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.annotations.read_only_hint
    assert set(by_name["treatments"].input_schema["properties"]) == {"condition", "level", "limit", "offset"}
    assert by_name["lookup"].input_schema["required"] == ["identifier"]


def test_an_answer_has_the_rows_of_the_command_line_and_their_sources(
    speak: Callable[..., Any], evidence: Evidence
) -> None:
    """Names are as forgiving; each row says on which records it rests, and each record has its address and pages."""
    expected = evidence.ask("treatments", condition="lcSSc")

    async def talk(client: Client) -> Any:
        return await client.call_tool("treatments", {"condition": "lcSSc"})

    answer = speak(talk)
    assert not answer.is_error
    told = answer.structured_content
    assert told["total"] == len(expected) > 0
    assert [row["treatment_label"] for row in told["rows"]] == [row["treatment_label"] for row in expected]
    for row in told["rows"]:
        assert row["rests_on"]
        for record in row["rests_on"]:
            assert told["sources"][record]["iri"].endswith(record)
            assert any("doi.org" in page or "pubmed" in page for page in told["sources"][record]["pages"])


def test_a_window_of_rows(speak: Callable[..., Any], evidence: Evidence) -> None:
    """Limit and offset give a part, and say how many rows there are."""

    async def talk(client: Client) -> Any:
        return await client.call_tool("treatments", {"limit": 1, "offset": 1})

    told = speak(talk).structured_content
    rows = evidence.ask("treatments").rows
    assert told["total"] == len(rows) > 2
    assert [row["treatment"] for row in told["rows"]] == [rows[1][0]]


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("treatmens", {}, "Nearest: treatments"),
        ("treatments", {"conditoin": "JDM"}, "It takes: condition"),
        ("treatments", {"condition": "limited cutanous systemic sclerosis"}, "Nearest: limited"),
        ("treatments", {"condition": 7}, "condition is a text"),
        ("treatments", {"limit": 0}, "from 1 to 1000"),
        ("treatments", {"limit": True}, "from 1 to 1000"),
        ("treatments", {"offset": -1}, "of 0 or more"),
        ("lookup", {}, "needs identifier"),
        ("profile", {}, "needs treatment"),
        ("profile", {"tretment": "x"}, "treatment"),
        ("why", {}, "Give address"),
        ("why", {"question": "treatments", "row": 1000}, "no row 1000"),
        ("why", {"question": "treatments", "row": 1, "parameters": "x"}, "is an object"),
        ("find-names", {"text": " "}, "needs text"),
    ],
)
def test_what_is_wrong_is_said_to_the_agent(over_http: str, tool: str, given: dict[str, Any], said: str) -> None:
    """An error is a result that helps, not a fault of the protocol; no dashes of the command line."""

    async def converse() -> Any:
        async with Client(over_http) as client:
            return await client.call_tool(tool, given)

    answer = anyio.run(converse)
    assert answer.is_error
    assert said in answer.content[0].text
    assert "--" not in answer.content[0].text


def test_a_profile_and_a_trace_carry_their_sources(speak: Callable[..., Any], evidence: Evidence) -> None:
    """The profile is that of the API; a trace of a row leads to the records of the row."""
    first = next(iter(evidence.ask("treatments")))

    async def talk(client: Client) -> Any:
        profile = await client.call_tool("profile", {"treatment": first["treatment_label"]})
        row = await client.call_tool("why", {"question": "treatments", "row": 1})
        part = row.structured_content["traces"][0]["node"]
        return profile.structured_content, row.structured_content, await client.call_tool("why", {"address": part})

    profile, row, part = speak(talk)
    assert profile["reading"] == list(evidence.profile(str(first["treatment_label"])).reading)
    assert profile["sources"]
    assert [trace["node"] for trace in row["traces"]] == [
        trace.node for trace in evidence.why_row(evidence.ask("treatments"), 1)
    ]
    assert row["sources"]
    assert part.structured_content["traces"] == row["traces"][:1]


def test_names_are_found(speak: Callable[..., Any], evidence: Evidence) -> None:
    """A synonym, a name with an error and an author lead to terms and publications."""

    async def talk(client: Client) -> Any:
        return [
            (await client.call_tool("find-names", {"text": text})).structured_content
            for text in ("lcSSc", "limited cutanous systemic sclerosis", "alpha")
        ]

    synonym, misspelt, author = speak(talk)
    assert synonym["terms"][0]["term"] == "cg:LimitedCutaneousSystemicSclerosis"
    assert misspelt["terms"][0] == synonym["terms"][0]
    assert synonym["terms"][0]["kind"] == evidence.names.labels["https://w3id.org/calcigraph/ontology#Condition"]
    assert author["publications"][0]["iri"].endswith("study/alpha-2001")
