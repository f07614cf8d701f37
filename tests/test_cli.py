"""The command line: data on standard output, talk on standard error, and exit codes that say what happened."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import RDF, Graph, URIRef

from calcigraph.resources import resources

TINY = Path(__file__).parent / "worlds" / "tiny"
RUN = [sys.executable, "-m", "calcigraph"]
RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Return a copy of the tiny world."""
    return Path(shutil.copytree(TINY, tmp_path / "seeds"))


def run(*arguments: str | Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [*RUN, *map(str, arguments)],
        env=os.environ | {"CALCIGRAPH_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def ask(seeds: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask a question of the tiny world."""
    return run("ask", *arguments, "--seeds", seeds, home=seeds.parent / "home")


def test_build_prints_where_the_build_is(seeds: Path, tmp_path: Path) -> None:
    """The path of the build is data; how much it holds is talk."""
    ran = run("build", "--seeds", seeds, home=tmp_path / "home")
    assert ran.returncode == 0
    assert (Path(ran.stdout.strip()) / "graph.nq").is_file()
    assert ran.stderr.startswith("4 records, ")


def test_ask_builds_at_first_use_and_prints_a_table(seeds: Path) -> None:
    """A question needs no build before it; the table has the counts, the caution goes to standard error."""
    ran = ask(seeds, "treatments", "--condition", "lcSSc")
    assert ran.returncode == 0
    assert "minocycline" in ran.stdout
    assert "Alpha A 2001 (abstract)" in ran.stdout
    assert "Reported response is not efficacy" in ran.stderr


@pytest.mark.usefixtures("own_home")
def test_each_format_holds_the_same_answer(seeds: Path) -> None:
    """CSV, TSV, JSON, Turtle and Markdown agree on rows and values."""
    asked = ["treatment", "--treatment", "minocycline", "--format"]
    forms = {form: ask(seeds, *asked, form).stdout for form in ("csv", "tsv", "json", "turtle", "markdown")}
    rows = json.loads(forms["json"])
    assert [(row["patients"], row["responders"], row["worse"]) for row in rows] == [(9, 8, None)]
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        table = list(csv.DictReader(io.StringIO(forms[form]), delimiter=delimiter))
        assert [(row["patients"], row["responders"], row["worse"]) for row in table] == [("9", "8", "")]
    graph = Graph().parse(data=forms["turtle"], format="turtle")
    assert len(list(graph.subjects(RDF.type, URIRef(RESULT_SET + "ResultSet")))) == 1
    assert len(list(graph.objects(None, URIRef(RESULT_SET + "solution")))) == len(rows)
    assert "| minocycline |" in forms["markdown"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "treatmens"], "Nearest: treatments"),
        (
            ["ask", "treatments", "--condition", "juvenil dermatomyositis", "--seeds", str(TINY)],
            "Nearest: juvenile dermatomyositis",
        ),
        (["ask", "treatments", "--conditoin", "JDM"], "--condition"),
        (["ask", "treatments", "--format", "xml"], "turtle"),
        (["ask", "lookup"], "--identifier"),
        (["ask", "lookup", "--identifier", " ", "--seeds", str(TINY)], "needs --identifier"),
        (["ask"], "Questions:"),
        (["bild"], "No such command"),
        (["validate", "nowhere.yaml"], "does not exist"),
        (["build", "--engine", "other"], "pyshacl"),
        (["build", "--jobs", "0"], "x>=1"),
        ([], "Commands:"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_is_right(arguments: list[str], said: str, tmp_path: Path) -> None:
    """A wrong command, name, option or value is answered with what would be right, and no traceback."""
    ran = run(*arguments, home=tmp_path)
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not ran.stdout


@pytest.mark.usefixtures("own_home")
def test_an_empty_answer_is_fine(seeds: Path) -> None:
    """Nothing found is exit 0, no data, and a hint."""
    ran = ask(seeds, "treatments", "--condition", "morphea")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "Leave a parameter out" in ran.stderr


def test_validate_of_sound_records_is_fine(seeds: Path, tmp_path: Path) -> None:
    """Sound records give exit 0 and nothing on standard output."""
    ran = run("validate", "--seeds", seeds, home=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr == "4 files: 0 violations, 0 warnings, 0 remarks.\n"


def test_validate_shows_remarks_when_asked(seeds: Path, tmp_path: Path) -> None:
    """Warnings are shown by default, remarks on demand; neither is a finding."""
    path = seeds / "studies" / "alpha-2001.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("enrolled: 9", "enrolled: 8").replace("doi:", "pages:"),
        encoding="utf-8",
    )
    default = run("validate", "--seeds", seeds, home=tmp_path)
    everything = run("validate", "--seeds", seeds, "--severity", "info", home=tmp_path)
    assert default.returncode == everything.returncode == 0
    assert default.stdout == (
        "seeds/studies/alpha-2001.yaml:10:1: warning: A finding has 9 patients and the study enrolled 8: "
        "check both. [PlausibilityShape]\n"
    )
    assert "info: The record has no PMID, DOI or PMCID" in everything.stdout


def test_validate_of_one_file_compares_it_with_all_others(seeds: Path, tmp_path: Path) -> None:
    """A new file is checked by itself and against the records that are there, and only its problems are shown."""
    new = tmp_path / "delta-2004.yaml"
    text = (seeds / "studies" / "beta-2002.yaml").read_text(encoding="utf-8")
    new.write_text(text.replace("beta-2002", "delta-2004").replace("unchanged: 1", "unchanged: 2"), encoding="utf-8")
    broken = seeds / "studies" / "alpha-2001.yaml"
    broken.write_text(broken.read_text(encoding="utf-8").replace("improved: 8", "improved: 10"), encoding="utf-8")
    ran = run("validate", new, "--seeds", seeds, home=tmp_path)
    assert ran.returncode == 1
    assert [line.split(": ", 2)[2] for line in ran.stdout.splitlines()] == [
        "The PMID 1002 stands in study/beta-2002 too: one publication is one record. [IntegrityShape]",
        "unchanged (2) is more than patients (1): correct one of them. [LedgerShape]",
    ]


def test_both_engines_say_the_same(seeds: Path, tmp_path: Path) -> None:
    """The reference engine's problems are those of the fast one, to the letter."""
    path = seeds / "studies" / "alpha-2001.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("improved: 8", "improved: 10").replace("    direction: benefit\n", ""), encoding="utf-8"
    )
    ran = {
        engine: run("validate", "--seeds", seeds, "--engine", engine, home=tmp_path)
        for engine in ("pyshifty", "pyshacl")
    }
    assert ran["pyshifty"].returncode == 1
    assert ran["pyshifty"].stdout == ran["pyshacl"].stdout


@pytest.mark.usefixtures("own_home")
def test_an_answer_from_the_last_good_build_says_so(seeds: Path) -> None:
    """When records broke since, the answer still comes, with a warning."""
    assert ask(seeds, "treatments").returncode == 0
    (seeds / "studies" / "new.yaml").write_text("id: [", encoding="utf-8")
    ran = ask(seeds, "treatments", "--format", "csv")
    assert ran.returncode == 0
    assert "minocycline" in ran.stdout
    assert "last good build" in ran.stderr


def test_without_a_good_build_the_problems_are_shown(seeds: Path) -> None:
    """With nothing to answer from, the problems are shown and the exit code is 1."""
    (seeds / "studies" / "new.yaml").write_text("id: [", encoding="utf-8")
    ran = ask(seeds, "treatments")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "seeds/studies/new.yaml:2:1: violation: The YAML is broken here" in ran.stderr


def test_questions_lists_and_shows(tmp_path: Path) -> None:
    """Each question is listed with what it asks; one is shown with parameters, columns and its query."""
    listed = run("questions", home=tmp_path)
    names = [path.stem for path in resources().question_files()]
    assert [line.split()[0] for line in listed.stdout.splitlines()] == names
    assert len(names) >= 30
    shown = run("questions", "treatments", home=tmp_path).stdout
    assert "--condition" in shown
    assert "calcigraph ask treatments" in shown
    assert run("questions", "treatments", "--sparql", home=tmp_path).stdout.startswith("#+ summary:")


def test_questions_are_listed_by_who_asks_them(tmp_path: Path) -> None:
    """A paediatrician's questions are listed alone; someone who asks none is told who does."""
    ran = run("questions", "--asked-by", "paediatrician", home=tmp_path)
    listed = {line.split()[0] for line in ran.stdout.splitlines()}
    assert "treatments" in listed
    assert "lookup" not in listed
    refused = run("questions", "--asked-by", "wizard", home=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "methodologist, paediatrician" in refused.stderr


@pytest.mark.parametrize(
    "name",
    [
        "ask",
        "audit",
        "build",
        "classify",
        "diff",
        "explain",
        "export",
        "questions",
        "release",
        "serve",
        "validate",
        "why",
    ],
)
def test_each_command_has_help_with_an_example(name: str, tmp_path: Path) -> None:
    """The help of every command shows how it is called."""
    ran = run(name, "--help", home=tmp_path)
    assert ran.returncode == 0
    assert f"Example:\n    calcigraph {name}" in ran.stdout


def test_help_imports_no_heavy_library(tmp_path: Path) -> None:
    """Showing help loads none of the libraries that build, validate or ask."""
    show = "try: main(['--help'])\nexcept SystemExit: pass"
    code = f"import sys; from calcigraph.cli import main\n{show}\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    loaded = set(ran.stdout.splitlines()[-1].split())
    assert not loaded & {
        "rdflib",
        "pyoxigraph",
        "shifty",
        "pyshacl",
        "owlready2",
        "SPARQLWrapper",
        "yaml",
        "rapidfuzz",
    }


@pytest.mark.usefixtures("own_home")
def test_a_closed_pipe_is_no_error(seeds: Path, tmp_path: Path) -> None:
    """A reader that stops reading, as `head` does, ends the command without a traceback."""
    script = f"{' '.join(RUN)} ask treatments --seeds {seeds} --format json | head -c 1"
    ran = subprocess.run(
        ["bash", "-c", script],
        env=os.environ | {"CALCIGRAPH_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    assert "BrokenPipe" not in ran.stderr


@pytest.mark.usefixtures("own_home")
@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(("columns", "form"), [(60, "treatment           minocycline"), (200, "==========")])
def test_a_terminal_of_any_width_shows_the_whole_answer(seeds: Path, tmp_path: Path, columns: int, form: str) -> None:
    """A wide terminal gets a table, a narrow one a card for each row, and no line is longer than the terminal."""
    leader, follower = pty.openpty()
    ran = subprocess.Popen(
        [*RUN, "ask", "treatments", "--condition", "lcSSc", "--seeds", str(seeds)],
        env=os.environ
        | {"CALCIGRAPH_HOME": str(tmp_path / "home"), "COLUMNS": str(columns), "NO_COLOR": "1", "TERM": "dumb"},
        stdout=follower,
        stderr=subprocess.DEVNULL,
    )
    ran.wait(timeout=60)
    os.close(follower)
    shown = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(leader)
    lines = shown.decode().splitlines()
    assert any(form in line for line in lines)
    assert max(len(line) for line in lines) <= columns
