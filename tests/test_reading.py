"""Reading records: each slip gets one clear problem at its own place, and all of them come in one run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from calcigraph.graph.dataset import PROVENANCE_GRAPH, record_quads
from calcigraph.records.context import load_context
from calcigraph.records.read import ReadResult, read_record
from calcigraph.records.tree import MAX_BYTES
from calcigraph.resources import record_files, resources

if TYPE_CHECKING:
    from pathlib import Path

CONTEXT = load_context(resources().context)
SOUND = """\
id: study/ito-2001
type: study
title: A title
findings:
  minocycline:
    treatment: minocycline
    condition: [juvenile dermatomyositis, dermatomyositis]
    patients: 9
    read_in: abstract
readings:
  abstract:
    part: abstract
"""


def read(text: str | bytes, file: str = "seeds/studies/ito-2001.yaml") -> ReadResult:
    """Return what reading the text gives."""
    return read_record(text.encode() if isinstance(text, str) else text, file, CONTEXT)


def test_a_sound_record_has_no_problem() -> None:
    """A sound record becomes a document and leaves no problem."""
    result = read(SOUND)
    assert result.problems == []
    assert result.document is not None
    assert result.document.id == "study/ito-2001"


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "code", "word"),
    [
        ("title: A title", "titel: A title", 3, 1, "unknown-key", "Nearest: title"),
        ("treatment: minocycline", "treatment: minocyclin", 6, 16, "unknown-term", "'minocycline'"),
        ("patients: 9", "patients: nine", 8, 15, "wrong-type", "whole number"),
        ("patients: 9", "patients: -1", 8, 15, "wrong-type", "whole number"),
        ("patients: 9", "patients: 8.5", 8, 15, "wrong-type", "whole number"),
        ("patients: 9", "patients:", 8, 14, "empty-value", "leave the key out"),
        ("patients: 9", "patients: {n: 9}", 8, 15, "wrong-type", "not a map"),
        ("read_in: abstract", "read_in: 'a b'", 9, 14, "bad-reference", "a name in this record"),
        ("title: A title", "title: A title\ntitle: Another", 4, 1, "duplicate-key", "line 3"),
        ("type: study", "type: paper", 2, 7, "bad-type", "study, review, trial, cohort"),
        ("type: study", "type: review", 2, 7, "type-is-not-id", "begins with its type"),
        ("id: study/ito-2001", "id: study/ito-2002", 1, 5, "id-is-not-file-name", "make them agree"),
        ("id: study/ito-2001", "id: ito", 1, 5, "bad-id", "is not a record id"),
        ("id: study/ito-2001\n", "", 1, 1, "missing-id", "has no id"),
        ("findings:\n  minocycline:", "findings:\n  mino cycline:", 5, 3, "bad-name", "letters, digits"),
        ("  minocycline:\n    treatment", "  abstract:\n    treatment", 11, 3, "name-taken", "line 5"),
        ("  abstract:\n    part: abstract", "  abstract: abstract", 11, 13, "wrong-type", "is a map"),
        ("readings:\n  abstract:\n    part: abstract\n", "readings: abstract\n", 10, 11, "wrong-type", "is a map"),
        ("title: A title", "title: &t A title\njournal: *t", 3, 8, "alias", "write the value out"),
        ("title: A title", "title: !!python/name:os.system A title", 3, 8, "tag", "not allowed"),
        ("title: A title", "title: [A title", 4, 9, "broken-yaml", "did not find expected"),
        ("title: A title", "title: A\x07title", 3, 9, "broken-yaml", "control character"),
    ],
)
def test_a_slip_is_named_at_its_place(old: str, new: str, line: int, column: int, code: str, word: str) -> None:
    """One slip gives one problem with its line, its column, its code and what to do."""
    assert old in SOUND
    problems = read(SOUND.replace(old, new, 1)).problems
    assert [(p.line, p.column, p.code) for p in problems] == [(line, column, code)]
    assert word in problems[0].message


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b"", "empty-file", 1, 1),
        (b"# nothing\n", "empty-file", 1, 1),
        (b"id: study/x\ntitle: \xff\n", "not-utf8", 2, 8),
        (b"- a\n- b\n", "not-a-map", 1, 1),
        (b"a: 1\n---\nb: 2\n", "several-documents", 2, 1),
        (b"x" * (MAX_BYTES + 1), "file-too-large", 1, 1),
        (b"[" * 100_000, "too-deep", 1, 1),
        (b"a: " + b"[" * 30 + b"]" * 30, "too-deep", 1, 20),
        (b"- " * 300_000, "too-deep", 1, 1),
        (b"a: &a [*a]\n", "alias", 1, 4),
        (b"a: *nowhere\n", "alias", 1, 4),
    ],
)
def test_a_file_that_is_no_record_is_refused(data: bytes, code: str, line: int, column: int) -> None:
    """Bytes that cannot be a record give exactly one problem, at the place where it shows."""
    result = read(data)
    assert [(p.code, p.line, p.column) for p in result.problems] == [(code, line, column)]
    assert result.document is None


def test_an_alias_bomb_costs_nothing() -> None:
    """A file whose aliases would unfold to 9^20 values is refused without unfolding them."""
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 21)
    )
    assert [problem.code for problem in read(bomb).problems] == ["alias"]


def test_all_slips_come_in_one_run() -> None:
    """Several slips in one record are all reported."""
    text = (
        SOUND.replace("title", "titel").replace("minocycline\n", "minocyclin\n").replace("patients: 9", "patients: x")
    )
    assert {problem.code for problem in read(text).problems} == {"unknown-key", "unknown-term", "wrong-type"}


def test_yaml_never_guesses_types() -> None:
    """What YAML would read as a boolean, a date or an octal number stays the text that was written."""
    text = SOUND.replace("title: A title", "title: yes\nvolume: 012\nissue: 3.10\npages: 2016-05-01")
    document = read(text).document
    assert document is not None
    values = [
        value[0]["@value"] for value in document.data.values() if isinstance(value, list) and "@value" in value[0]
    ]
    assert values == ["yes", "012", "3.10", "2016-05-01"]


def test_local_names_become_addresses() -> None:
    """A finding's name and a reference to a reading become addresses within the record; no node is blank."""
    document = read(SOUND).document
    assert document is not None
    quads = list(record_quads([document]))
    assert not [q for q in quads if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]
    facts = {(str(q.subject), str(q.object)) for q in quads if q.predicate.value.endswith("readIn")}
    base = "https://w3id.org/calcigraph/study/ito-2001#"
    assert facts == {(f"<{base}minocycline>", f"<{base}abstract>")}


