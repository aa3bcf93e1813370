"""Archives of build contexts, and what .dockerignore leaves out of them, as docker-py makes them."""

from __future__ import annotations

import io
import os
import re
import tarfile
import tempfile
from typing import IO, TYPE_CHECKING, Any

from dockpy.compat.constants import IS_WINDOWS_PLATFORM
from dockpy.compat.utils.fnmatch import fnmatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "Pattern",
    "PatternMatcher",
    "build_file_list",
    "create_archive",
    "exclude_paths",
    "match_tag",
    "mkbuildcontext",
    "normalize_slashes",
    "split_path",
    "tar",
    "walk",
]

_SEPARATOR = re.compile(r"[/\\]" if IS_WINDOWS_PLATFORM else "/")
_WORD = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
_TAG = re.compile(rf"^{_WORD}(?::[0-9]+)?(/{_WORD})*(:[a-zA-Z0-9_][a-zA-Z0-9._-]{{0,127}})?$")
_LATEST = 8**11 - 1  # what a tar's header can hold

File = tuple[str, str]
"""A file's name and its text."""


def match_tag(tag: str) -> bool:
    """Whether a text is an image's name, with or without a tag."""
    return bool(_TAG.match(tag))


def tar(
    path: str,
    exclude: list[str] | None = None,
    dockerfile: tuple[str | None, str | None] | None = None,
    fileobj: Any = None,
    gzip: bool = False,
) -> Any:
    """The archive of a build context.

    Args:
        path: the context's folder.
        exclude: the patterns of .dockerignore.
        dockerfile: the Dockerfile's name in the context, and its text where it is from elsewhere.
        fileobj: where to write; None for a temporary file.
        gzip: whether to compress it.
    """
    root, exclude = os.path.abspath(path), exclude or []
    name, text = dockerfile or (None, None)
    extra: list[File] = []
    if name is not None and text is not None:
        # A Dockerfile from elsewhere is for the engine alone: it is left out of the context itself.
        extra = [(".dockerignore", "\n".join([*(exclude or [".dockerignore"]), name])), (name, text)]
    files = sorted(exclude_paths(root, exclude, dockerfile=name))
    return create_archive(root=root, files=files, fileobj=fileobj, gzip=gzip, extra_files=extra)


def exclude_paths(root: str, patterns: list[str], dockerfile: str | None = None) -> set[str]:
    """The paths that patterns leave; the Dockerfile always stays."""
    patterns.append("!Dockerfile" if dockerfile is None else f"!{dockerfile}")
    return set(PatternMatcher(patterns).walk(root))


def build_file_list(root: str) -> list[str]:
    """Every path below a folder."""
    return [
        os.path.join(folder, name).replace(root, "", 1).lstrip("/")
        for folder, folders, files in os.walk(root)
        for name in files + folders
    ]


def create_archive(
    root: str,
    files: Iterable[str] | None = None,
    fileobj: Any = None,
    gzip: bool = False,
    extra_files: list[File] | None = None,
) -> Any:
    """A tar of files below a folder, and of others by their text.

    Returns:
        The file that it was written to, at its beginning.

    Raises:
        OSError: a file cannot be read; the message names it.
    """
    extra = extra_files or []
    target: Any = fileobj or tempfile.NamedTemporaryFile()  # noqa: SIM115 - the caller's to close
    try:
        _write(target, root, build_file_list(root) if files is None else files, gzip, extra)
    except BaseException:
        if not fileobj:
            target.close()
        raise
    target.seek(0)
    return target


def _write(target: Any, root: str, files: Iterable[str], gzip: bool, extra: list[File]) -> None:
    named = {name for name, _ in extra}
    with tarfile.open(mode="w:gz" if gzip else "w", fileobj=target) as archive:
        for path in files:
            if path not in named:
                _add(archive, os.path.join(root, path), path)
        for name, text in extra:
            content = text.encode("utf-8")
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def _add(archive: tarfile.TarFile, full_path: str, path: str) -> None:
    info: tarfile.TarInfo | None = archive.gettarinfo(full_path, arcname=path)
    if info is None:  # a socket: no archive holds one
        return
    if not 0 <= info.mtime <= _LATEST:
        info.mtime = int(info.mtime)
    if IS_WINDOWS_PLATFORM:
        info.mode = info.mode & 0o755 | 0o111
    if not info.isfile():
        archive.addfile(info)
        return
    try:
        with open(full_path, "rb") as file:
            archive.addfile(info, file)
    except OSError as error:
        raise OSError(f"Can not read file in context: {full_path}") from error


