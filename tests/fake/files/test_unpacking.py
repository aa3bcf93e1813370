"""Archives, hostile ones too, are unpacked as Docker 20.10 and 28.5 unpacked them.

`unpacked_by_engines.json` holds what they did: with PUT archive into a directory ``/w/<name>``, and as an
image's only layer: statuses, texts, and what was there afterwards (``"now"`` where that is its time).
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from dockpy.fake.files import ROOT, BadArchive, FileSystem, Layer, Upper, merge

_NOW = 1_795_842_725 * 10**9
_CASES = json.loads(Path(__file__).with_name("unpacked_by_engines.json").read_text())
_HIDDEN = ("dev", "etc", "proc", "sys", ".dockerenv")


def _cases(kind: str) -> list[object]:
    return [
        pytest.param(case, api, id=f"{case['name']}-{api}")
        for case in _CASES
        for api in ("1.41", "1.51")
        if f"{kind} {api}" in case
    ]


def _listing(pieces: bytes, *, now: bool = True) -> list[list[object]]:
    with tarfile.open(fileobj=io.BytesIO(pieces)) as archive:
        return [
            [
                m.name, m.type.decode(), m.mode, m.uid, m.gid, m.size,
                "now" if now and m.mtime * 10**9 == _NOW else m.mtime, m.linkname,
            ]
            for m in archive
        ]  # fmt: skip


def _tar(case: dict) -> bytes:
    return gzip.decompress(base64.b64decode(case["tar"]))


@pytest.mark.parametrize(("case", "api"), _cases("archive"))
def test_into_a_directory(case: dict, api: str) -> None:
    expected = case[f"archive {api}"]
    path = "/w/" + case["name"].replace(" ", "_")
    fs = FileSystem(Upper.empty(), now=lambda: _NOW)
    fs.makedirs(ROOT, path)
    fs.mkdir(ROOT, "/etc")
    fs.write_bytes(ROOT, "/etc/passwd", b"root\n")
    status, message = 200, ""
    try:
        fs.untar(ROOT, path, [_tar(case)], api=api)
    except BadArchive as error:
        status, message = 500, str(error)
        if error.missing and api == "1.51":
            status, message = 404, f"Could not find the file {path} in container ID"
    assert (status, message) == (expected["status"], expected["message"])
    assert _listing(b"".join(fs.tar(ROOT, path)))[1:] == expected["listing"][1:]
    assert fs.read_bytes(ROOT, "/etc/passwd") == b"root\n"


@pytest.mark.parametrize(("case", "api"), _cases("layer"))
def test_as_a_layer(case: dict, api: str) -> None:
    expected = case[f"layer {api}"]
    status, message, listing = 200, "", []
    try:
        upper = Upper(merge([Layer.from_tar(_tar(case), api=api)]))
        listing = [e for e in _listing(b"".join(upper.tar())) if str(e[0]).split("/")[0] not in _HIDDEN]
    except BadArchive as error:
        status, message = 500, str(error)
    assert (status, message) == (expected["status"], expected["message"])
    for ours, theirs in zip(listing, expected["listing"], strict=True):
        assert ours == (theirs if theirs[6] != "now" else [*theirs[:6], ours[6], theirs[7]])


def test_paths_as_head_archive_gives_them() -> None:
    fs = FileSystem(Upper.empty(), now=lambda: 1_000 * 10**9)
    fs.makedirs(ROOT, "/w/e")
    fs.mkdir(ROOT, "/etc")
    fs.write_bytes(ROOT, "/w/f", b"hello")
    fs.symlink(ROOT, "f", "/w/lf")
    fs.symlink(ROOT, "../etc", "/w/ld")
    fs.symlink(ROOT, "nope", "/w/dang")
    fs.symlink(ROOT, "loop", "/w/loop")
    at = "1970-01-01T00:16:40Z"

    def said(path: str) -> list[object]:
        return list(fs.path_stat(ROOT, path).values())

    assert said("/w/f") == ["f", 5, 420, at, ""]
    assert said("w/lf") == ["lf", 1, 134218239, at, "/w/f"]
    assert said("/w/ld") == ["ld", 6, 134218239, at, "/etc"]
    assert said("/w/ld/") == ["ld", 4096, 2147484141, at, ""]
    assert said("/w/e/.") == [".", 4096, 2147484141, at, ""]
    assert said("/w/dang") == ["dang", 4, 134218239, at, "/w/nope"]
    assert said("/") == ["/", 4096, 2147484141, at, ""]
    for path, text in (
        ("/w/f/", "lstat /w/f/: not a directory"),
        ("/w/f/x", "lstat /w/f/x: not a directory"),
        ("/w/loop", "evalSymlinksInScope: too many links in /w/loop"),
    ):
        with pytest.raises(BadArchive) as caught:
            fs.path_stat(ROOT, path)
        assert str(caught.value) == text
    for path in ("/w/nope", "/w/dang/"):
        with pytest.raises(FileNotFoundError):
            fs.path_stat(ROOT, path)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/w/e", ["e", "e/x"]),
        ("/w/e/", ["e", "e/x"]),
        ("/w/e/.", [".", "./x"]),
        ("/w/l", ["l"]),
        ("/w/l/", ["l", "l/x"]),
        ("/w/e/..", ["w", "w/e", "w/e/x", "w/l"]),
    ],
)
def test_names_as_get_archive_gives_them(path: str, names: list[str]) -> None:
    fs = FileSystem(Upper.empty())
    fs.makedirs(ROOT, "/w/e")
    fs.write_bytes(ROOT, "/w/e/x", b"")
    fs.symlink(ROOT, "e", "/w/l")
    assert [entry[0] for entry in _listing(b"".join(fs.tar(ROOT, path)))] == names


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        (b"5", "f", 'cannot overwrite non-directory "f" with directory "/w"'),
        (b"0", "e", 'cannot overwrite directory "e" with non-directory "/w"'),
        (b"0", "f", ""),
    ],
)
def test_kinds_are_kept_where_that_is_asked(kind: bytes, name: str, text: str) -> None:
    fs = FileSystem(Upper.empty())
    fs.makedirs(ROOT, "/w/e")
    fs.write_bytes(ROOT, "/w/f", b"")
    member = tarfile.TarInfo(name)
    member.type = kind
    try:
        fs.untar(ROOT, "/w", [member.tobuf()], no_overwrite_dir_non_dir=True)
        said = ""
    except BadArchive as error:
        said = str(error)
    assert said == text
