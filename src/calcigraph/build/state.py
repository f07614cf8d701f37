"""The records at one time, as far as they are compared with each other, and which of them are tied to which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.validation.shapes import linked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcigraph.build.baseline import Baseline
    from calcigraph.build.chunk import Account


class State:
    """The records of an index, and in the place of some files what was read of them anew (None: they are gone)."""

    def __init__(self, index: Baseline, anew: Mapping[str, Account | None], base: str) -> None:
        self.anew = anew
        self._index = index
        self._base = base
        self._by_id: dict[str, list[Account]] = {}
        self._by_tie: dict[str, list[Account]] = {}
        for account in anew.values():
            if account is not None and account.id is not None:
                self._by_id.setdefault(account.id, []).append(account)
                for tie in linked(account.spanning, base):
                    self._by_tie.setdefault(tie, []).append(account)

    def holders(self, identifier: str) -> list[Account]:
        """Return the accounts of files with a sound record of that id, in the order of files: the first one counts."""
        return [account for account in self._with_id(identifier) if account.sound]

    def holder(self, identifier: str) -> Account | None:
        """Return the account that counts."""
        return next(iter(self.holders(identifier)), None)

    def refused(self, identifier: str) -> bool:
        """Whether a record that claims the id was refused."""
        return any(not account.sound for account in self._with_id(identifier))

    def spanning(self, identifier: str) -> bytes:
        """Return the triples of a record on which records are compared."""
        holder = self.holder(identifier)
        return b"" if holder is None else holder.spanning

    def neighbours(self, identifier: str) -> set[str]:
        """Return the ids of the records that share a value with a record, that it names, and that name it."""
        ties = linked(self.spanning(identifier), self._base)
        named = {tie for tie in ties if not tie.startswith('"') and "://" not in tie}
        tied = (account.id for tie in (*(ties - named), identifier) for account in self._tied(tie))
        return {*named, *(one for one in tied if one is not None)} - {identifier}

    def files(self) -> dict[str, str]:
        """Return the file of every sound record by its id, in the order of files."""
        anew = [account for account in self.anew.values() if account is not None and account.sound]
        kept = [pair for pair in self._index.ids() if pair[0] not in self.anew]
        files: dict[str, str] = {}
        for file, identifier in sorted([*kept, *((account.file, account.id or "") for account in anew)]):
            files.setdefault(identifier, file)
        return files

    def _with_id(self, identifier: str) -> list[Account]:
        kept = [account for account in self._index.with_id(identifier) if account.file not in self.anew]
        return sorted([*kept, *self._by_id.get(identifier, [])], key=lambda account: account.file)

    def _tied(self, value: str) -> list[Account]:
        kept = [account for account in self._index.tied(value) if account.file not in self.anew]
        return [*kept, *self._by_tie.get(value, [])]
