"""Check the records that `calcigraph validate` was asked for: all, some, or those that changed."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from calcigraph.cli.given import STDIN, Given
from calcigraph.cli.talk import cluster_library, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from calcigraph.errors import Problem
    from calcigraph.resources import Resources

    Found = tuple[Sequence[Path], list[Problem]]


def near(path: Path) -> Path:
    """Return the path as someone in this folder would write it."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


class Asked(NamedTuple):
    """Files and folders of records, with what was given on standard input, and how to check them."""

    paths: Sequence[Path]
    given: Given | None
    product: Resources
    engine: str
    jobs: int | None
    executor: str

    def all(self) -> Found:
        """Return the files that were asked for, or else all, and their problems, those with all others included."""
        from calcigraph.build.check import check
        from calcigraph.build.inputs import shown
        from calcigraph.build.workers import workers
        from calcigraph.resources import record_files

        product, contents = self.product, self._contents()
        asked = {file.resolve() for path in self.paths for file in record_files(path)}
        files = {file.resolve(): file for file in record_files(product.seeds)}
        stems = {file.stem for file in asked} | ({self._stem(self.given)} if self.given else set())
        others = [file for resolved, file in files.items() if resolved not in asked and file.stem not in stems]
        some = bool(asked or contents)
        mine = [*contents, *(near(file) for file in sorted(asked))] if some else list(files.values())
        everything = mine + (others if some else [])
        with (
            cluster_library(),
            progress() as say,
            workers(self.jobs, len(everything), self.executor) as work,
            self._spool() as spool,
        ):
            checked = check(product, everything, spool, engine=self.engine, executor=work, progress=say, given=contents)
        names = {shown(path, product) for path in mine}
        return mine, [problem for problem in checked.problems if not some or problem.file in names]

    def alone(self, files: Sequence[Path]) -> list[Problem]:
        """Return the problems that files have by themselves and with each other."""
        from calcigraph.build.check import check

        with self._spool() as spool:
            return check(self.product, files, spool, engine=self.engine).problems

    def since(self, revision: str, home: Path | None) -> Callable[[], Found]:
        """Return how to check what differs from a git revision; where the rules differ too, all records are checked."""
        from calcigraph.build.changed import rules_changed

        if self.given is not None and self.given.path is None:
            message = "With --only-changed, say by --stdin-name which file standard input is to become."
            raise click.UsageError(message)
        if rules_changed(self.product, revision):
            click.echo(f"Ontology or shapes differ from {revision} too, so all records are checked.", err=True)
            return self.all
        return lambda: self._changed(revision, home)

    def _changed(self, revision: str, home: Path | None) -> Found:
        from functools import partial

        from calcigraph.build.changed import check_changed
        from calcigraph.build.inputs import shown
        from calcigraph.build.workers import workers
        from calcigraph.store.local import default_home

        with cluster_library(), progress() as say, self._spool() as spool:
            changed = check_changed(
                self.product,
                revision,
                home or default_home(),
                spool,
                engine=self.engine,
                pool=partial(workers, self.jobs, where=self.executor),
                progress=say,
                given=self._contents(),
            )
        if not self.paths and self.given is None:
            return changed
        wanted = {path.resolve() for path in [*self.paths, *self._contents()]}
        mine = [file for file in changed.files if not wanted.isdisjoint((file.resolve(), *file.resolve().parents))]
        names = {shown(file, self.product) for file in mine}
        return mine, [problem for problem in changed.problems if problem.file in names]

    def _contents(self) -> dict[Path, bytes]:
        """Return what was given by the path of its file, as the other files of the folder of records are called."""
        if self.given is None:
            return {}
        if self.given.path is None:
            return {Path(STDIN): self.given.data}
        whole, seeds = self.given.path.resolve(), self.product.seeds
        inside = whole.is_relative_to(seeds.resolve())
        return {seeds / whole.relative_to(seeds.resolve()) if inside else self.given.path: self.given.data}

    def _stem(self, given: Given) -> str:
        """Return the name of the record that was given, which takes the place of the one that has that name."""
        from calcigraph.records.context import context_of
        from calcigraph.records.read import read_record

        if given.path is not None:
            return given.path.stem
        read = read_record(given.data, STDIN, context_of(self.product))
        return (read.claimed_id or "").rpartition("/")[2]

    @contextmanager
    def _spool(self) -> Iterator[Path]:
        """Give a folder for what workers write; it must lie where all see it: for a cluster, where one asks."""
        import tempfile

        from calcigraph.build.workers import LOCAL

        folder = None if self.executor == LOCAL else Path.cwd()
        with tempfile.TemporaryDirectory(prefix=".calcigraph-", dir=folder) as spool:
            yield Path(spool)
