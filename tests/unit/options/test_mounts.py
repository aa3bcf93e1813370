"""Mounts: keywords, the docker command's text, the Engine's own form. `docker_flags.py` has the command's."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.options.mounts import MountOptions, mount
from dockpy.options.values import csv_fields
from dockpy.wire.mounts import DriverConfig, Mount


def dumped(value: Any, absolute: Any = str) -> dict[str, Any]:
    made = mount("mounts[0]", value, absolute)
    return (made if isinstance(made, Mount) else Mount(**made)).dump()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"type": "bind", "source": "/a", "target": "/b", "create_source": True},
            {"Type": "bind", "Source": "/a", "Target": "/b", "BindOptions": {"CreateMountpoint": True}},
        ),
        (
            {"target": "/b", "driver_config": "local"},
            {"Type": "volume", "Target": "/b", "VolumeOptions": {"DriverConfig": {"Name": "local"}}},
        ),
        (
            {"target": "/b", "driver_config": {"Name": "local", "Options": {"a": "b"}}},  # docker-py's
            {
                "Type": "volume",
                "Target": "/b",
                "VolumeOptions": {"DriverConfig": {"Name": "local", "Options": {"a": "b"}}},
            },
        ),
        (
            {"target": "/b", "driver_config": DriverConfig(name="local")},
            {"Type": "volume", "Target": "/b", "VolumeOptions": {"DriverConfig": {"Name": "local"}}},
        ),
        (
            {"type": "tmpfs", "target": "/b", "tmpfs_options": ["noexec", "uid=1000", ["gid", "5"]]},
            {
                "Type": "tmpfs",
                "Target": "/b",
                "TmpfsOptions": {"Options": [["noexec"], ["uid", "1000"], ["gid", "5"]]},
            },
        ),
        (
            {"type": "tmpfs", "target": "/b", "tmpfs_options": {"noexec": None, "uid": "1000"}},
            {"Type": "tmpfs", "Target": "/b", "TmpfsOptions": {"Options": [["noexec"], ["uid", "1000"]]}},
        ),
        (
            {"type": None, "target": "/b", "read_only": False, "no_copy": None},
            {"Type": "volume", "Target": "/b", "ReadOnly": False},
        ),
    ],
    ids=str,
)
def test_keywords(options: MountOptions, expected: dict[str, Any]) -> None:
    assert dumped(options) == expected


def test_the_engines_own_form_is_left_alone() -> None:
    own = Mount(type="bind", source="/a", target="/b")
    assert mount("mounts[0]", own) is own
    given = {"Type": "bind", "Source": "/a", "Target": "/b", "ReadOnly": False}
    assert dumped(given) == given


@pytest.mark.parametrize("source", [".", "..", "./a", "../a"])
def test_a_source_that_begins_with_a_dot_is_made_absolute(source: str) -> None:
    for value in ({"type": "bind", "source": source, "target": "/b"}, f"type=bind,src={source},dst=/b"):
        assert dumped(value, "/cwd/{}".format)["Source"] == f"/cwd/{source}"


@pytest.mark.parametrize("source", ["/a", "a", ".a", "a/../b", ""])
def test_another_source_is_not(source: str) -> None:
    assert dumped({"source": source, "target": "/b"}, "/cwd/{}".format)["Source"] == source


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"type": "floppy", "target": "/b"}, "'floppy' is no type of mount"),
        ({"source": "a"}, "it says nothing of the target"),
        ({"target": ""}, "it says nothing of the target"),
        ({"target": "/b", "src": "/a"}, "'src' is no option of a mount"),
        ({"target": 5}, "mounts[0]: target=5"),
        ({"type": "bind", "target": "/b", "labels": {}}, "options of a volume for a mount of type bind"),
        ({"type": "npipe", "target": "/b", "recursive": "disabled"}, "options of a bind"),
        ({"type": "bind", "target": "/b", "recursive": True}, "recursive=True: it takes 'enabled'"),
        ({"type": "tmpfs", "target": "/b", "tmpfs_mode": -1}, "tmpfs_mode=-1: it takes permissions"),
        ({"type": "tmpfs", "target": "/b", "tmpfs_mode": True}, "tmpfs_mode=True"),
        ({"type": "tmpfs", "target": "/b", "tmpfs_options": "noexec"}, "tmpfs_options='noexec'"),
        ("", "mounts[0]: it takes 'key=value,…'"),
        ("dst=/a,,", "mounts[0]:  is no key=value"),
        ("dst=/a,read_only=true", "read_only is no option of a mount"),
        ("dst=/a,volume-label==x", "labels"),
        ("dst=/a,volume-opt==x", "volume-opt"),
        (5, "mounts[0]: int is no mount; it takes {'type': 'bind'"),
        (None, "mounts[0]: NoneType is no mount"),
        (b"dst=/a", "mounts[0]: bytes is no mount"),
    ],
)
def test_refusals(value: Any, message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        mount("mounts[0]", value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "type=volume,volume-opt=o=password=s3cret",
        "type=volume,dst=/a,volume-opt=o=password=s3cret,color=red",
        'dst=/a,volume-opt="o=password=s3cret"',
        {"driver_config": {"options": {"o": "password=s3cret"}}},
        {"target": "/a", "driver_config": {"options": {"o": "password=s3cret"}}, "color": "red"},
    ],
)
def test_a_drivers_options_are_not_shown(value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        mount("mounts[0]", value)
    assert "s3cret" not in str(caught.value)


# The text of --mount

KEYS = [
    *("type", "source", "src", "target", "dst", "destination", "readonly", "ro", "consistency"),
    *("bind-propagation", "bind-nonrecursive", "bind-recursive", "volume-subpath", "volume-nocopy"),
    *(
        "volume-label",
        "volume-driver",
        "volume-opt",
        "image-subpath",
        "tmpfs-size",
        "tmpfs-mode",
        "color",
        "",
    ),
]
VALUES = st.sampled_from(["/a", "bind", "volume", "tmpfs", "image", "true", "0", "1m", "disabled", "x=y", ""])
FIELDS = st.tuples(st.sampled_from(KEYS), VALUES | st.text(max_size=5)).map("=".join) | st.sampled_from(KEYS)


@given(st.text(max_size=30) | st.lists(FIELDS, max_size=6).map(",".join))
def test_any_text_is_a_mount_or_the_one_error(text: str) -> None:
    try:
        made = dumped(text)
    except InvalidArgument:
        return
    assert made["Target"]
    assert made["Type"] in ("bind", "cluster", "image", "npipe", "tmpfs", "volume")
    assert {name for name in made if name.endswith("Options")} <= {f"{made['Type'].capitalize()}Options"}


NAMES = st.text('abc/. ,"=é', min_size=1, max_size=8)


def written(fields: list[str]) -> str:
    with io.StringIO() as file:
        csv.writer(file, lineterminator="").writerow(fields)
        return file.getvalue()


@given(NAMES, NAMES, st.dictionaries(st.text("ab", min_size=1), NAMES), st.booleans())
def test_a_text_and_the_keywords_that_say_the_same(
    source: str, target: str, labels: dict[str, str], no_copy: bool
) -> None:
    fields = ["type=volume", f"src={source}", f"dst={target}", f"volume-nocopy={str(no_copy).lower()}"]
    fields += [f"volume-label={name}={value}" for name, value in labels.items()]
    options: dict[str, Any] = {"source": source, "target": target, "no_copy": no_copy}
    if labels:
        options["labels"] = labels
    assert dumped(written(fields)) == dumped(options)


@given(st.lists(st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8")), min_size=1))
def test_what_is_written_as_csv_is_read_as_it_was(fields: list[str]) -> None:
    text = written(fields)
    if text:
        assert csv_fields("mounts", text) == fields


@given(st.text('ab," \n'))
def test_any_text_is_csv_or_the_one_error(text: str) -> None:
    try:
        fields = csv_fields("gpus", text)
    except InvalidArgument:
        return
    assert text
    assert len(fields) <= text.count(",") + 1
