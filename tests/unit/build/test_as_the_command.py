"""What of a folder is sent, held against what the docker command sends (record_cli.py)."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from dockpy.build.folder import plan_folder
from dockpy.errors import InvalidArgument

sys.path.insert(0, str(Path(__file__).parent))
import record_cli

GOLDEN = json.loads((Path(__file__).parent / "cli.json").read_text())
# The command's own way to the classic builder does not look into folders that are left out where what takes
# back has a wildcard first; its way to BuildKit does, and so do we.
NOT_LOOKED_INTO = {
    "node_modules\n!**/keep",
    "node_modules\n!*/keep",
    "node_modules\n!node_modules/*/keep",
    "*\n!**/*.py",
    "*\n!**/keep\nsrc/sub",
}


@pytest.mark.parametrize("fixture", GOLDEN["rules"], ids=lambda fixture: ascii(fixture["rules"]))
def test_rules(tmp_path: Path, fixture: dict[str, Any]) -> None:
    rules, classic, buildkit = fixture["rules"], fixture["classic"], fixture["buildkit"]
    record_cli.make_tree(tmp_path, rules)
    if isinstance(classic, dict):
        assert isinstance(buildkit, dict)
        with pytest.raises(InvalidArgument, match="dockerignore"):
            plan_folder(str(tmp_path), None)
        return
    sent = list(plan_folder(str(tmp_path), None).context.paths())
    assert len(set(sent)) == len(sent)
    files = record_cli.left_out(tmp_path, sent, files=True)
    # What the builders read is sent to the classic one in any case.
    assert files == [path for path in buildkit if path not in ("Dockerfile", ".dockerignore")]
    if rules in NOT_LOOKED_INTO:
        assert set(record_cli.left_out(tmp_path, sent, files=False)) < set(classic)
    else:
        assert record_cli.left_out(tmp_path, sent, files=False) == classic


def test_there_are_exceptions_for_what_is_recorded_alone() -> None:
    assert {fixture["rules"] for fixture in GOLDEN["rules"]} >= NOT_LOOKED_INTO
    assert [fixture["rules"] for fixture in GOLDEN["rules"]] == record_cli.RULES


@pytest.fixture
def special(tmp_path: Path) -> Path:
    """The folder that record_cli.special() makes."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "Dockerfile").write_text("FROM scratch\n")
    os.mkfifo(root / "fifo")
    (root / "first").write_text("same")
    os.link(root / "first", root / "second")
    (root / "mode").write_text("")
    (root / "mode").chmod(0o6751)
    return root


def members(path: Path, dockerfile: str | None = None, text: bytes | None = None) -> list[Any]:
    tar = b"".join(plan_folder(str(path), dockerfile, text).context.tar())
    with tarfile.open(fileobj=io.BytesIO(tar), mode="r:") as archive:
        return [
            [
                re.sub("[0-9a-f]{20}", "", member.name),
                *(member.type.decode(), member.mode, member.linkname, member.uid, member.gid),
            ]
            for member in archive
        ]


def recorded(name: str) -> list[Any]:
    return [[re.sub("[0-9a-f]{20}", "", name), *rest] for name, *rest in GOLDEN["special"][name]]


def test_kinds_of_files(special: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert members(special) == recorded("kinds")
    monkeypatch.chdir(special)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("sock")
        assert members(special) == recorded("socket")


def test_where_the_dockerfile_is(special: Path, tmp_path: Path) -> None:
    (special / ".dockerignore").write_text("*")
    other = tmp_path / "Other"
    other.write_text("FROM scratch\n")
    # The command gives the rules it adds to the mode of the file, we none.
    modes = {".dockerignore": 0o644}

    def as_recorded(found: list[Any]) -> list[Any]:
        return [[name, kind, modes.get(name, mode), *rest] for name, kind, mode, *rest in found]

    assert as_recorded(members(special, str(other))) == recorded("outside")
    assert as_recorded(members(special, None, b"FROM scratch\n")) == recorded("text")
    (special / "sub").mkdir()
    (special / "sub" / "Dockerfile").write_text("FROM scratch\n")
    (special / "linked").symlink_to("sub/Dockerfile")
    assert members(special, "sub/Dockerfile") == recorded("below")
    assert members(special, "linked") == recorded("linked")
