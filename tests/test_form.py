"""The canonical form of records: it says the same, keeps comments, and is a fixed point."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from calcigraph.records.context import RecordContext, load_context
from calcigraph.records.form import WIDTH, canonical
from calcigraph.records.read import read_record
from calcigraph.resources import record_files, resources

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = record_files(resources().seeds)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200
).filter(lambda text: " ".join(text.split()) == text)  # fmt: skip


@functools.cache
def _context() -> RecordContext:
    return load_context(resources().context)


def _said(data: bytes, path: Path) -> Any:
    """Return what a record says, without the order of its parts."""

    def sorted_all(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: sorted_all(inner) for key, inner in sorted(value.items())}
        if isinstance(value, list):
            return sorted((sorted_all(inner) for inner in value), key=json.dumps)
        return value

    read = read_record(data, str(path), _context())
    return sorted_all(read.document.data) if read.document else [problem.code for problem in read.problems]


def _form(data: bytes) -> str:
    form = canonical(data, _context())
    assert form is not None
    return form


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_a_record_says_the_same_in_its_form(path: Path) -> None:
    """The form of each record says what the record says, fits the line where words allow, and is its own form."""
    data = path.read_bytes()
    form = _form(data)
    assert form == data.decode(), "run `calcigraph fmt`"
    assert _said(form.encode(), path) == _said(data, path)
    assert _form(form.encode()) == form
    assert all(len(line) <= WIDTH or line.lstrip("- ").count(" ") <= 1 for line in form.splitlines())


@settings(max_examples=60)
@given(st.data())
def test_comments_stay_above_their_key_whatever_the_order(data: st.DataObject) -> None:
    """Shuffled keys come back in one order, each with the comment that stood above it or behind it."""
    path = data.draw(st.sampled_from(SEEDS))
    record = yaml.safe_load(path.read_text(encoding="utf-8"))
    plain = _form(path.read_bytes())
    keys = data.draw(st.permutations(list(record)))
    noted = data.draw(st.sets(st.sampled_from(keys)))
    text = ""
    for key in keys:
        text += f"# about {key}\n" if key in noted else ""
        text += yaml.safe_dump({key: record[key]}, allow_unicode=True, sort_keys=False)
    form = _form(text.encode())
    lines = form.splitlines()
    for key in noted:
        assert lines[lines.index(f"# about {key}") + 1].startswith(f"{key}:")
    assert "".join(f"{line}\n" for line in lines if not line.startswith("# about ")) == plain
    assert _form(form.encode()) == form


@settings(max_examples=300)
@given(WORDS, st.lists(WORDS, min_size=1, max_size=4))
def test_any_words_survive(note: str, notes: list[str]) -> None:
    """Whatever characters a text or a list of texts holds, the form reads back as the same, and is its own form."""
    record = {"id": "study/x", "type": "study", "title": note, "curation": {"notes": notes}}
    form = _form(yaml.safe_dump(record, allow_unicode=True).encode())
    back = yaml.load(form, Loader=yaml.BaseLoader)  # noqa: S506 -- text alone
    listed = back["curation"]["notes"]
    assert (back["title"], listed) == (note, notes)
    assert _form(form.encode()) == form


def test_every_comment_is_kept() -> None:
    """A comment inside, behind, between items and at the end; # in a text is none."""
    text = """\
# first
title: 'A # in a title'  # behind
type: study
id: study/x
curation:
  notes:
  # above an item
  - one
  - >-
    two # no comment
    # nor this
  status: draft
# last
"""
    assert (
        _form(text.encode())
        == """\
id: study/x
type: study
# first
# behind
title: 'A # in a title'
curation:
  status: draft
  notes:
  # above an item
  - one
  - 'two # no comment # nor this'
# last
"""
    )


def test_the_command_names_what_changes(tmp_path: Path) -> None:
    """--check writes nothing and ends with 1; without it files are written; broken ones stay."""
    good, broken = tmp_path / "x.yaml", tmp_path / "y.yaml"
    good.write_text("type: study\nid: study/x\n", encoding="utf-8")
    broken.write_text("id: [", encoding="utf-8")

    def run(*arguments: str | Path) -> tuple[int, str]:
        command = [sys.executable, "-m", "calcigraph", "fmt", *map(str, arguments)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Traceback" not in ran.stderr
        return ran.returncode, ran.stdout

    assert run("--check", good) == (1, f"{good}\n")
    assert good.read_text(encoding="utf-8").startswith("type")
    assert run(good) == (0, f"{good}\n")
    assert good.read_text(encoding="utf-8") == "id: study/x\ntype: study\n"
    assert run("--check", good) == (0, "")
    assert run(broken) == (1, "")
    assert broken.read_text(encoding="utf-8") == "id: ["


def test_numbers_stay_bare_and_text_stays_text() -> None:
    """A number below zero needs no quotes where its key takes numbers; a volume is text whatever it looks like."""
    text = "id: study/x\nvolume: 82\nestimates:\n  a:\n    low: '-4.8'\n    high: -2.5\n"
    assert _form(text.encode()) == "id: study/x\nvolume: '82'\nestimates:\n  a:\n    low: -4.8\n    high: -2.5\n"
