"""What a source's own data state about it, before anyone has read it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TRIAL_NUMBER = re.compile(r"\bNCT\d{8}\b")
DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]*[^\s\"<>.,;:)\]]")


@dataclass(slots=True)
class Source:
    """The facts of one publication or registered trial.

    `facts` holds them under the keys of a record; `text` is what suggestions rest on (title, abstract, and of a trial
    its conditions and interventions); `kinds` are the publication types that the index gives; `trials` the trial
    numbers in the text; `similar` and `cited_by` the PMIDs that a page lists; `remarks` what a curator should know;
    `posted` the results of a registry, one a line; `address` where it was read and `part` what that is.
    """

    facts: dict[str, str | list[str]]
    abstract: str = ""
    kinds: list[str] = field(default_factory=list)
    extra: str = ""
    trials: list[str] = field(default_factory=list)
    similar: list[str] = field(default_factory=list)
    cited_by: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    address: str = ""
    registry: bool = False

    @property
    def text(self) -> str:
        """The words that suggestions rest on."""
        return "\n".join(part for part in (self.one("title"), self.abstract, self.extra) if part)

    def one(self, key: str) -> str:
        """Return the value of a key that has one, or nothing."""
        value = self.facts.get(key, "")
        return value if isinstance(value, str) else (value[0] if value else "")


def publication(
    facts: dict[str, str | list[str]], *, abstract: str = "", kinds: list[str] | None = None, linked: str = ""
) -> Source:
    """Return a publication, with empty facts left out, and the trial numbers that its words and links name."""
    kept = {key: value for key, value in facts.items() if value}
    if "title" in kept:
        kept["title"] = bare_title(str(kept["title"]))
    authors = kept.get("authors")
    if authors:
        kept = {"title": kept.get("title", ""), "first_author": authors[0], **kept}
    source = Source(kept, abstract=" ".join(abstract.split()), kinds=kinds or [])
    source.trials = list(dict.fromkeys(TRIAL_NUMBER.findall(f"{source.text} {linked}")))
    if source.one("pmid"):
        source.address = f"https://pubmed.ncbi.nlm.nih.gov/{source.one('pmid')}/"
    elif source.one("doi"):
        source.address = f"https://doi.org/{source.one('doi')}"
    return source


def bare_title(title: str) -> str:
    """Return a title without the full stop of an index and the brackets of a translated one.

    >>> bare_title("[Calcinosis cutis:  a case].")
    'Calcinosis cutis: a case'
    """
    title = " ".join(title.split()).removesuffix(".")
    return title[1:-1].removesuffix(".") if title.startswith("[") and title.endswith("]") else title


def short_name(family: str, given: str) -> str:
    """Return a name as records write it: the family name and the initials.

    >>> short_name("Traineau", "Jean-Paul")
    'Traineau JP'
    """
    initials = "".join(part[0] for part in re.split(r"[\s.\-]+", given) if part and part[0].isalpha())
    return f"{family.strip()} {initials.upper()}".strip()


def language(tag: str) -> str:
    """Return the short tag of a language other than English, and nothing for English or none.

    >>> language("fre")
    'fr'
    """
    import langcodes

    try:
        short = str(langcodes.standardize_tag(tag)) if tag else ""
    except ValueError:
        return ""
    return "" if short in ("en", "und", "mul") else short
