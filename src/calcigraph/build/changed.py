"""Check only what differs from a git revision, and what that breaks elsewhere.

The result is that of a check of all records, without the problems of unchanged files that they had at the revision too.
What spans records is compared among the records that are tied to a change; `shapes/integrity.ttl` says which those are.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.build.baseline import Baseline, baseline
from calcigraph.build.check import accounts_of, across, duplicate, table_problems
from calcigraph.build.chunk import labels_of_names
from calcigraph.build.inputs import shown
from calcigraph.build.readers import reader_problems
from calcigraph.build.revision import changed_paths, top_of, trees_of
from calcigraph.build.state import State
from calcigraph.graph.standing import UNKNOWN, standing_quads
from calcigraph.names.vocabulary import load_vocabulary
from calcigraph.records.context import context_of
from calcigraph.resources import RECORD_ENDINGS, is_record, record_files
from calcigraph.validation.shapes import load_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from calcigraph.build.baseline import Pool
    from calcigraph.build.chunk import Account
    from calcigraph.errors import Problem
    from calcigraph.resources import Resources
    from calcigraph.validation.report import Result


class Changed(NamedTuple):
    """The record files that differ from a revision or are broken by that, and all problems in them."""

    files: list[Path]
    problems: list[Problem]


def rules_changed(product: Resources, revision: str) -> bool:
    """Whether ontology or shapes lie in the repository of the records and differ from the revision.

    Then any record may pass or fail otherwise. Raises BadRevision and GitFailed.
    """
    top = Path(top_of(product.seeds))
    whole = trees_of(product.seeds, revision).whole
    folders = [folder.resolve() for folder in (product.ontology, product.shapes)]
    inside = [str(folder) for folder in folders if top in folder.parents]
    return bool(inside) and bool(changed_paths(top, whole, inside))


def check_changed(
    product: Resources,
    revision: str,
    home: Path,
    spool: Path,
    *,
    engine: str,
    pool: Pool,
    progress: Callable[[str], None] = lambda _: None,
    given: Mapping[Path, bytes] | None = None,
) -> Changed:
    """Return the files that differ from a git revision, and those that they break, with the problems to tell.

    `home` is where the index of the revision is kept; `pool` gives processes for a number of records; `given` holds
    what files are to contain in place of what stands in them. Raises BadRevision, GitFailed and IndexFailed.
    """
    trees = trees_of(product.seeds, revision)
    paths = changed_paths(product.seeds, trees.whole)
    check = _Check(product, spool, engine, pool, progress, given or {})

    def checked() -> Changed:
        with baseline(product, home) as index:
            index.lead_to(trees.part, pool, progress)
            return check.of(index, paths)

    try:
        return checked()
    except sqlite3.DatabaseError:  # the index was damaged, and is gone now
        return checked()


class _Check:
    """What one check goes by."""

    def __init__(
        self,
        product: Resources,
        spool: Path,
        engine: str,
        pool: Pool,
        progress: Callable[[str], None],
        given: Mapping[Path, bytes],
    ) -> None:
        self.product = product
        self.spool = spool
        self.engine = engine
        self.pool = pool
        self.progress = progress
        self.given = given
        self.context = context_of(product)
        self.shapes = load_shapes(product.shape_files(), product.severity)
        self.paths: dict[str, Path] = {}

    def of(self, index: Baseline, changed: Collection[str]) -> Changed:
        """Return what is found in the changed paths, and through them."""
        files, gone = self.files({*changed, *index.elsewhere()})
        accounts = self.read(files)
        anew: dict[str, Account | None] = dict.fromkeys(gone)
        was = [index.at(name) for name in (*gone, *accounts)]
        ids = {account.id for account in (*accounts.values(), *was) if account is not None and account.id is not None}
        before = State(index, {}, self.context.base)
        now = State(index, anew | accounts, self.context.base)
        if bared := _bared(before, now, ids):
            accounts |= self.read([self.path(name) for name in bared])
            now = State(index, anew | accounts, self.context.base)
        problems = [*_own(now, accounts), *_doubled(before, now, ids, accounts)]
        problems += self.spanning(before, now, ids, accounts)
        if self.product.searches.name in changed:
            problems += [one for one in table_problems(self.product) if one.file == self.log]
        problems += self.marked(now, ids, changed)
        stems = {Path(name).stem for name in (*accounts, *gone, *changed) if name.endswith(RECORD_ENDINGS)}
        problems += reader_problems(self.product, labels_of_names(self.product), stems)
        looked_at = {shown(path, self.product) for path in files}
        broken = {one.file for one in problems} - looked_at - {self.log, self.table}
        return Changed([*files, *(self.path(name) for name in sorted(broken))], sorted(problems))

    @property
    def log(self) -> str:
        """The name of the log of searches, as its problems show it."""
        return shown(self.product.searches, self.product)

    @property
    def table(self) -> str:
        """The name of the table of standings, as its problems show it."""
        return shown(self.product.standing, self.product)

    def marked(self, now: State, ids: Collection[str], changed: Collection[str]) -> list[Problem]:
        """Return what is wrong in the table of standings if it changed, else which of its records are gone."""
        anew = self.product.standing.name in changed
        lost = [one for one in ids if now.holder(one) is None and not now.refused(one)]
        if not self.product.standing.is_file() or not (anew or lost):
            return []
        known = {*now.files(), *(one for one in ids if now.refused(one))}
        vocabulary = load_vocabulary(self.product.ontology_files(), more=self.product.namespaces)
        _, problems = standing_quads(self.product.standing, vocabulary, known)
        return problems if anew else [one for one in problems if one.code == UNKNOWN and one.text in lost]

    def path(self, name: str) -> Path:
        """Return where a file lies of which messages show the name."""
        return self.paths.get(name) or self.product.seeds / name.removeprefix(f"{self.product.seeds.name}/")

    def files(self, changed: Iterable[str]) -> tuple[list[Path], list[str]]:
        """Return the record files at the changed paths, and the names of those that are gone."""
        there, gone = dict.fromkeys(self.given), []
        for path in (self.product.seeds / changed_path for changed_path in changed):
            if path.is_dir():
                there |= dict.fromkeys(record_files(path))
            elif is_record(path.as_posix()):
                if path.exists() or path.is_symlink():
                    there[path] = None
                elif path not in self.given:
                    gone.append(shown(path, self.product))
        return sorted(there, key=str), gone

    def read(self, files: Sequence[Path]) -> dict[str, Account]:
        """Return the accounts of files by their names."""
        self.paths |= {shown(path, self.product): path for path in files}
        with self.pool(len(files)) as executor:
            parts = accounts_of(
                files, self.product, self.shapes, self.spool, self.engine, executor, self.progress, self.given
            )
            return {account.file: account for accounts in parts for account in accounts}

    def spanning(self, before: State, now: State, ids: set[str], accounts: Collection[str]) -> list[Problem]:
        """Return what is found by comparing records: in the files of the accounts, and what the revision had not."""
        from calcigraph.validation.locate import locate

        shifted = [
            one for one in ids if before.spanning(one) != now.spanning(one) or before.refused(one) != now.refused(one)
        ]
        focus = ids.union(*(state.neighbours(one) for state in (before, now) for one in shifted))
        holders = {one: holder for one in focus if (holder := now.holder(one)) is not None}
        mine = {one for one, holder in holders.items() if holder.file in accounts}
        found = self.compared(now, focus)
        if any(self.record(result) not in mine for result in found):
            known = set(self.compared(before, focus))
            found = [result for result in found if self.record(result) in mine or result not in known]
        if not found:
            return []
        files = now.files()
        return locate(found, self.context, files, self.content, known=files)

    def compared(self, state: State, focus: set[str]) -> list[Result]:
        """Return what is found of the records in focus, by looking at them and at their neighbours."""
        seen = focus.union(*(state.neighbours(one) for one in focus))
        results = across((state.spanning(one) for one in sorted(seen)), self.shapes, self.engine)
        base = self.context.base
        return [
            result
            for result in results
            if self.record(result) in focus and not state.refused(result.value.removeprefix(base))
        ]

    def record(self, result: Result) -> str:
        """Return the id of the record that a result is about."""
        return result.focus.removeprefix(self.context.base).partition("#")[0]

    def content(self, name: str) -> bytes:
        """Return what a file holds, or is to hold."""
        path = self.path(name)
        return self.given[path] if path in self.given else path.read_bytes()


def _bared(before: State, now: State, ids: Iterable[str]) -> list[str]:
    """Return the names of unchanged files whose record counts now, and was a duplicate at the revision."""
    found = []
    for identifier in ids:
        holder, was = now.holder(identifier), before.holder(identifier)
        if holder is not None and holder.file not in now.anew and (was is None or was.file != holder.file):
            found.append(holder.file)
    return sorted(found)


def _own(now: State, accounts: Mapping[str, Account]) -> Iterator[Problem]:
    """Yield the problems that files have by themselves; a duplicate counts for nothing."""
    for account in accounts.values():
        holder = now.holder(account.id) if account.sound and account.id is not None else None
        if holder is None or holder.file == account.file:
            yield from account.problems


def _doubled(before: State, now: State, ids: Iterable[str], accounts: Collection[str]) -> Iterator[Problem]:
    """Yield the duplicates in the files of the accounts, and those that were none at the revision."""
    for identifier in ids:
        known = set(_duplicates(before, identifier))
        yield from (one for one in _duplicates(now, identifier) if one.file in accounts or one not in known)


def _duplicates(state: State, identifier: str) -> list[Problem]:
    holders = state.holders(identifier)
    return [duplicate(identifier, other.file, holders[0].file) for other in holders[1:]]
