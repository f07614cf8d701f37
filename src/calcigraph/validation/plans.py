"""The engine's repair plan for a node: which triples must go or come for it to conform.

pyshifty finds what has to change and leaves open what to change it to, so a plan is shown and never carried out: the
repairs of `calcigraph validate --fix` are those of which only one thing can be meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.records.context import RecordContext

_EDIT = re.compile(r"(?P<edit>del|add) <(?P<subject>[^>]*)> <(?P<path>[^>]*)> (?P<value>.+)")
_OPEN = re.compile(r"(?P<hole>\?\d+) : (?P<must>.+)")
_WORDS = {"del": "without", "add": "with"}
_KINDS = {"nodeKind": "a term or a record"}


def plan(triples: bytes, shapes: str, focus: str, context: RecordContext, *, asked: str = "") -> list[str]:
    """Return the steps by which a node in N-Triples would conform to Turtle shapes, in words, each once.

    With the IRI of a property in `asked`, only the steps on that property. What only a source can give is a question
    mark, with what it must be. Empty if the node conforms, or if the engine has no plan, as for rules in SPARQL.
    """
    import shifty

    session = shifty.RepairSession(shapes, triples, infer=False)
    mine = [one for one in session.witnesses() if one.focus == f"<{focus}>"]
    texts = [one.repair_tree().explain() for one in mine]
    return list(dict.fromkeys(step for text in texts for step in _steps(text, focus, asked, context)))


def _steps(text: str, focus: str, asked: str, context: RecordContext) -> Iterator[str]:
    lines = [line.strip() for line in text.splitlines()]
    holes = {found["hole"]: found["must"] for line in lines if (found := _OPEN.fullmatch(line))}
    for line in lines:
        found = _EDIT.fullmatch(line)
        if found is None or (asked and found["path"] != asked):
            continue
        on = "" if found["subject"] == focus else f" of {found['subject'].removeprefix(context.base)}"
        known = context.by_iri.get(found["path"])
        value = found["value"]
        told = (
            f"? ({_KINDS.get(holes[value], holes[value])})"
            if value in holes
            else value.replace(f"<{context.base}", "<")
        )
        yield f"{_WORDS[found['edit']]} {known.key if known else found['path']}{on}: {told}"