def as_json_ld(path: Path) -> bytes:
    """Return a record as JSON-LD with its whole context, made from the YAML by no code of Calcigraph.

    Local names are written out, which is all that a record leaves to its reader.
    """
    fields = json.loads(resources().context.read_text(encoding="utf-8"))["@context"]
    record = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 -- it only makes text

    def written_out(node: dict[str, object], owner: str) -> dict[str, object]:
        joint = "-" if "#" in owner else "#"
        result: dict[str, object] = {}
        for key, value in node.items():
            entry = fields.get(key)
            if isinstance(entry, dict) and isinstance(value, dict) and entry.get("@container") == "@id":
                addresses = {name: f"{owner}{joint}{name}" for name in value}
                result[key] = {addresses[name]: written_out(child, addresses[name]) for name, child in value.items()}
            elif isinstance(entry, dict) and isinstance(value, dict):
                result[key] = {"id": f"{owner}{joint}{key}"} | written_out(value, f"{owner}{joint}{key}")
            elif isinstance(entry, dict) and entry.get("@type") == "@id":
                listed = value if isinstance(value, list) else [value]
                result[key] = [v if "/" in str(v) else f"{record['id']}#{v}" for v in listed]
            elif isinstance(value, list):
                result[key] = [" ".join(str(v).split()) for v in value]
            else:
                result[key] = " ".join(str(value).split())
        return result

    return json.dumps({"@context": fields} | written_out(record, record["id"])).encode()


@pytest.mark.parametrize("folder", ["studies", "reviews", "trials", "cohorts"])
def test_the_context_alone_gives_the_same_graph(folder: str) -> None:
    """A JSON-LD processor that knows only the context makes the same triples of a record as the reader does."""
    for path in record_files(resources().seeds / folder)[::7]:
        document = read(path.read_bytes(), str(path)).document
        assert document is not None
        graph = {
            str(ox.Triple(q.subject, q.predicate, q.object))
            for q in record_quads([document])
            if q.graph_name != ox.NamedNode(PROVENANCE_GRAPH)
        }
        plain = {
            str(ox.Triple(q.subject, q.predicate, q.object))
            for q in ox.parse(as_json_ld(path), format=ox.RdfFormat.JSON_LD)
        }
        assert graph == plain


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever the bytes, the reader returns a document or problems, and never fails."""
    result = read(data)
    assert (result.document is None) == bool(result.problems)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(CONTEXT.fields)), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_no_yaml_breaks_the_reader(value: object) -> None:
    """Whatever stands under known keys, what the reader accepts is RDF, and what it refuses has a place."""
    text = yaml.safe_dump({"id": "study/ito-2001", "type": "study", "findings": {"a": value}, "title": value})
    result = read(text)
    for problem in result.problems:
        assert problem.line >= 1
        assert problem.column >= 1
    if result.document is not None:
        assert list(record_quads([result.document]))
