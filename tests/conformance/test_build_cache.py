"""What was built before is taken again, as far as nothing that it depends on has changed."""

from __future__ import annotations

import contextlib
import io
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ApiError, Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def cached(engine: Client) -> Iterator[Callable[..., list[bool]]]:
    """Build, and say of each step whether it was there already."""
    made: list[Any] = []

    def build(text: str, files: dict[str, tuple[bytes, int, int]], **options: Any) -> list[bool]:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for name, (data, mode, mtime) in {"Dockerfile": (text.encode(), 0o644, 0), **files}.items():
                member = tarfile.TarInfo(name)
                member.size, member.mode, member.mtime = len(data), mode, mtime
                archive.addfile(member, io.BytesIO(data))
        result = engine.images.build(fileobj=buffer.getvalue(), custom_context=True, forcerm=True, **options)
        made.append(result.image)
        return [step.cached for step in result.steps][1:]

    yield build
    for image in reversed(made):
        with contextlib.suppress(ApiError):  # the same one, built twice
            image.remove(force=True)


def test_a_line_and_what_follows_it(cached: Any, new_name: Any) -> None:
    text = f"FROM busybox\nLABEL m={new_name()}\nENV A=1\nRUN true\nCMD x\n"
    assert cached(text, {}) == [False] * 4
    assert cached(text, {}) == [True] * 4
    assert cached(text.replace("A=1", "A=2"), {}) == [True, False, False, False]
    assert cached(text.replace("CMD x", "CMD y"), {}) == [True, True, True, False]
    assert cached(text, {}, nocache=True) == [False] * 4
    assert cached(text.replace("true", "true "), {}) == [True] * 4  # blanks at a line's end are none


def test_what_is_copied(cached: Any, new_name: Any) -> None:
    text = f"FROM busybox\nLABEL m={new_name()}\nCOPY a b /d/\nRUN true\n"
    files = {"a": (b"a", 0o644, 0), "b": (b"b", 0o644, 0), "c": (b"c", 0o644, 0)}
    assert cached(text, files) == [False] * 3
    assert cached(text, {**files, "a": (b"a", 0o644, 99)}) == [True] * 3  # times do not count
    assert cached(text, {**files, "c": (b"other", 0o644, 0)}) == [True] * 3
    assert cached(text, {**files, "b": (b"other", 0o644, 0)}) == [True, False, False]
    assert cached(text, {**files, "b": (b"b", 0o600, 0)}) == [True, False, False]


def test_build_arguments(cached: Any, new_name: Any) -> None:
    text = f"FROM busybox\nLABEL m={new_name()}\nARG A\nRUN true\nARG B\n"
    one, two = {"A": "1"}, {"A": "2"}
    assert cached(text, {}, buildargs=one) == [False] * 4
    assert cached(text, {}, buildargs=one) == [True] * 4
    assert cached(text, {}, buildargs=two) == [True, True, False, False]
    assert cached(text, {}, buildargs={"A": "1", "B": "x"}) == [True] * 4
    assert cached(text, {}, buildargs={"A": "1", "HTTP_PROXY": "x"}) == [True] * 4


def test_stages(cached: Any, new_name: Any) -> None:
    name = new_name()
    text = (
        f"FROM busybox AS a\nLABEL m={name}\nRUN echo {name} > /f\n"
        "FROM busybox\nCOPY --from=a /f /g\nRUN true\n"
    )
    assert cached(text, {}) == [False, False, False, False, False]
    assert cached(text, {}) == [True, True, False, True, True]
    assert cached(text.replace("echo", "echo  "), {}) == [True, False, False, True, True]  # the same file


def test_what_comes_after_a_step_that_was_not_there(cached: Any, new_name: Any) -> None:
    """The same instructions on another image are others."""
    name = new_name()
    assert cached(f"FROM busybox\nLABEL m={name}\nENV A=1\n", {}) == [False, False]
    assert cached(f"FROM busybox\nENV A=1\nLABEL m={name}\n", {}, nocache=True) == [False, False]
    assert cached(f"FROM busybox\nENV A=1\nLABEL m={name}\n", {}) == [True, True]
