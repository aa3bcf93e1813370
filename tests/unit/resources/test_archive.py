"""What is sent as an archive."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.errors import InvalidArgument
from dockpy.resources.archive import opened

if TYPE_CHECKING:
    from pathlib import Path


def sent(data: Any) -> bytes:
    with opened(data) as body:
        return body if isinstance(body, bytes) else b"".join(body)


def test_its_forms(tmp_path: Path) -> None:
    path = tmp_path / "tar"
    path.write_bytes(b"tar")
    for data in (b"tar", bytearray(b"tar"), io.BytesIO(b"tar"), [b"t", b"ar"], path, str(path)):
        assert sent(data) == b"tar"


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "tar").write_bytes(b"\xff\xfe")
    with (tmp_path / "tar").open(encoding="utf-8") as file:
        with pytest.raises(InvalidArgument, match=r"The archive cannot be read: .*can't decode byte"):
            sent(file)
    with pytest.raises(InvalidArgument, match=r"The archive cannot be read: I/O operation on closed file"):
        sent(file)
    with pytest.raises(InvalidArgument, match=r"The archive '/nope' cannot be read: No such file"):
        sent("/nope")
    with pytest.raises(InvalidArgument, match=r"The archive 'a\\x00b' cannot be read: embedded null byte"):
        sent("a\0b")
