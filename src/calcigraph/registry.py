"""Read `calcigraph.toml`: what a registry brings of its own, and where its files lie.

The file is looked for from the working directory upward, or is the one that CALCIGRAPH_CONFIG names, which
`calcigraph --config` sets. Paths in it are relative to it, and nothing is fetched.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.errors import BadRegistry, Problem, Severity
from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import TERMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NAME = "calcigraph.toml"
CONFIG = "CALCIGRAPH_CONFIG"
_SHACL = "http://www.w3.org/ns/shacl#"
CHOICES = {
    "engine": ("pyshifty", "pyshacl"),
    "format": ("text", "json", "junit", "sarif", "github", "markdown"),
    "severity": tuple(str(severity) for severity in Severity),
}
"""What `[validate]` may hold: the options of `calcigraph validate` with the values that they take."""
_TEXTS = ("name", "base", "prefix", "terms")
_FILES = {"ontology": ".ttl", "shapes": ".ttl", "queries": ".rq"}
_KEYS = {"registry": (*_TEXTS, "seeds", "context", *_FILES), "validate": tuple(CHOICES), "severity": ()}
_HEADER = re.compile(r"\s*\[\s*([\w-]+)\s*\]")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*=""")
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+[#/]")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class Registry(NamedTuple):
    """What a registry adds to the product: its files, its names, how much results weigh, and defaults."""

    file: Path
    name: str = ""
    base: str = ""
    prefix: str = ""
    terms: str = ""
    seeds: Path | None = None
    context: Path | None = None
    ontology: tuple[Path, ...] = ()
    shapes: tuple[Path, ...] = ()
    queries: tuple[Path, ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    validate: tuple[tuple[str, str], ...] = ()

    def files(self) -> list[Path]:
        """Return the file itself and the files that it names, except records."""
        return [self.file, *([self.context] if self.context else []), *self.ontology, *self.shapes, *self.queries]


def find_file(folder: Path) -> Path | None:
    """Return the file of a registry in the folder or the nearest above it, or the one that is named in its place."""
    if named := os.environ.get(CONFIG):
        return Path(named).resolve()
    return next((path for above in (folder, *folder.parents) if (path := above / NAME).is_file()), None)


def read_registry(file: Path, shapes: Sequence[Path], queries: Sequence[Path], context: Path) -> Registry:
    """Return what the file says; our shapes, questions and record context are what it extends.

    Raises BadRegistry with everything that is wrong, each at its line.
    """
    import tomllib

    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        raise BadRegistry([Problem(str(file), 0, 0, "unreadable", f"It cannot be read: {error.strerror}.")]) from error
    except UnicodeDecodeError as error:
        raise BadRegistry([Problem(str(file), 0, 0, "encoding", "It is not UTF-8: save it as UTF-8.")]) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line, column = (int(at[1]), int(at[2])) if at else (0, 0)
        raise BadRegistry([Problem(str(file), line, column, "no-toml", f"This is no TOML: {error}.")]) from error
    reader = _Reader(file, text)
    found = reader.registry(table, shapes, queries, context)
    if reader.problems:
        raise BadRegistry(sorted(reader.problems))
    return found


class _Reader:
    """Reads the tables of one file and gathers what is wrong in them."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.places = _places(text)

    def registry(
        self, table: dict[str, Any], shapes: Sequence[Path], queries: Sequence[Path], context: Path
    ) -> Registry:
        for name, value in table.items():
            if name not in _KEYS or not isinstance(value, dict):
                self.wrong("", name, "unknown-table", f"There is no table [{name}].", name, _KEYS)
        tables = {name: table[name] if isinstance(table.get(name), dict) else {} for name in _KEYS}
        for name, keys in _KEYS.items():
            for key in tables[name]:
                if keys and key not in keys:
                    self.wrong(name, key, "unknown-key", f"[{name}] has no key {key!r}.", key, keys)
        own = tables["registry"]
        texts = {key: self.text("registry", key, own[key]) for key in _TEXTS if key in own}
        self.names(texts)
        files = {key: self.files(key, own.get(key, [])) for key in _FILES}
        extra = self.path("context", own["context"]) if "context" in own else None
        if extra is not None:
            self.keys_of(extra, context)
        seeds = self.path("seeds", own["seeds"], folder=True) if "seeds" in own else None
        self.questions(files["queries"], queries)
        severity = self.severities(tables["severity"], [*shapes, *files["shapes"]], texts)
        defaults = {key: self.choice(key, value) for key, value in tables["validate"].items() if key in CHOICES}
        return Registry(
            file=self.file,
            **texts,
            seeds=seeds,
            context=extra,
            ontology=files["ontology"],
            shapes=files["shapes"],
            queries=files["queries"],
            severity=severity,
            validate=tuple(defaults.items()),
        )

    def wrong(self, table: str, key: str, code: str, why: str, text: str = "", names: Iterable[str] = ()) -> None:
        near = nearest(text, list(names), limit=2) if text else []
        hint = f" Nearest: {', '.join(near)}." if near else ""
        line, column = self.places.get((table, key), self.places.get((key, ""), (1, 1)))
        self.problems.append(Problem(str(self.file), line, column, code, why + hint, text=text, nearest=tuple(near)))

    def text(self, table: str, key: str, value: object) -> str:
        if isinstance(value, str) and value.strip():
            return value
        self.wrong(table, key, "no-text", f"{key} must be a text, in quotes.")
        return ""

    def names(self, texts: dict[str, str]) -> None:
        for key in ("base", "terms"):
            if texts.get(key) and not _IRI.fullmatch(texts[key]):
                why = f"{key} must be an address that ends in / or #, such as https://example.org/registry/."
                self.wrong("registry", key, "no-address", why)
        if texts.get("prefix") and (not _PREFIX.fullmatch(texts["prefix"]) or texts["prefix"] == "cg"):
            self.wrong("registry", "prefix", "no-prefix", "prefix must be a short word of its own, such as hh.")
        for key, other in (("prefix", "terms"), ("terms", "prefix")):
            if key in texts and other not in texts:
                self.wrong("registry", key, "no-pair", f"{key} stands for {other} too: give both.")

    def path(self, key: str, value: object, *, folder: bool = False) -> Path | None:
        text = self.text("registry", key, value)
        path = self.file.parent / text
        if not text or (path.is_dir() if folder else path.is_file()):
            return path if text else None
        what = "folder" if folder else "file"
        there = [one.relative_to(self.file.parent).as_posix() for one in _beside(path)]
        self.wrong("registry", key, "missing", f"{key}: there is no {what} {text!r} beside it.", text, there)
        return None

    def files(self, key: str, value: object) -> tuple[Path, ...]:
        """Return the files that are named; a folder stands for those in it."""
        found: list[Path] = []
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and (folder := self.file.parent / one).is_dir() and one:
                found += sorted(folder.glob(f"*{_FILES[key]}"))
            elif path := self.path(key, one):
                found.append(path)
        return tuple(found)

    def keys_of(self, extra: Path, context: Path) -> None:
        """Report a context that is none, or that gives another meaning to a key of ours."""
        try:
            own = json.loads(extra.read_text(encoding="utf-8"))["@context"]
            keys = set(own)
        except (OSError, ValueError, KeyError, TypeError):
            self.wrong("registry", "context", "no-context", f"{extra.name} is no JSON with an object @context.")
            return
        ours = json.loads(context.read_text(encoding="utf-8"))["@context"]
        for key in sorted(key for key in keys & set(ours) if own[key] != ours[key]):
            why = f"{extra.name} gives another meaning to {key!r}, which is a key of Calcigraph: use another name."
            self.wrong("registry", "context", "redefined-key", why)

    def questions(self, own: Iterable[Path], ours: Iterable[Path]) -> None:
        taken = {path.stem for path in ours}
        for path in own:
            if path.stem in taken:
                why = f"{path.name} has the name of a question of Calcigraph: give the file another name."
                self.wrong("registry", "queries", "taken-name", why)

    def severities(
        self, table: dict[str, Any], shapes: Sequence[Path], texts: dict[str, str]
    ) -> tuple[tuple[str, Severity], ...]:
        if not table:
            return ()
        known = _weighed(shapes)
        names = {iri: iri for iri in known} | {re.split(r"[#/]", iri)[-1]: iri for iri in known}
        if texts.get("prefix") and texts.get("terms"):
            own = texts["terms"]
            names |= {f"{texts['prefix']}:{iri.removeprefix(own)}": iri for iri in known if iri.startswith(own)}
        names |= {f"cg:{iri.removeprefix(TERMS)}": iri for iri in known if iri.startswith(TERMS)}
        found = []
        for name, value in table.items():
            if name not in names:
                short = [one for one in names if "/" not in one and (":" in one) == (":" in name)]
                why = f"No shape is called {name!r}."
                self.wrong("severity", name, "unknown-shape", why, name, short)
            elif value not in CHOICES["severity"]:
                why = f"{value!r} is no severity: write {', '.join(CHOICES['severity'])}."
                self.wrong("severity", name, "unknown-severity", why, str(value), CHOICES["severity"])
            else:
                found.append((names[name], Severity(value)))
        return tuple(found)

    def choice(self, key: str, value: object) -> str:
        if value not in CHOICES[key]:
            why = f"{key} cannot be {value!r}: write one of {', '.join(CHOICES[key])}."
            self.wrong("validate", key, "unknown-value", why, str(value), CHOICES[key])
        return str(value)


def _places(text: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the line and column of each table and key, which tomllib does not tell."""
    places: dict[tuple[str, str], tuple[int, int]] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        column = len(line) - len(line.lstrip()) + 1
        if header := _HEADER.match(line):
            table = header[1]
            places[table, ""] = (number, column)
        elif key := _KEY.match(line):
            places.setdefault((table, key[1] or key[2] or key[3]), (number, column))
    return places


def _beside(path: Path) -> list[Path]:
    return sorted(path.parent.iterdir()) if path.parent.is_dir() else []


def _weighed(files: Iterable[Path]) -> set[str]:
    """Return the IRIs of the shapes by which results can be weighed."""
    import pyoxigraph as ox

    kinds = {ox.NamedNode(f"{_SHACL}{kind}Shape") for kind in ("Node", "Property")}
    triples = (triple for path in files for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    return {one.subject.value for one in triples if one.object in kinds and isinstance(one.subject, ox.NamedNode)}
