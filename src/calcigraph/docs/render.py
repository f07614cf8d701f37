"""Turn values into pages: templates that escape what they are given, links that know where a page stands, colours."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from markupsafe import Markup, escape

from calcigraph.docs.axioms import label_of
from calcigraph.docs.sources import shorten
from calcigraph.docs.templating import environment
from calcigraph.names.vocabulary import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.runtime import Context

    from calcigraph.docs.axioms import Expression
    from calcigraph.docs.ontology import Ontology
    from calcigraph.docs.sources import Source

TEMPLATES = Path(__file__).parent / "templates"
_SEPARATOR = "; "
_COMMA = ", "
_READ_AS = re.compile(r" \([^()]*\)$")


class Renderer:
    """Renders the templates; it knows the terms and the sources, to which texts and IRIs are linked."""

    def __init__(self, ontology: Ontology, sources: Mapping[str, Source], version: str) -> None:
        self.ontology = ontology
        self.sources = sources
        self._environment = environment(TEMPLATES)
        self._environment.globals |= {"version": version, "ontology": ontology, "terms": ontology.terms}
        self._environment.filters |= {
            "term": self._term,
            "expression": self._expression,
            "source": self._source,
            "thing": self._thing,
            "linked": self._linked,
            "short": shorten,
            "highlight": highlight,
        }

    def page(self, template: str, path: str, **values: Any) -> str:
        """Return the page that stands at a path of the site."""
        root = "../" * path.count("/")
        return self._environment.get_template(template).render(root=root, path=path, **values)

    @pass_context
    def _term(self, context: Context, iri: str, text: str = "") -> Markup:
        """Return a link to the page of a term, or to the term itself where it has no page here."""
        shown = text or label_of(self.ontology, iri)
        if iri in self.ontology.terms:
            return Markup('<a href="{}">{}</a>').format(context["root"] + self.ontology.terms[iri].page, shown)
        if iri.startswith(("http://", "https://")):
            return Markup('<a href="{}">{}</a>').format(iri, shown)
        return escape(shown)

    @pass_context
    def _expression(self, context: Context, expression: Expression) -> Markup:
        """Return a class expression with links to its terms."""
        shown = [
            self._term(context, piece.iri, piece.text) if piece.iri else Markup("<i>{}</i>").format(piece.text)
            for piece in expression
        ]
        return Markup(" ").join(shown)

    def _source(self, iri: str, text: str = "") -> Markup:
        """Return a link from a record, or a part of one, to the publication or the trial."""
        record, _, part = iri.partition("#")
        source = self.sources.get(record)
        shown = text or (source.label if source and not part else iri.removeprefix(BASE))
        if source is None or not source.href:
            return escape(shown)
        return Markup('<a href="{}" title="{}">{}</a>').format(source.href, source.title, shown)

    @pass_context
    def _thing(self, context: Context, iri: str, text: str = "") -> Markup:
        """Return a link from any IRI: a term to its page, a part of a record to its source, others to themselves."""
        if iri in self.ontology.terms or not iri.startswith(BASE):
            return self._term(context, iri, text)
        return self._source(iri, text)

    @pass_context
    def _linked(self, context: Context, text: str) -> Markup:
        """Return a text in which names of terms and citations of records are links, each between semicolons."""
        return escape(_SEPARATOR).join(self._named(context, part) for part in text.split(_SEPARATOR))

    def _named(self, context: Context, text: str) -> Markup:
        found = self._known(context, text)
        if found is None and _COMMA in text:
            parts = [self._known(context, part) for part in text.split(_COMMA)]
            found = None if None in parts else escape(_COMMA).join(filter(None, parts))
        return escape(text) if found is None else found

    def _known(self, context: Context, text: str) -> Markup | None:
        """Return a link for the name of one term or the citation of one record, and nothing for other words."""
        terms = self._by_label.get(text, [])
        if len(terms) == 1:
            return self._term(context, terms[0], text)
        records = self._by_citation.get(text, []) or self._by_citation.get(_READ_AS.sub("", text), [])
        return self._source(records[0], text) if len(records) == 1 else None

    @cached_property
    def _by_label(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for iri, term in self.ontology.terms.items():
            if not term.is_property:
                found[term.label].append(iri)
        return found

    @cached_property
    def _by_citation(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for iri, source in self.sources.items():
            found[source.label].append(iri)
        return found


def highlight(text: str, language: str) -> Markup:
    """Return a text in a language that Pygments knows, with its parts marked."""
    from pygments import highlight as mark
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    marked = mark(text, get_lexer_by_name(language, stripnl=False), HtmlFormatter(nowrap=True))
    return Markup(marked.rstrip("\n"))  # noqa: S704 -- Pygments escapes what it is given
