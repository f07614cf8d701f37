"""An evidence report on a treatment or a condition, for people: Markdown, a page that stands alone, or PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import calcigraph
from calcigraph.docs.sources import load_sources
from calcigraph.errors import ReportFailed
from calcigraph.names.vocabulary import TERMS
from calcigraph.questions.answers import heading
from calcigraph.questions.markdown import markdown_table
from calcigraph.synthesis.profiles.forms import Section, sections
from calcigraph.synthesis.profiles.reading import title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from calcigraph.api import Evidence
    from calcigraph.docs.sources import Source
    from calcigraph.questions.answers import Answer
    from calcigraph.questions.marks import Mark

_TEMPLATES = Path(__file__).parent / "templates"
_NOTE = "Reported response is not efficacy. This is a research tool, not medical advice."
_ABOUT_CONDITION = (
    ("treatments", "Treatments", "treatment_label level_label studies patients direction claims sources"),
    ("claims", "What reviews and guidelines say", "treatment_label stance level_label statement record_label"),
    ("avoid", "What is advised against, or did not help", "treatment_label why level_label reason record_label"),
    ("harms", "Harms", "treatment_label reporting event_label affected out_of record_label"),
    ("trials", "Registered trials", "registry_id title treatments phase status enrolled results"),
    ("gaps", "Gaps", "treatment_label condition_label state studies patients searched_on"),
)
"""The questions that a report on a condition answers, their headings, and the columns for people."""
_ABOUT_TREATMENT = ("treatment", "claims", "trials")
"""The questions whose records are the sources of a report on a treatment."""


class Report(NamedTuple):
    """A report: what it is on, the day to which the evidence stands, its sections, and the records that it rests on."""

    title: str
    stamp: str
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]


def of_treatment(evidence: Evidence, treatment: str, condition: str | None = None) -> Report:
    """Return the report on a treatment or class, in a condition or in all; names are in any form.

    Raises UnknownName or AmbiguousName, with the nearest names.
    """
    profile = evidence.profile(treatment, condition=condition)
    asked = {"treatment": treatment, "condition": condition}
    answers = [
        evidence.ask(name, **{key: value for key, value in asked.items() if _takes(evidence, name, key)})
        for name in _ABOUT_TREATMENT
    ]
    marked = _marked(evidence.marks_behind(profile))
    return Report(title(profile), _stamp(evidence), (*marked, *sections(profile)), tuple(_sources(evidence, answers)))


def of_condition(evidence: Evidence, condition: str) -> Report:
    """Return the report on a condition, its subtypes included; raises UnknownName or AmbiguousName."""
    iri = evidence.names.find(condition, root=TERMS + "Condition")
    answers = [evidence.ask(name, condition=condition) for name, _, _ in _ABOUT_CONDITION]
    made = [
        Section(head, (evidence.questions[name].summary,), *_table(answer, columns.split()))
        for answer, (name, head, columns) in zip(answers, _ABOUT_CONDITION, strict=True)
    ]
    as_of = evidence.info.as_of if evidence.info is not None else ""
    known = f", as known at the end of {as_of}" if as_of else ""
    name = f"Treating calcinosis in {evidence.names.labels[iri]}{known}"
    marked = _marked(mark for answer in answers for mark in evidence.marks_on(answer))
    return Report(name, _stamp(evidence), (*marked, *made), tuple(_sources(evidence, answers)))


def _marked(marks: Iterable[Mark]) -> list[Section]:
    """Return the section on sources that were retracted, doubted, corrected or superseded, if there are any."""
    told = tuple(dict.fromkeys(mark.words for mark in marks))
    return [Section("Marked sources", told)] if told else []


def to_markdown(report: Report) -> str:
    """Return a report as Markdown."""
    lines = [f"# {report.title}", "", f"Evidence to {report.stamp}. {_NOTE}"]
    for section in report.sections:
        lines += ["", f"## {section.heading}", *(["", " ".join(section.sentences)] if section.sentences else [])]
        if section.rows:
            lines += ["", markdown_table(section.columns, section.rows)]
    lines += ["", "## Sources", ""]
    for source in report.sources:
        links = ", ".join(f"[{link.text}]({link.href})" for link in source.links)
        lines.append(f"- {source.label}. {source.title}. {links}")
    return "\n".join(lines) + "\n"


def to_html(report: Report) -> str:
    """Return a report as one page of HTML that needs nothing else."""
    from calcigraph.docs.templating import environment

    template = environment(_TEMPLATES).get_template("report.html")
    return template.render(report=report, note=_NOTE, version=calcigraph.__version__) + "\n"


def to_pdf(report: Report) -> bytes:
    """Return a report as PDF, the same bytes for the same report; nothing is fetched for it.

    Raises ReportFailed without the system's Pango library.
    """
    try:
        from weasyprint import HTML
    except OSError as error:
        message = "PDF needs the system's Pango library (Debian: apt install libpangoft2-1.0-0). HTML does not."
        raise ReportFailed(message) from error

    document = HTML(string=to_html(report), url_fetcher=_refuse)
    content: bytes = document.write_pdf(pdf_identifier=b"calcigraph")
    return content


def _refuse(url: str, *_: object, **__: object) -> Any:
    message = f"a report names nothing that must be fetched, and it names {url}"
    raise ValueError(message)


def _table(answer: Answer, columns: Sequence[str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    rows = tuple(dict.fromkeys(tuple(_cell(row[column]) for column in columns) for row in answer))
    return tuple(heading(column) for column in columns), rows


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "·" if value is None else str(value)


def _takes(evidence: Evidence, question: str, parameter: str) -> bool:
    return parameter in evidence.questions[question].parameters


def _stamp(evidence: Evidence) -> str:
    drafts = ", records with the status draft taken in" if evidence.info and evidence.info.with_drafts else ""
    return (evidence.stamp[0] or "an unknown day") + drafts


def _sources(evidence: Evidence, answers: Sequence[Answer]) -> Iterator[Source]:
    """Yield the records that answers rest on, by their citation."""
    known: Mapping[str, Source] = load_sources(evidence)
    named = set()
    for answer in answers:
        for row in answer.terms:
            for term in row:
                if term is not None:
                    named |= {word.partition("#")[0] for word in term["value"].split()}
    yield from sorted((known[iri] for iri in named & known.keys()), key=lambda source: (source.label, source.iri))
