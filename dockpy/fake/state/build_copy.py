"""COPY and ADD: which files they take, what tells them apart, and where they go."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.blobs import Blob
from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, BadArchive, FileSystem, Node, copy_tree
from dockpy.fake.files.content import pieces_of
from dockpy.fake.files.unpack import members
from dockpy.fake.state.build_context import not_there, whole
from dockpy.fake.state.build_sums import sum_of_sums
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dockpy.fake.files import Upper
    from dockpy.fake.state.build_context import Files

__all__ = ["Destination", "Source", "chosen", "owner_of", "sum_of"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file or directory to copy.

    Attributes:
        files: where it is.
        path: its path there.
        sum: what tells it apart.
        whole: an archive is not unpacked.
    """

    files: Files
    path: str
    sum: str
    whole: bool = False

    @property
    def node(self) -> Node:
        """The file or directory."""
        found = self.files.find(self.files.resolve(self.path))
        assert found is not None
        return found


def chosen(
    files: Files, patterns: Sequence[str], *, of_context: bool, fetch: Callable[[str], Source] | None = None
) -> list[Source]:
    """What sources stand for.

    Args:
        files: where they are.
        patterns: paths, with wildcards.
        of_context: the context, whose missing files are told of in other words.
        fetch: gets what a URL stands for; None where none may be given.

    Raises:
        Failure: one is not there.
    """
    found: list[Source] = []
    for pattern in patterns:
        if re.match(r"https?://", pattern):
            if fetch is None:
                raise Failure(500, "source can't be a URL for COPY")
            found.append(fetch(pattern))
            continue
        path = pattern.removeprefix("/")
        if _has_wildcards(path):
            found += [_source(files, each, of_context) for each in _matching(files, path)]
        else:
            found.append(_source(files, path or ".", of_context))
    if not found:
        raise Failure(500, "no source files were specified")
    return found


def _source(files: Files, path: str, of_context: bool) -> Source:
    where = files.resolve(path)
    node = files.find(where)
    if node is None:
        problem = not_there(path).message
        if of_context:
            problem = f"file not found in build context or excluded by .dockerignore: {problem}"
        raise Failure(500, problem)
    if node.entries is None:
        return Source(files, path, f"file:{files.sum(path)}")
    sums = sorted(files.sum(each) for each in _below(node, where) if each)
    return Source(files, path, sum_of_sums("dir", sums))


def _below(node: Node, path: str) -> Iterator[str]:
    yield path
    for name, child in sorted((node.entries or {}).items()):
        each = f"{path}/{name}" if path else name
        if child.entries is None:
            yield each
        else:
            yield from _below(child, each)


def _has_wildcards(path: str) -> bool:
    return any(character in path.replace("\\\\", "") for character in "*?[")


def _matching(files: Files, pattern: str) -> Iterator[str]:
    clean = posixpath.normpath(pattern)
    try:
        expression = re.compile(_regex(clean))
    except re.error:
        return
    for path in _below(files.root, ""):
        if path and expression.fullmatch(path):
            yield path


def _regex(pattern: str) -> str:
    """A pattern of Go's filepath.Match."""
    found, at = "", 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            found += "[^/]*"
        elif character == "?":
            found += "[^/]"
        elif character == "[":
            end = pattern.index("]", at + 1) if "]" in pattern[at + 1 :] else -1
            if end < 0:
                raise re.error("syntax error in pattern")
            found += f"[{pattern[at:end]}]"
            at = end + 1
        elif character == "\\" and at < len(pattern):
            found += re.escape(pattern[at])
            at += 1
        else:
            found += re.escape(character)
    return found


def sum_of(sources: Sequence[Source]) -> str:
    """What tells them apart together."""
    if len(sources) == 1:
        return sources[0].sum
    return sum_of_sums("multi", [source.sum for source in sources])


def owner_of(text: str, fs: FileSystem) -> tuple[int, int]:
    """The user and group of ``--chown``.

    Args:
        text: ``user[:group]``, by name or number.
        fs: the files that say which numbers the names have.

    Raises:
        Failure: there are no such.
    """
    parts = text.split(":")
    try:
        if len(parts) > 2:
            raise Failure(500, f"invalid chown string format: {text}")
        uid = _number(fs, "/etc/passwd", parts[0], "user", "uid")
        return uid, _number(fs, "/etc/group", parts[-1], "group", "gid")
    except Failure as failure:
        raise Failure(
            500, f"unable to convert uid/gid chown string to host mapping: {failure.message}"
        ) from None


def _number(fs: FileSystem, path: str, name: str, kind: str, what: str) -> int:
    if re.fullmatch(r"[+-]?\d+", name):
        return int(name)
    try:
        lines = fs.read_bytes(ROOT, path).decode("utf-8", "replace").splitlines()
    except OSError:
        problem = f"open {path}: no such file or directory"
        raise Failure(500, f"can't find {what} for {kind} {name}: {problem}") from None
    for line in lines:
        fields = line.split(":")
        if fields[0] == name and len(fields) > 2 and fields[2].isdigit():
            return int(fields[2])
    raise Failure(500, f"can't find {what} for {kind} {name}: no such {kind}: {name}")


