"""The context of a build: the files that were sent, what tells them apart, and the Dockerfile among them."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dockpy.fake.blobs import Blob
from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, BadArchive, FileSystem, Upper
from dockpy.fake.files.unpack import Unpacker, members, worded
from dockpy.fake.state.build_sums import sum_of_member, sum_of_node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dockpy.fake.files import Node, Tree

__all__ = ["Files", "ImageFiles", "ReceivedFiles", "content_of", "dockerfile_of", "not_there", "whole"]

_IGNORE = ".dockerignore"
_MOST_LINKS = 255
_COMPRESSED = (b"\x1f\x8b", b"BZ", b"\xfd7")


class Files:
    """Files that COPY takes from.

    Args:
        root: the directory they are in.
    """

    def __init__(self, root: Node) -> None:
        self.root: Node = root

    def resolve(self, path: str) -> str:
        """Where a path leads, links followed, none of them out of it.

        Raises:
            Failure: it leads out.
        """
        if posixpath.normpath(f"./{path.lstrip('/')}").startswith(".."):
            raise Failure(500, f"forbidden path outside the build context: {path} ()")
        pending, found, links = list(reversed(path.split("/"))), list[str](), 0
        while pending:
            name = pending.pop()
            if name in ("", "."):
                continue
            if name == "..":
                found = found[:-1]
                continue
            node = self.find("/".join([*found, name]))
            if node is None or node.kind != "symlink":
                found.append(name)
                continue
            links += 1
            if links > _MOST_LINKS:
                raise Failure(500, f"forbidden path outside the build context: {path} ()")
            target = str(node.target)
            if target.startswith("/"):
                found = []
            pending += reversed(target.split("/"))
        return "/".join(found)

    def find(self, path: str) -> Node | None:
        """The node at a path, no link followed."""
        node: Node | None = self.root
        for name in path.split("/"):
            if name and node is not None:
                node = node.entries.get(name) if node.entries is not None else None
        return node

    def sum(self, path: str) -> str:
        """What tells a file from others of the same path."""
        raise NotImplementedError


class ReceivedFiles(Files):
    """A context that was sent as a tar.

    Args:
        pieces: the tar, compressed or not.
        api: the engine's newest version.
        now: the time.

    Raises:
        Failure: it is none.
    """

    def __init__(self, pieces: Iterable[bytes], api: str, now: Callable[[], int]) -> None:
        self._upper = Upper.empty(mtime=now())
        self._sums: dict[str, str] = {}
        fs = FileSystem(self._upper, now=now)
        unpacker = Unpacker(fs, ROOT, "", api=api)
        found = members(whole(Blob.from_pieces(pieces), api), api)
        while True:
            try:
                member = next(found, None)
            except BadArchive as error:
                raise Failure(500, str(error)) from None
            if member is None:
                break
            if member.kind == "g":
                continue
            try:
                names = unpacker.names(member)
                if names:
                    unpacker.unpack(member, names)
            except BadArchive as error:
                raise Failure(500, str(worded(error, api))) from None
            self._sums.setdefault("/".join(names), sum_of_member(member))
        unpacker.finish()
        super().__init__(self._upper.root)

    def sum(self, path: str) -> str:
        """As it came; a directory that did not come as such is told by its path alone."""
        return self._sums.get(self.resolve(path), path)

    def remove(self, path: str) -> None:
        """Have a file not be there."""
        parts = [name for name in path.split("/") if name not in ("", ".")]
        if self.find("/".join(parts)) is not None and parts:
            self._upper.take(parts, 0)
            self.root: Node = self._upper.root


class ImageFiles(Files):
    """The files of an image or of a stage.

    Args:
        tree: its files.
        formats: as of `sum_of_node`.
    """

    def __init__(self, tree: Tree, *, formats: bool) -> None:
        super().__init__(tree.root)
        self._formats = formats

    def sum(self, path: str) -> str:
        """By what it is and holds."""
        node = self.find(self.resolve(path))
        return path if node is None else sum_of_node(path, node, formats=self._formats)


def whole(blob: Blob, api: str) -> Blob:
    """A tar of which nothing is missing but what fills its last block: builders do not mind that."""
    last = None
    try:
        for member in members(blob, api):
            last = member
    except BadArchive as error:
        compressed = blob.read(0, 2) in _COMPRESSED
        if last is not None and not last.partial and not compressed and str(error) == "unexpected EOF":
            return Blob.from_pieces([*blob.pieces(), bytes(-blob.size % 512)])
    return blob


def dockerfile_of(files: ReceivedFiles, path: str) -> bytes:
    """A context's Dockerfile; it is removed, and ``.dockerignore`` too, where that says so.

    Args:
        files: the context.
        path: where it is; empty for ``Dockerfile``.

    Raises:
        Failure: there is none.
    """
    wanted = path or "Dockerfile"
    node = files.find(files.resolve(wanted))
    if node is None and wanted == "Dockerfile" and files.find("dockerfile") is not None:
        wanted = "dockerfile"
        node = files.find(files.resolve(wanted))
    if node is None:
        raise Failure(500, f"Cannot locate specified Dockerfile: {wanted}")
    if node.entries is not None:
        problem = f"read /var/lib/docker/tmp/docker-builder/{wanted}: is a directory"
        raise Failure(500, f"unexpected error reading Dockerfile: {problem}")
    data = content_of(node)
    if not data:
        raise Failure(400, f"the Dockerfile ({wanted}) cannot be empty")
    ignored = files.find(_IGNORE)
    if ignored is not None and ignored.kind == "file":
        patterns = _patterns(content_of(ignored))
        for name in (_IGNORE, wanted):
            if _ignored(name.removeprefix("/"), patterns):
                files.remove(name)
    return data


def content_of(node: Node) -> bytes:
    """All that a file holds."""
    data = node.data
    return data if isinstance(data, bytes) else data.read(0, data.size)


def _patterns(content: bytes) -> list[tuple[bool, re.Pattern[str]]]:
    found: list[tuple[bool, re.Pattern[str]]] = []
    for line in content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines():
        pattern = line.strip()
        if not pattern or line.startswith("#"):
            continue
        takes_back = pattern.startswith("!")
        pattern = posixpath.normpath(pattern.removeprefix("!").strip()).lstrip("/")
        try:
            found.append((takes_back, re.compile(_regex(pattern))))
        except re.error:
            return []
    return found


def _ignored(path: str, patterns: list[tuple[bool, re.Pattern[str]]]) -> bool:
    parts = path.split("/")
    paths = ["/".join(parts[:number]) for number in range(1, len(parts) + 1)]
    ignored = False
    for takes_back, pattern in patterns:
        if any(pattern.fullmatch(each) for each in paths):
            ignored = not takes_back
    return ignored


def _regex(pattern: str) -> str:
    """A pattern of ``.dockerignore``."""
    found, at = "", 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if pattern.startswith("**", at - 1):
            at += 1
            if pattern.startswith("/", at):
                at += 1
                found += "(?:.*/)?"
            else:
                found += ".*"
        elif character == "*":
            found += "[^/]*"
        elif character == "?":
            found += "[^/]"
        elif character == "\\" and at < len(pattern):
            found += re.escape(pattern[at])
            at += 1
        elif character in "[]" or character == "^" or character == "-":
            found += character
        else:
            found += re.escape(character)
    return found


def not_there(path: str) -> Failure:
    """A file is missing, in Go's words."""
    return Failure(500, f"stat {path}: file does not exist")
