"""CI of others: the steps of the action, the GitLab script and the hooks run as their runners call them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import junitparser
import pytest
import yaml

ROOT = Path(__file__).parent.parent
TINY = Path(__file__).parent / "worlds" / "tiny"
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a git repository with a few sound records."""
    folder = tmp_path / "repository"
    shutil.copytree(TINY, folder / "seeds")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Start"]):
        subprocess.run([*GIT, *command], cwd=folder, check=True)
    return folder


def change(repository: Path, old: str, new: str) -> None:
    """Change a text in the record of alpha."""
    [path] = repository.rglob("alpha-2001.yaml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def head(repository: Path) -> str:
    """Return the revision that is checked out."""
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository, check=True, capture_output=True, text=True
    ).stdout.strip()


def bash(script: str, folder: Path, more: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script as runners do: under bash that ends at the first failure."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "CALCIGRAPH_HOME": str(folder.parent / "home"), **more}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def run_action(repository: Path, base: str) -> tuple[list[subprocess.CompletedProcess[str]], dict[str, str], str]:
    """Run the steps of the action, after a failure only those that always run; return them, outputs and summary."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    inputs = {name: entry["default"] for name, entry in action["inputs"].items()} | {"base": base, "version": ""}
    temp = repository.parent / "temp"
    temp.mkdir()
    github = {
        "RUNNER_TEMP": str(temp),
        "GITHUB_OUTPUT": str(temp / "out"),
        "GITHUB_STEP_SUMMARY": str(temp / "summary"),
    }
    ran: list[subprocess.CompletedProcess[str]] = []
    for step in action["runs"]["steps"]:
        if any(one.returncode for one in ran) and step.get("if") != "always()":
            continue
        given = {key: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: inputs[m[1]], v) for key, v in step["env"].items()}
        ran.append(bash(step["run"], repository, github | given))
    outputs = dict(line.split("=", 1) for line in (temp / "out").read_text(encoding="utf-8").splitlines())
    return ran, outputs, (temp / "summary").read_text(encoding="utf-8")


def test_the_action_says_what_a_change_does(repository: Path) -> None:
    """A sound change passes, and the summary tells of the finding that changed."""
    base = head(repository)
    change(repository, "improved: 8", "improved: 7")
    ran, outputs, summary = run_action(repository, base)
    assert [one.returncode for one in ran] == [0, 0, 0], ran
    assert "0 violations" in summary
    assert "What this change does to the evidence" in summary
    assert "7" in summary.partition("evidence")[2]
    assert Path(outputs["comment"]).read_text(encoding="utf-8") == summary
    assert '"version": "2.1.0"' in Path(outputs["sarif"]).read_text(encoding="utf-8")


def test_the_action_fails_and_annotates_the_line(repository: Path) -> None:
    """A broken record fails the step with an annotation at its line, and the summary names the repair."""
    base = head(repository)
    change(repository, "improved: 8", "imprved: 8")
    ran, _, summary = run_action(repository, base)
    assert [one.returncode for one in ran] == [0, 1, 0], ran
    assert re.match(r"::error file=seeds/studies/alpha-2001.yaml,line=\d+,col=5,title=unknown-key::", ran[1].stdout)
    assert "Repair: `improved`" in summary


@pytest.mark.parametrize(("new", "code"), [("improved: 7", 0), ("imprved: 8", 1)])
def test_the_gitlab_script_fails_for_violations(repository: Path, new: str, code: int) -> None:
    """The script ends as validation does, and leaves a report that a JUnit parser reads."""
    job = yaml.safe_load((ROOT / "templates" / "calcigraph.gitlab-ci.yml").read_text(encoding="utf-8"))["calcigraph"]
    base = head(repository)
    change(repository, "improved: 8", new)
    variables = job["variables"] | {"CALCIGRAPH_VERSION": "", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    ran = bash("\n".join(job["script"]), repository, variables)
    assert ran.returncode == code, ran.stderr
    assert junitparser.JUnitXml.fromfile(str(repository / job["artifacts"]["reports"]["junit"])).failures == code
    comment = (repository / "calcigraph.md").read_text(encoding="utf-8")
    assert ("What this change does to the evidence" in comment) is (code == 0)


def test_hooks_find_and_repair(repository: Path) -> None:
    """Each hook's entry, called with the files that were staged, ends as pre-commit expects."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    change(repository, "improved: 8", "imprved: 8")
    [file] = [path.relative_to(repository).as_posix() for path in repository.rglob("alpha-2001.yaml")]
    assert all(re.search(hook["files"], file) for hook in hooks.values())
    run = {name: hook["entry"].replace("calcigraph", "python -m calcigraph", 1) for name, hook in hooks.items()}
    results = [
        bash(f"{run[name]} --seeds seeds {file}", repository, {}).returncode
        for name in ("calcigraph-validate", "calcigraph-fix", "calcigraph-validate")
    ]
    assert results == [1, 0, 0]
    assert subprocess.run(["git", "diff", "--quiet"], cwd=repository, check=False).returncode == 0
