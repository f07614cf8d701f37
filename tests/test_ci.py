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
def repository(tmp_path: Path, shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a git repository with a few sound records; what is built of them is shared by the tests."""
    monkeypatch.setenv("CALCIGRAPH_HOME", str(shared_home))
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
    environment = {**os.environ, "PATH": path, **more}
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


@pytest.mark.parametrize(("new", "annotated"), [("enrolled: many", 1), ("enrolled: 16", 0)])
def test_the_action_leaves_what_was_broken_before(repository: Path, new: str, annotated: int) -> None:
    """A record that is as broken as at the base is neither annotated nor in the summary; what a change breaks is."""
    change(repository, "enrolled: 9", "enrolld: 9")
    (repository / "seeds" / "reviews" / "gamma-2003.yaml").unlink()
    subprocess.run([*GIT, "commit", "-qam", "Broken"], cwd=repository, check=True)
    [trial] = repository.rglob("NCT00000001.yaml")
    trial.write_text(trial.read_text(encoding="utf-8").replace("enrolled: 15", new), encoding="utf-8")
    ran, outputs, summary = run_action(repository, head(repository))
    assert [one.returncode for one in ran] == [0, annotated, 0], ran
    annotations = [line.partition(",col")[0] for line in ran[1].stdout.splitlines()]
    assert annotations == ["::error file=seeds/trials/NCT00000001.yaml,line=8"] * annotated
    assert ("That cannot be told" in summary) is (annotated == 0)
    assert "alpha-2001" not in summary + Path(outputs["sarif"]).read_text(encoding="utf-8")


def test_a_base_that_was_not_fetched_is_no_base(repository: Path) -> None:
    """Where git does not have the base, all records are validated."""
    change(repository, "improved: 8", "imprved: 8")
    ran, _, _ = run_action(repository, "0" * 40)
    assert [one.returncode for one in ran] == [0, 1, 0], ran


def test_git_runs_the_hook_of_changes(repository: Path) -> None:
    """As a hook of git it refuses a commit that breaks a link by a deletion, and lets a sound one pass."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    hook = repository / ".git" / "hooks" / "pre-commit"
    entry = hooks["calcigraph-changed"]["entry"].replace("calcigraph", "python -m calcigraph", 1)
    hook.write_text(f"#!/bin/sh\nexec {entry}\n", encoding="utf-8")
    hook.chmod(0o755)
    commit = " ".join([*GIT, "commit", "-qam", "Change"])
    (repository / "seeds" / "studies" / "alpha-2001.yaml").unlink()
    refused = bash(commit, repository, {})
    assert (refused.returncode, "gamma-2003.yaml:10:8: violation" in refused.stdout + refused.stderr) == (1, True)
    subprocess.run(["git", "checkout", "-q", "HEAD", "."], cwd=repository, check=True)
    change(repository, "improved: 8", "improved: 7")
    assert bash(commit, repository, {}).returncode == 0


def test_hooks_find_and_repair(repository: Path) -> None:
    """Each hook's entry, called with the files that were staged, ends as pre-commit expects."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    change(repository, "improved: 8", "imprved: 8")
    [file] = [path.relative_to(repository).as_posix() for path in repository.rglob("alpha-2001.yaml")]
    assert all(re.search(hook["files"], file) for hook in hooks.values() if "files" in hook)
    run = {name: hook["entry"].replace("calcigraph", "python -m calcigraph", 1) for name, hook in hooks.items()}
    results = [
        bash(f"{run[name]} --seeds seeds {file}", repository, {}).returncode
        for name in ("calcigraph-validate", "calcigraph-fix", "calcigraph-validate")
    ]
    assert results == [1, 0, 0]
    assert subprocess.run(["git", "diff", "--quiet"], cwd=repository, check=False).returncode == 0
