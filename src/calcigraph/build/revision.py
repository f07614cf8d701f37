"""What git knows of a folder of records: its tree at a revision, how two states differ, and what files held.

A tree is named by its object id; the folder of a revision that lacks it, or of no revision, is the empty tree.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.errors import BadRevision, GitFailed
from calcigraph.names.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

NO_TREE = ""
_FILE = "100"
"""How the modes of plain files begin; links and other repositories have other ones."""
_PIECE = 1 << 16


class Trees(NamedTuple):
    """The trees of a revision: that of the whole repository, and that of the folder."""

    whole: str
    part: str


class Entry(NamedTuple):
    """A path below the folder, the object that stands there (empty if none does), and whether it is a plain file."""

    path: str
    blob: str
    plain: bool


def top_of(folder: Path) -> str:
    """Return the top folder of the git repository that a folder is in; raises BadRevision if it is in none."""
    done = _git(folder, "rev-parse", "--show-toplevel")
    if done.returncode:
        message = f"{folder} is in no git repository that can be read, so nothing says what changed: {_said(done)}"
        raise BadRevision(message)
    return os.fsdecode(done.stdout).removesuffix("\n")


def trees_of(folder: Path, revision: str) -> Trees:
    """Return the trees of a revision; raises BadRevision, with the nearest names, if git does not know it.

    Before the first commit, HEAD is the empty tree.
    """
    asked = f"{revision}^{{tree}}\n{revision}:./\n".encode(errors="surrogateescape")
    lines = _output(folder, "cat-file", "--batch-check=%(objecttype) %(objectname)", given=asked).decode().splitlines()
    kind, _, whole = lines[0].partition(" ")
    if "\n" in revision or kind != "tree":
        if revision == "HEAD":
            return Trees(_output(folder, "hash-object", "-t", "tree", "--stdin").decode().strip(), NO_TREE)
        names = _output(folder, "for-each-ref", "--format=%(refname:short)").decode(errors="replace").split()
        near = nearest(revision, names, limit=3)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        message = f"git knows no revision {revision!r}.{hint} In a shallow clone, fetch it first."
        raise BadRevision(message)
    kind, _, part = lines[1].partition(" ")
    return Trees(whole, part if kind == "tree" else NO_TREE)


def changed_paths(folder: Path, whole: str, within: Sequence[str] = (".",)) -> set[str]:
    """Return the paths below a folder, seen from it, that differ from a whole tree: also what is gone, and untracked.

    The time is that of asking the file system for the state of every file.
    """
    words = ["--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", "--ignore-submodules=none"]
    with _started(folder, "ls-files", "--others", "-z", "--", *within) as untracked:
        tracked = _output(folder, "diff", *words, whole, "--", *within)
        others, _ = untracked.communicate()
    if untracked.returncode:
        message = f"git could not list the files of {folder} that it does not track."
        raise GitFailed(message)
    return {os.fsdecode(path) for path in (tracked + others).split(b"\0") if path}


def between(folder: Path, old: str, new: str) -> Iterator[Entry]:
    """Yield what stands in the new tree at each path at which two trees of a folder differ."""
    if new == NO_TREE:
        yield from (entry._replace(blob="") for entry in _listed(folder, old))
    elif old == NO_TREE:
        yield from _listed(folder, new)
    else:
        parts = iter(_output(folder, "diff-tree", "-r", "-z", "--no-renames", old, new).split(b"\0"))
        for head in parts:
            if head:
                _, mode, _, blob, status = head.decode().split(" ")
                yield Entry(os.fsdecode(next(parts)), "" if status == "D" else blob, mode.startswith(_FILE))


def _listed(folder: Path, tree: str) -> Iterator[Entry]:
    if tree == NO_TREE:
        return
    for line in _output(folder, "ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0"):
        if line:
            head, _, path = line.partition(b"\t")
            mode, _, blob = head.decode().split(" ")
            yield Entry(os.fsdecode(path), blob, mode.startswith(_FILE))


def contents(folder: Path, blobs: Iterable[str], limit: int) -> Iterator[bytes]:
    """Yield what the blobs hold, in order; of a larger one only the first `limit` bytes and one more."""
    with _started(folder, "cat-file", "--batch") as reader:
        assert reader.stdin is not None  # noqa: S101 -- both are pipes
        assert reader.stdout is not None  # noqa: S101
        for blob in blobs:
            reader.stdin.write(f"{blob}\n".encode())
            reader.stdin.flush()
            _, kind, size = (*reader.stdout.readline().decode().split(), "", "")[:3]
            if kind != "blob":
                message = f"git has no object {blob}, which a revision names: is the clone complete?"
                raise GitFailed(message)
            left = int(size)
            data = reader.stdout.read(min(left, limit + 1))
            left -= len(data)
            while left:
                left -= len(reader.stdout.read(min(left, _PIECE)))
            reader.stdout.read(1)
            yield data


def _started(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 -- git, with words of ours
            ["git", "-C", str(folder), *words],  # noqa: S607 -- the git of whoever asks
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise _absent(error) from error


def _git(folder: Path, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 -- git, with words of ours
            ["git", "-C", str(folder), *words],  # noqa: S607 -- the git of whoever asks
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise _absent(error) from error


def _output(folder: Path, *words: str, given: bytes = b"") -> bytes:
    done = _git(folder, *words, given=given)
    if done.returncode:
        message = f"git {words[0]} did not finish in {folder}: {_said(done)}"
        raise GitFailed(message)
    return done.stdout


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[0] if lines else f"it ended with {done.returncode}."


def _absent(error: OSError) -> GitFailed:
    why = f"git, which says what changed, cannot be run ({error.strerror})"
    return GitFailed(f"{why}: install it, or validate all records.")