class Destination:
    """Where files are copied to.

    Args:
        upper: the tree.
        fs: the same, as a file system.
        path: absolute; a slash at its end says that it is a directory.
        owner: whose the copies become; None for whose they are.
        api: the engine's newest version.
    """

    def __init__(
        self, upper: Upper, fs: FileSystem, path: str, owner: tuple[int, int] | None, api: str
    ) -> None:
        self._upper = upper
        self._fs = fs
        self._path = path
        self._owner = owner
        self._api = api

    def take(self, source: Source, *, unpack: bool = False, chmod: int | None = None) -> None:
        """Copy it there.

        Args:
            source: what to copy.
            unpack: an archive is unpacked.
            chmod: the mode of the copies; None for what they have.

        Raises:
            Failure: it cannot be.
        """
        node = source.node
        if node.entries is not None:
            self._directory(node)
        elif unpack and not source.whole and self._is_archive(node):
            self._unpack(node)
        else:
            self._file(node, source.path)
        if chmod is not None:
            self._chmod(node, source.path, chmod)

    def _target(self, node: Node, path: str) -> str:
        where = self._real(self._path)
        if node.entries is not None:
            return where
        if self._path.endswith("/") or self._is_directory(where):
            return f"{where.rstrip('/')}/{posixpath.basename(path)}"
        return where

    def _chmod(self, node: Node, path: str, mode: int) -> None:
        where = self._target(node, path) if node.entries is not None else self._last
        for name, child in [("", node), *_walk(node, "")]:
            if child.kind != "symlink":
                self._upper.own([part for part in f"{where}/{name}".split("/") if part]).mode = mode

    def _real(self, path: str) -> str:
        try:
            return self._fs.realpath(ROOT, path.rstrip("/") or "/")
        except FileNotFoundError:
            parent, _, name = path.rstrip("/").rpartition("/")
            return f"{self._real(parent or '/').rstrip('/')}/{name}"
        except NotADirectoryError:
            raise Failure(500, f"failed to copy files: lstat {_shown(path)}: not a directory") from None

    def _is_directory(self, path: str) -> bool:
        return self._fs.exists(ROOT, path) and self._fs.stat(ROOT, path).is_dir

    def _make(self, path: str, words: str) -> None:
        """Make a directory and those above it, whose the copies become."""
        names = [name for name in path.split("/") if name]
        for number in range(1, len(names) + 1):
            part = "/" + "/".join(names[:number])
            if self._is_directory(part):
                continue
            if self._fs.exists(ROOT, part):
                raise Failure(500, f"failed to copy files: {words}mkdir {_shown(part)}: not a directory")
            self._fs.mkdir(ROOT, part, 0o755)
            if self._owner is not None:
                self._fs.chown(ROOT, part, *self._owner)

    def _directory(self, node: Node) -> None:
        where = self._real(self._path)
        self._make(where, "failed to copy directory: ")
        parts = [name for name in where.split("/") if name]
        kept = self._upper.own(parts)
        mode, uid, gid, xattrs = kept.mode, kept.uid, kept.gid, kept.xattrs
        copy_tree(node, self._upper, where, owner=self._owner)
        kept = self._upper.own(parts)
        kept.mode, kept.uid, kept.gid, kept.xattrs = mode, uid, gid, xattrs
        kept.mtime = self._fs.now()

    def _file(self, node: Node, path: str) -> None:
        where = self._last = self._target(node, path)
        parent = posixpath.dirname(where)
        self._make(parent, "failed to copy file: ")
        alone = node.copy(None)
        copy_tree(alone, self._upper, where, owner=self._owner)
        self._upper.own([name for name in parent.split("/") if name]).mtime = self._fs.now()

    def _is_archive(self, node: Node) -> bool:
        try:
            return next(members(pieces_of(node.data), self._api), None) is not None
        except BadArchive:
            return False

    def _unpack(self, node: Node) -> None:
        where = self._real(self._path)
        if self._fs.exists(ROOT, where) and not self._is_directory(where):
            words = "error setting up pivot dir: mkdir"
            if not at_least(self._api, "1.42"):
                words = "Error processing tar file(exit status 1): Error setting up pivot dir: mkdir"
            raise Failure(500, f"failed to copy files: {words} {_shown(where)}/.pivot_root1: not a directory")
        made, self._owner = self._owner, (0, 0)
        self._make(where, "")
        self._owner = made
        try:
            blob = whole(Blob.from_pieces(pieces_of(node.data)), self._api)
            self._fs.untar(ROOT, where, blob.pieces(), api=self._api)
        except BadArchive as error:
            raise Failure(500, f"failed to copy files: {error}") from None

    _last: str = ""


def _walk(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    for name, child in (node.entries or {}).items():
        yield f"{path}/{name}", child
        yield from _walk(child, f"{path}/{name}")


def _shown(path: str) -> str:
    """A path of an image where an engine has it."""
    return f"/var/lib/docker/overlay2/build/merged{path}"
