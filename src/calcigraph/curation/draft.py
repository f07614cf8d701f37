"""Write a record with all that a source states, and marks where a person must say what only a reader can."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calcigraph.names.vocabulary import fold
from calcigraph.records.read import FILL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from calcigraph.curation.source import Source
    from calcigraph.curation.suggest import Suggestion
    from calcigraph.records.context import RecordContext
    from calcigraph.resources import Resources

_HEAD = """\
# A draft, made from the source's own data. FILL stands where a person who reads the source must say what it says.
# Lines with a question mark are suggestions with the words they rest on, and no facts. Take them out at the end.
"""
_REVIEWS = ("review", "meta-analysis", "guideline", "consensus", "recommendation")
_PARTS = {"study": "findings", "review": "claims", "cohort": "observations"}
_MOST = 6
_LINE = 110


def kind_of(source: Source) -> str:
    """Return the type of record that a source asks for: trial, review or study."""
    if source.registry:
        return "trial"
    words = fold(" ".join([*source.kinds, source.one("title")]))
    return "review" if any(word in words for word in _REVIEWS) and "case report" not in words else "study"


def identifier(source: Source, kind: str, taken: Iterable[str]) -> str:
    """Return an address for the record: the trial number, or first author and year, with a number if it is taken."""
    if source.registry:
        return f"trial/{source.one('registry_id')}"
    family = source.one("first_author").rpartition(" ")[0] or source.one("first_author") or source.one("title")[:40]
    slug = re.sub(r"[^a-z0-9]+", "-", fold(f"{family} {source.one('year')}")).strip("-") or "unnamed"
    used = {name.partition("/")[2] for name in taken}
    names = [slug, *(f"{slug}-{n}" for n in range(2, len(used) + 3))]
    return f"{kind}/{next(name for name in names if name not in used)}"


def draft(
    source: Source,
    suggestions: Mapping[str, Sequence[Suggestion]],
    required: Mapping[str, frozenset[str]],
    context: RecordContext,
    *,
    record: str,
    day: str,
    by: str | None = None,
    answers: Mapping[str, str] | None = None,
) -> str:
    """Return the text of the record.

    `required` are the properties that classes and parts must have, `day` is when it was made, `by` who completes it,
    `answers` what stands in the place of a FILL.
    """
    kind = record.partition("/")[0]
    given = answers or {}
    facts: dict[str, str | list[str]] = {"id": record, "type": kind, **source.facts}
    if not source.registry:
        facts["form"] = "journal article" if source.one("journal") else FILL
        facts["registry_id"] = source.trials[0] if len(source.trials) == 1 and kind != "review" else ""
    needed = {key for key, known in context.fields.items() if known.iri in required[context.types[kind]]}
    needed |= {"design", "design_basis"} | ({"treatment", "condition"} if kind == "trial" else set())
    needed -= {"readings", "curation", "findings", "claims", "observations"}
    lines = [_HEAD, *(f"# Note: {remark}\n" for remark in source.remarks)]
    for key in ["id", "type", *context.fields]:
        value = facts.get(key) or (
            given.get(key, FILL) if key in needed else given.get(key, "") if key == "enrolled" else ""
        )
        if key in _PLACES.get(kind, ()) or value:
            lines += _entry(key, value, suggestions.get(key, ()) if value in (FILL, "") else (), "")
    if kind in _PARTS:
        lines += _part(kind, suggestions, required, context, given)
    lines += [f"# posted: {' '.join(line.split())}\n" for line in source.posted]
    part = "registry entry" if source.registry else "abstract" if source.abstract else "bibliographic record"
    lines += ["readings:\n", "  source:\n", *_entry("part", part, (), "    ")]
    lines += _entry("url", source.address, (), "    ") if source.address else []
    lines += ["curation:\n", *_entry("status", "draft", (), "  "), *_entry("curated_by", by or FILL, (), "  ")]
    lines += [f"  curated_on: {day}\n"]
    return "".join(lines)


_PLACES = {"study": ("enrolled",)}


def _part(
    kind: str,
    suggestions: Mapping[str, Sequence[Suggestion]],
    required: Mapping[str, frozenset[str]],
    context: RecordContext,
    given: Mapping[str, str],
) -> list[str]:
    """Return the lines of the first finding, claim or observation, to be filled."""
    key = _PARTS[kind]
    needed = required.get(context.fields[key].iri, frozenset())
    lines = [f"{key}:\n", "  first:\n"]
    for inner, known in context.fields.items():
        if known.iri in needed:
            lines += _entry(
                inner, given.get(inner, FILL), suggestions.get(inner, ()) if inner not in given else (), "    "
            )
        elif inner == "patients" and inner in given:
            lines += _entry(inner, given[inner], (), "    ")
        elif inner in ("route", "phenotype", "outcome", "patients") and inner in suggestions:
            lines += _entry(inner, "", suggestions[inner], "    ")
    return lines


def _entry(key: str, value: str | list[str], suggested: Sequence[Suggestion], indent: str) -> list[str]:
    """Return the lines of one key: the suggestions, then the key with its value, or without one only suggestions."""
    import yaml

    lines = [f'{indent}# {key}? {item.value}: "… {item.words} …"\n' for item in suggested[:_MOST]]
    if not value:
        return lines
    known = (
        int(value) if key in ("year", "enrolled", "patients") and isinstance(value, str) and value.isdigit() else value
    )
    typed = value == "true" if key == "results_posted" else known
    if isinstance(typed, list) and len(typed) == 1:
        typed = typed[0]
    text = yaml.safe_dump({key: typed}, allow_unicode=True, sort_keys=False, width=_LINE, default_flow_style=False)
    return lines + [indent + line for line in text.splitlines(keepends=True)]


def asked(kind: str, required: Mapping[str, frozenset[str]], context: RecordContext) -> list[str]:
    """Return the keys that a person must answer for a record of that kind: of the record, and of its first part."""
    part = required.get(context.fields[_PARTS[kind]].iri, frozenset()) if kind in _PARTS else frozenset()
    needed = required[context.types[kind]] | part | {context.fields[key].iri for key in ("design", "design_basis")}
    facts = {"title", "first_author", "year", "readings", "curation", "registry_id"}
    also = {"enrolled", "patients"} if kind == "study" else set()
    return [k for k, f in context.fields.items() if (f.iri in needed or k in also) and k not in facts]


def required_properties(product: Resources) -> dict[str, frozenset[str]]:
    """Return the properties that the shapes demand, by the class, or by the property that leads to a part."""
    import pyoxigraph as ox

    store = ox.Store()
    for path in product.shape_files():
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    found: dict[str, set[str]] = {}
    for row in store.query(product.required.read_text(encoding="utf-8")):  # type: ignore[union-attr]
        found.setdefault(row["on"].value, set()).add(row["property"].value)
    return {name: frozenset(properties) for name, properties in found.items()}
