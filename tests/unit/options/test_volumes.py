"""Volumes and host folders: docker-py's forms and the docker command's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.options.volumes import binds_and_volumes


@pytest.mark.parametrize(
    ("volumes", "binds", "anonymous"),
    [
        ({}, [], []),
        ([], [], []),
        ({"/host": {"bind": "/inside", "mode": "ro"}}, ["/host:/inside:ro"], []),
        ({"data": {"bind": "/inside"}}, ["data:/inside:rw"], []),
        ({"/host": {"bind": "/inside", "mode": "rw,z"}}, ["/host:/inside:rw,z"], []),
        (
            {"/host": {"bind": "/inside", "mode": "ro", "propagation": "rslave"}},
            ["/host:/inside:ro,rslave"],
            [],
        ),
        ({"/host": {"bind": "/inside", "propagation": "shared"}}, ["/host:/inside:rw,shared"], []),
        ({"/a": {"bind": "/b"}, "c": {"bind": "/d", "mode": "ro"}}, ["/a:/b:rw", "c:/d:ro"], []),
        ({"/host": {"bind": "/inside", "ro": True}}, ["/host:/inside:ro"], []),
        ({"/host": {"bind": "/inside", "ro": False}}, ["/host:/inside:rw"], []),
        ({"./here": "/inside"}, ["/cwd/./here:/inside"], []),
        (
            ["./here:/inside:ro", "../up:/up", ".:/here"],
            ["/cwd/./here:/inside:ro", "/cwd/../up:/up", "/cwd/.:/here"],
            [],
        ),
        (["/host:/inside:ro", "data:/data"], ["/host:/inside:ro", "data:/data"], []),
        (["/inside"], [], ["/inside"]),
        (("/inside", "/host:/b"), ["/host:/b"], ["/inside"]),
        ([r"c:\host:c:\inside"], [r"c:\host:c:\inside"], []),
        ([r"c:\host:d:/inside:ro"], [r"c:\host:d:/inside:ro"], []),
    ],
)
def test_forms(volumes: Any, binds: list[str], anonymous: list[str]) -> None:
    assert binds_and_volumes(volumes, "/cwd/{}".format) == (binds, anonymous)


def test_a_path_alone_stands_for_where_it_is_mounted() -> None:
    binds, anonymous = binds_and_volumes({"/host": "/inside", "data": "/data"})
    assert [bind.removesuffix(":rw") for bind in binds] == ["/host:/inside", "data:/data"]
    assert anonymous == []


@pytest.mark.parametrize(
    "volumes",
    [
        *("/host:/inside", b"/inside", 5, None, True, {"/inside"}, ...),
        *([5], [None], [b"/inside"], [["/a", "/b"]], [{"/a": "/b"}], ["inside"], [""], ["./inside"]),
        *({"/host": None}, {"/host": 5}, {"/host": b"/inside"}, {"/host": ["/inside"]}, {"/host": {}}),
        *(
            {"/host": {"mode": "ro"}},
            {"/host": {"bind": "/a", "ro": True, "mode": "z"}},
            ["/a:/b:/c:ro"],
            ["a:b:c:d"],
            {"/host": {"Bind": "/a"}},
        ),
        *(
            {"/host": {"bind": 5}},
            {"/host": {"bind": ""}},
            {"/host": {"bind": "/a", "mode": 5}},
            {"/host": ""},
        ),
        *({5: "/inside"}, {"": "/inside"}, {None: {"bind": "/a"}}),
    ],
    ids=str,
)
def test_other_forms_are_refused_and_the_accepted_ones_are_said(volumes: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"volumes.*it takes \{'/host'"):
        binds_and_volumes(volumes)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("/:abc", max_size=6) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["bind", "mode", "propagation", "x"]), inner, max_size=3)
        | st.dictionaries(st.text("/:a", max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(ANY)
def test_anything_gives_binds_or_the_one_error(volumes: Any) -> None:
    try:
        binds, anonymous = binds_and_volumes(volumes)
    except InvalidArgument:
        return
    assert all(isinstance(bind, str) and ":" in bind for bind in binds)
    assert all(target.startswith("/") for target in anonymous)
