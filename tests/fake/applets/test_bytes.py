"""Arguments and files are bytes: what is no UTF-8 in them comes through where applets build texts of them."""

from __future__ import annotations

import importlib.util
import pathlib
import sys

import pytest

from dockpy.fake.files import ROOT

HERE = pathlib.Path(__file__).parent
_spec = importlib.util.spec_from_file_location("fake_applets_box_bytes", HERE / "box.py")
box_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = box_module
_spec.loader.exec_module(box_module)


@pytest.mark.parametrize(
    ("command", "printed"),
    [
        (["ts", "\udcb7"], b"\xb7 some text\n"),
        (["nl", "-s", "\udcb7"], b"     1\xb7some text\n"),
        (["seq", "-s", "\udcb7", "2"], b"1\xb72\n"),
        (["strings", "-f", "/t/\udcb7"], b"/t/\xb7: some text\n"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_argument_is_printed_as_it_is(command, printed):
    box = box_module.Box()
    box.fs.write_bytes(ROOT, "/t/\udcb7", b"some text\n")
    assert bytes(box.run(command, b"some text\n").out) == printed


def test_files_of_the_system_hold_any_bytes():
    box = box_module.Box()
    box.fs.write_bytes(ROOT, "/etc/group", b"root:x:0:\n\xb7:x:5:\n")
    assert box.run(["addgroup", "root", "\udcb7"]).code == 0
    assert box.fs.read_bytes(ROOT, "/etc/group") == b"root:x:0:\n\xb7:x:5:root\n"
    box.fs.write_bytes(ROOT, "/etc/hosts", b"\xb7\n1.2.3.4 box\n")
    assert bytes(box.run(["hostname", "-i"]).out) == b"1.2.3.4 \n"
    box.fs.write_bytes(ROOT, "/etc/resolv.conf", b"nameserver \nnameserver \xb7\n")
    assert bytes(box.run(["nslookup", "a"]).out).startswith(b"Server:\t\t\xb7\n")
