"""Templates that escape whatever they are given, and know where the style and the scripts of this version lie."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context

import calcigraph
from calcigraph.docs.templating import environment
from calcigraph.questions.answers import heading
from calcigraph.serve.assets import asset_name
from calcigraph.serve.pages import links
from calcigraph.serve.pages.statements import plain

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, *, base: str, **values: Any) -> str:
    """Return the page that a template makes of the values; `base` is the path below which the server lies."""
    return _environment().get_template(template).render(values, base=base)


@cache
def _environment() -> Environment:
    made = environment(_TEMPLATES, auto_reload=False)
    made.globals |= {
        "asset": asset_name,
        "version": calcigraph.__version__,
        "href": pass_context(lambda context, iri, **asked: links.href(iri, context["base"], **asked)),
        "why": pass_context(lambda context, iri: links.why(iri, context["base"])),
        "outside": links.outside,
        "local": links.local,
    }
    made.filters |= {"percent": _percent, "heading": heading, "sentence": _sentence, "led": links.led, "plain": plain}
    made.policies["json.dumps_function"] = json.dumps
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
    return made


def _percent(proportion: float) -> str:
    return f"{100 * proportion:.0f}\N{NO-BREAK SPACE}%"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