def mkbuildcontext(dockerfile: IO[bytes]) -> Any:
    """The archive of a context that is a Dockerfile alone."""
    if isinstance(dockerfile, io.StringIO):
        raise TypeError("A Dockerfile in memory is an io.BytesIO")
    target: Any = tempfile.NamedTemporaryFile()  # noqa: SIM115 - the caller's to close
    with tarfile.open(mode="w", fileobj=target) as archive:
        if isinstance(dockerfile, io.BytesIO):
            info = tarfile.TarInfo("Dockerfile")
            info.size = len(dockerfile.getvalue())
            dockerfile.seek(0)
        else:
            info = archive.gettarinfo(fileobj=dockerfile, arcname="Dockerfile")
        archive.addfile(info, dockerfile)
    target.seek(0)
    return target


def split_path(p: str) -> list[str]:
    """A path's parts."""
    return [part for part in _SEPARATOR.split(p) if part and part != "."]


def normalize_slashes(p: str) -> str:
    """A path with slashes, on Windows too."""
    return "/".join(split_path(p)) if IS_WINDOWS_PLATFORM else p


def walk(root: str, patterns: list[str], default: bool = True) -> Iterator[str]:
    """The paths below a folder that patterns leave."""
    return PatternMatcher(patterns).walk(root)


class PatternMatcher:
    """The patterns of a .dockerignore; the last one that fits decides."""

    def __init__(self, patterns: list[str]) -> None:
        self.patterns: list[Pattern] = [pattern for text in patterns if (pattern := Pattern(text)).dirs]
        self.patterns.append(Pattern("!.dockerignore"))

    def matches(self, filepath: str) -> bool:
        """Whether a path is left out."""
        parents = split_path(os.path.dirname(filepath))
        matched = False
        for pattern in self.patterns:
            match = pattern.match(filepath)
            depth = len(pattern.dirs)
            if not match and parents and depth <= len(parents):
                match = pattern.match(os.path.sep.join(parents[:depth]))
            if match:
                matched = not pattern.exclusion
        return matched

    def walk(self, root: str) -> Iterator[str]:
        """The paths below a folder that are not left out."""
        return self._walk(root, root)

    def _walk(self, root: str, folder: str) -> Iterator[str]:
        for name in os.listdir(folder):
            path = os.path.normpath(os.path.join(os.path.relpath(folder, root), name))
            left_out = self.matches(path)
            if not left_out:
                yield path
            full = os.path.join(root, path)
            if not os.path.isdir(full) or os.path.islink(full):
                continue
            if not left_out or self._kept_below(path):
                yield from self._walk(root, full)

    def _kept_below(self, path: str) -> bool:
        """Whether a pattern may take something back in below a path that is left out."""
        prefix = normalize_slashes(path)
        return any(
            pattern.exclusion and pattern.cleaned_pattern.startswith(prefix) for pattern in self.patterns
        )


class Pattern:
    """One line of a .dockerignore; with a ``!`` it takes back in."""

    def __init__(self, pattern_str: str) -> None:
        self.exclusion: bool = pattern_str.startswith("!")
        self.dirs: list[str] = self.normalize(pattern_str.removeprefix("!"))
        self.cleaned_pattern: str = "/".join(self.dirs)

    @classmethod
    def normalize(cls, p: str) -> list[str]:
        """The pattern's parts, without those that go up."""
        parts: list[str] = []
        for part in split_path(p.strip()):
            if part != "..":
                parts.append(part)
            elif parts:
                parts.pop()
        return parts

    def match(self, filepath: str) -> bool:
        """Whether a path fits."""
        return fnmatch(normalize_slashes(filepath), self.cleaned_pattern)
