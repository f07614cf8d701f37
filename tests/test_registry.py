"""A registry of another disease brings its own terms, shapes, question, severities and keys in a `calcigraph.toml`."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calcigraph.build.inputs import fingerprint
from calcigraph.errors import BadRegistry
from calcigraph.registry import CHOICES
from calcigraph.reports.report import FORMS
from calcigraph.resources import resources

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLE = Path(__file__).parent / "registry" / "hailey-hailey"
RECORD = "seeds/studies/albers-2017.yaml"
DISEASE = "https://example.org/hailey-hailey/"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of all builds of this module."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the example that a test may change."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "registry"))


def run(*arguments: str, home: Path, folder: Path = EXAMPLE) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder, as a registry does."""
    return subprocess.run(
        [sys.executable, "-m", "calcigraph", *arguments],
        env=os.environ | {"CALCIGRAPH_HOME": str(home)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV answer."""
    return list(csv.DictReader(io.StringIO(text)))


def change(file: Path, old: str, new: str) -> int:
    """Change the one place in a file where a text stands, and return its line."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def line_of(file: Path, text: str) -> int:
    """Return the first line that holds a text."""
    return next(n for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if text in line)


@pytest.mark.parametrize("engine", CHOICES["engine"])
def test_the_records_of_the_registry_are_sound(engine: str, home: Path) -> None:
    """Its own key and names are taken, and nothing is shown at all."""
    ran = run("validate", "--engine", engine, "--severity", "info", home=home)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr == "1 files: 0 violations, 0 warnings, 0 remarks.\n"


def test_its_own_question_answers_by_its_own_names(home: Path) -> None:
    """The question is the registry's, and so are the condition's synonym, the key and the address of the finding."""
    ran = run("ask", "titrations", "--condition", "HHD", "--format", "csv", home=home)
    assert rows(ran.stdout) == [
        {
            "finding": f"{DISEASE}study/albers-2017#naltrexone",
            "treatment": "low-dose naltrexone",
            "dose": "3 mg nightly",
            "titration": "to 4.5 mg nightly in 2 patients",
            "patients": "3",
        }
    ]


def test_our_questions_answer_on_its_records(home: Path) -> None:
    """The rules derive the level of its study, and a compact name of its own is as good as a label."""
    ran = run("ask", "treatments", "--condition", "hh:HaileyHaileyDisease", "--format", "csv", home=home)
    row = rows(ran.stdout)[0]
    assert (row["treatment_label"], row["patients"], row["complete"]) == ("low-dose naltrexone", "3", "3")
    assert row["level_label"] == "IV (modified Oxford CEBM)"


def test_its_evidence_is_drawn(home: Path, tmp_path: Path) -> None:
    """The evidence map has its treatment and its condition."""
    ran = run("plot", "map", "-o", str(tmp_path / "map.svg"), home=home)
    assert ran.returncode == 0
    text = (tmp_path / "map.svg.alt.txt").read_text(encoding="utf-8")
    assert "low-dose naltrexone" in text
    assert "Hailey-Hailey disease" in text


def test_its_evidence_is_exported(home: Path) -> None:
    """The Turtle of its treatment holds its own property, at its own address."""
    ran = run("export", "turtle", "--treatment", "LDN", home=home)
    assert f"<{DISEASE}study/albers-2017#naltrexone>" in ran.stdout
    assert "to 4.5 mg nightly in 2 patients" in ran.stdout


def test_a_trace_starts_at_its_record(home: Path) -> None:
    """The address of a record is as short as one of ours."""
    ran = run("why", "study/albers-2017", home=home)
    assert ran.returncode == 0, ran.stderr
    assert "Albers LN 2017" in ran.stdout
    of_row = run("why", "titrations:1", home=home)
    assert of_row.returncode == 0, of_row.stderr
    assert "to 4.5 mg nightly in 2 patients" in of_row.stdout


def test_a_fault_is_told_at_its_line_by_the_shape_of_the_registry(folder: Path, home: Path) -> None:
    """Its shape is a warning in its file, which `[severity]` raises."""
    change(folder / RECORD, "    dose: 3 mg nightly\n", "")
    ran = run("validate", home=home, folder=folder)
    assert ran.returncode == 1
    line = line_of(folder / RECORD, "  naltrexone:")
    place = f"{RECORD}:{line}:3: violation: "
    assert ran.stdout == f"{place}This registry needs the dose: write it as the source does. [DosedShape-dose]\n"


def test_a_result_of_ours_is_lowered(folder: Path, home: Path) -> None:
    """What stops a build of ours is a warning there, which the defaults of `[validate]` do not show."""
    change(folder / RECORD, "    harms_reporting: harms not read\n", "")
    default = run("validate", home=home, folder=folder)
    shown = run("validate", "--severity", "warning", home=home, folder=folder)
    assert (default.returncode, default.stdout) == (0, "")
    assert "warning: A finding needs harms_reporting" in shown.stdout


def test_rdf_is_weighed_alike(folder: Path, home: Path) -> None:
    """A file of Turtle is held to the shapes and the severities of the registry."""
    (folder / "cases.ttl").write_text(
        "@prefix cg: <https://w3id.org/calcigraph/ontology#> .\n"
        f"<{DISEASE}study/one-2020> cg:finding <{DISEASE}study/one-2020#a> .\n",
        encoding="utf-8",
    )
    ran = run("validate", "cases.ttl", "--severity", "warning", home=home, folder=folder)
    assert "violation: This registry needs the dose" in ran.stdout
    assert "warning: A finding needs harms_reporting" in ran.stdout


def test_a_slip_in_its_own_key_names_the_nearest(folder: Path, home: Path) -> None:
    """Its keys are among those that are compared."""
    line = change(folder / RECORD, "titration:", "titraton:")
    ran = run("validate", home=home, folder=folder)
    assert ran.stdout.startswith(f"{RECORD}:{line}:5: violation: ")
    assert "titration" in ran.stdout


def test_its_key_and_names_are_in_the_schema(home: Path) -> None:
    """An editor completes them."""
    made = json.loads(run("schema", home=home).stdout)
    assert "titration" in made["definitions"]["findings"]["properties"]
    assert "Hailey-Hailey disease" in made["definitions"]["names-of-condition"]["enum"]


def test_its_records_have_the_canonical_form(home: Path) -> None:
    """Its own key has a place in it."""
    assert run("fmt", "--check", RECORD, home=home).returncode == 0


def test_the_file_is_named_from_anywhere(home: Path, tmp_path: Path) -> None:
    """With --config it need not lie above the working directory."""
    named = ("--config", str(EXAMPLE / "calcigraph.toml"))
    ran = run(*named, "ask", "titrations", "--format", "csv", home=home, folder=tmp_path)
    assert len(rows(ran.stdout)) == 1


def test_the_file_is_found_from_a_folder_below(monkeypatch: pytest.MonkeyPatch) -> None:
    """A curator stands where the records are."""
    monkeypatch.chdir(EXAMPLE / "seeds" / "studies")
    assert resources().seeds == EXAMPLE / "seeds"


def test_without_the_file_nothing_is_added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Elsewhere the product is what comes with Calcigraph."""
    monkeypatch.chdir(tmp_path)
    product = resources()
    assert product.registry is None
    assert not any(EXAMPLE in path.parents for path in _files(product.ontology_files(), product.shape_files()))


def _files(*lists: Iterable[Path]) -> list[Path]:
    return [path for one in lists for path in one]


@pytest.mark.parametrize(
    "name", ["calcigraph.toml", "context.jsonld", "shapes/dosed.ttl", "ontology/hailey-hailey.ttl"]
)
def test_a_change_of_its_files_makes_a_new_build(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest of a build rests on each of them."""
    monkeypatch.chdir(folder)
    before = fingerprint(resources())
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert fingerprint(resources()) != before


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('prefix = "hh"', 'prefix = "hh', "This is no TOML"),
        ("[severity]", "[severities]", "There is no table [severities]. Nearest: severity."),
        ("shapes = ", "shape = ", "[registry] has no key 'shape'. Nearest: shapes"),
        ('["ontology/hailey-hailey.ttl"]', '["ontology/haily.ttl"]', "Nearest: ontology/hailey-hailey.ttl."),
        ('seeds = "seeds"', 'seeds = "seed"', "seeds: there is no folder 'seed' beside it. Nearest: seeds"),
        (
            "hh:DosedShape-dose",
            "hh:DosedShape-doze",
            "Nearest: hh:DosedShape, hh:DosedShape-dose.",
        ),
        ('harms_reporting" = "warning"', 'harms_reporting" = "warn"', "'warn' is no severity"),
        ('\nseverity = "violation"', '\nengine = "pyshifti"', "Nearest: pyshifty"),
        ("https://example.org/hailey-hailey/ontology#", "hailey", "terms must be an address that ends in / or #"),
        ('prefix = "hh"\n', "", "terms stands for prefix too: give both."),
        ('"Hailey-Hailey disease"', "7", "name must be a text, in quotes."),
    ],
)
def test_what_is_wrong_in_the_file_is_told_at_its_line(
    old: str, new: str, expected: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each says what was expected, and the nearest name where there is one."""
    monkeypatch.chdir(folder)
    file = folder / "calcigraph.toml"
    line = change(file, old, new) + old.startswith("\n")
    with pytest.raises(BadRegistry) as wrong:
        resources()
    told = next(problem for problem in wrong.value.problems if expected in str(problem))
    assert told.file == str(file)
    assert told.line == line


def test_a_key_of_ours_keeps_its_meaning(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A context that gives another meaning to one is refused."""
    monkeypatch.chdir(folder)
    change(folder / "context.jsonld", '"titration":', '"dose":')
    with pytest.raises(BadRegistry, match="gives another meaning to 'dose'"):
        resources()


def test_a_question_of_ours_keeps_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that has the name of one is refused."""
    monkeypatch.chdir(folder)
    (folder / "queries" / "titrations.rq").rename(folder / "queries" / "treatments.rq")
    with pytest.raises(BadRegistry, match=r"treatments\.rq has the name of a question of Calcigraph"):
        resources()


def test_a_wrong_file_is_wrong_use_and_no_traceback(folder: Path, home: Path) -> None:
    """The command line ends with 2, and says the place."""
    line = change(folder / "calcigraph.toml", "[severity]", "[severities]")
    ran = run("build", home=home, folder=folder)
    assert ran.returncode == 2
    assert f"calcigraph.toml:{line}:1: violation: " in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_defaults_of_validate_are_its_options() -> None:
    """What `[validate]` takes is what the command takes."""
    assert set(CHOICES["format"]) == set(FORMS)


def test_repairs_go_on_until_nothing_is_left_to_repair(folder: Path, home: Path) -> None:
    """A misspelt key hides the form of the DOI, which is repaired once the key is; then all is sound."""
    change(folder / RECORD, "titration:", "titraton:")
    change(folder / RECORD, "doi: 10.1001", "doi: https://www.doi.org/10.1001")
    ran = run("validate", "--fix", home=home, folder=folder)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert (folder / RECORD).read_bytes() == (EXAMPLE / RECORD).read_bytes()
