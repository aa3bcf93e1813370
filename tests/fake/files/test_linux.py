"""The same calls on the file system and on Linux give the same results and the same errors."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockpy.fake.files import ROOT, FileSystem, HostFolder, Upper

_names = st.sampled_from(["a", "b", "c"])
_parts = st.lists(st.one_of(_names, st.sampled_from([".", ".."])), min_size=1, max_size=4)
_tails = st.sampled_from(["", "", "", "", "/", "/."])


@st.composite
def _paths(draw: st.DrawFn) -> str:
    """A path that stays in the directory, as far as its own dots go."""
    depth, kept = 0, []
    for part in draw(_parts):
        depth += {"..": -1, ".": 0}.get(part, 1)
        if depth < 0:
            depth = 0
            continue
        kept.append(part)
    return "/".join(kept or ["a"]) + draw(_tails)


_targets = st.lists(_names, min_size=1, max_size=2).map("/".join)
_steps = st.one_of(
    st.tuples(st.just("mkdir"), _paths()),
    st.tuples(st.just("mkdir"), _names),
    st.tuples(st.just("write"), _paths(), st.binary(max_size=5)),
    st.tuples(st.just("append"), _paths(), st.binary(max_size=5)),
    st.tuples(st.just("exclusive"), _paths()),
    st.tuples(st.just("unlink"), _paths()),
    st.tuples(st.just("rmdir"), _paths()),
    st.tuples(st.just("rename"), _paths(), _paths()),
    st.tuples(st.just("link"), _paths(), _paths()),
    st.tuples(st.just("symlink"), _targets, _paths()),
    st.tuples(st.just("stat"), _paths()),
    st.tuples(st.just("lstat"), _paths()),
    st.tuples(st.just("readlink"), _paths()),
    st.tuples(st.just("listdir"), _paths()),
    st.tuples(st.just("chmod"), _paths(), st.sampled_from([0o600, 0o755, 0o4711])),
    st.tuples(st.just("truncate"), _paths(), st.integers(0, 9)),
    st.tuples(st.just("read"), _paths()),
)


def _ours(fs: FileSystem, step: tuple) -> object:
    name, *arguments = step
    arguments = ["/" + a if isinstance(a, str) else a for a in arguments]
    match name:
        case "write" | "append" | "exclusive":
            how = {"write": os.O_TRUNC, "append": os.O_APPEND, "exclusive": os.O_EXCL}[name]
            file = fs.open(ROOT, arguments[0], os.O_WRONLY | os.O_CREAT | how)
            file.write_now(arguments[1] if len(arguments) > 1 else b"")
            file.close()
            return None
        case "symlink":
            return fs.symlink(ROOT, step[1], arguments[1])
        case "stat" | "lstat":
            found = fs.stat(ROOT, arguments[0], name == "stat")
            return (
                found.st_mode,
                found.size if found.kind == "file" else 0,
                found.nlink if found.is_file else 0,
            )
        case "read":
            file = fs.open(ROOT, arguments[0])
            return file.read_now(100)
        case _:
            return getattr(fs, name)(ROOT, *arguments)


def _theirs(base: str, step: tuple) -> object:
    name, *arguments = step
    arguments = [f"{base}/{a}" if isinstance(a, str) else a for a in arguments]
    match name:
        case "write" | "append" | "exclusive":
            how = {"write": os.O_TRUNC, "append": os.O_APPEND, "exclusive": os.O_EXCL}[name]
            descriptor = os.open(arguments[0], os.O_WRONLY | os.O_CREAT | how, 0o666)
            os.write(descriptor, arguments[1] if len(arguments) > 1 else b"")
            os.close(descriptor)
            return None
        case "symlink":
            return os.symlink(step[1], arguments[1])
        case "link":
            return os.link(*arguments, follow_symlinks=False)
        case "stat" | "lstat":
            found = getattr(os, name)(arguments[0])
            is_file = stat.S_ISREG(found.st_mode)
            return found.st_mode, found.st_size if is_file else 0, found.st_nlink if is_file else 0
        case "listdir":
            return sorted(os.listdir(arguments[0]))
        case "read":
            descriptor = os.open(arguments[0], os.O_RDONLY)
            try:
                return os.read(descriptor, 100)
            finally:
                os.close(descriptor)
        case _:
            return getattr(os, name)(*arguments)


def _outcome(call: object, *arguments: object) -> object:
    try:
        return call(*arguments)  # type: ignore[operator]
    except OSError as error:
        return error.errno, error.strerror


@pytest.mark.parametrize("kind", ["memory", "host"])
@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=st.lists(_steps, max_size=25))
def test_calls_do_what_linux_does(kind: str, steps: list[tuple]) -> None:
    earlier = os.umask(0o022)
    try:
        with tempfile.TemporaryDirectory() as folder:
            other = Path(folder, "other")
            other.mkdir(0o755)
            Path(folder, "base").mkdir(0o755)
            fs = FileSystem(Upper.empty() if kind == "memory" else HostFolder(str(other)))
            for step in steps:
                ours = _outcome(_ours, fs, step)
                theirs = _outcome(_theirs, f"{folder}/base", step)
                assert ours == theirs, step
    finally:
        os.umask(earlier)
