"""What a plugin wants, and what it is granted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.options.privileges import check_granted, setting_list
from dockpy.wire.plugins import PluginPrivilege


def privilege(name: str, *values: str) -> PluginPrivilege:
    return PluginPrivilege.read({"Name": name, "Description": "", "Value": list(values)})


WANTED = [privilege("network", "host"), privilege("mount", "/a"), privilege("mount", "/b")]


@pytest.mark.parametrize(
    "grants",
    [
        True,
        WANTED,
        [dict(item) for item in WANTED],
        ["network", "mount"],
        ["mount", {"Name": "network", "Value": ["host", "none"]}],
        [{"Name": "network"}, {"Name": "mount", "Value": ["/b"]}, {"Name": "mount", "Value": ["/a"]}],
        lambda wanted: wanted == WANTED,
    ],
)
def test_granted(grants: Any) -> None:
    check_granted("plugin", WANTED, grants)


@pytest.mark.parametrize(
    ("grants", "missing"),
    [
        (False, "network host; mount /a; mount /b"),
        ([], "network host; mount /a; mount /b"),
        (["network"], "mount /a; mount /b"),
        (["network", {"Name": "mount", "Value": ["/a"]}], "mount /b"),
        ([{"Name": "network", "Value": []}, "mount"], "network host"),
        (lambda wanted: False, "network host; mount /a; mount /b"),
    ],
)
def test_refused(grants: Any, missing: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_granted("far/plugin:1", WANTED, grants)
    assert caught.value.message == f"far/plugin:1 wants privileges that it was not granted: {missing}"
    assert "privileges=True" in (caught.value.hint or "")


def test_who_wants_nothing_gets_it() -> None:
    def ask(wanted: Any) -> bool:
        raise AssertionError(wanted)

    for grants in (False, [], ask):
        check_granted("plugin", [], grants)


@pytest.mark.parametrize(
    "grants", ["network", None, 3, [3], [{"Name": 3}], [{"Value": ["host"]}], [["network"]]]
)
def test_what_grants_nothing(grants: Any) -> None:
    with pytest.raises(InvalidArgument, match="privileges"):
        check_granted("plugin", WANTED, grants)


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="="), min_size=1)


@given(st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]))))
def test_settings(settings: dict[str, str]) -> None:
    made = setting_list(settings)
    assert {name: text for name, _, text in (item.partition("=") for item in made)} == settings
    assert setting_list(made) == made


@pytest.mark.parametrize("settings", ["A=secret", {"A": 1}, {1: "secret"}, ["secret"], [1], None, 3])
def test_what_are_no_settings(settings: Any) -> None:
    with pytest.raises(InvalidArgument, match="settings: it takes") as caught:
        setting_list(settings)
    assert "secret" not in str(caught.value)
