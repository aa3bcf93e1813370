"""Files of variables and of labels; the docker command was asked what it makes of those in `files`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.options.containers import create_request
from dockpy.options.fields import Surroundings
from dockpy.options.textfiles import environment_lines, label_lines

FILES = Path(__file__).parent / "files"


def lines(content: bytes, **environ: str) -> list[str]:
    return environment_lines("env_file", "x.env", content, environ)


def env(**options: Any) -> Any:
    contents = {"one": b"A=1\nB=1", "two": b"B=2\nHERE\nNOWHERE", "labels": b"a=1\nb=1"}
    around = Surroundings(environ={"HERE": "x"}, read=lambda _, path: contents[path])
    return create_request("create", "busybox", None, options, {"PROXY": "p"}, around)[0].dump()


def test_the_order_is_files_then_variables_then_proxies() -> None:
    made = env(environment={"A": "3"}, env_file=["one", Path("two")])
    assert made["Env"] == ["A=1", "B=1", "B=2", "HERE=x", "A=3", "PROXY=p"]
    assert env(use_config_proxy=False).get("Env") is None


def test_labels_win_over_their_files() -> None:
    assert env(labels={"a": "2"}, label_file="labels")["Labels"] == {"a": "2", "b": "1"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\xef\xbb\xbf", []),
        (b"\xef\xbb\xbfA=1", ["A=1"]),
        (b"A=1\n\xef\xbb\xbfB=2", ["A=1", "\ufeffB=2"]),
        (b"A=1\r\nB=2\r\n", ["A=1", "B=2"]),
        (b"A=1\rB", ["A=1\rB"]),
        (b"  A= 1 \n\t\n #c\n", ["A= 1 "]),
        ("\u00a0A=\u00e9\n".encode(), ["A=é"]),
        (b"A='1 2'\nB=$A\nexport=x", ["A='1 2'", "B=$A", "export=x"]),
        (b"SET\nUNSET\n", ["SET=here"]),
    ],
)
def test_lines(content: bytes, expected: list[str]) -> None:
    assert lines(content, SET="here") == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"A=1\n=s3cret", "line 2: it takes NAME=value"),
        (b"A B=s3cret", "line 1: there is a space in the name 'A B'"),
        (b"A =s3cret", "line 1: there is a space in the name 'A '"),
        (b"\n\nA=s3cret\xff", "line 3 is no UTF-8"),
        (b"A=s3cret\0", "line 1: it takes NAME=value"),
    ],
)
def test_refusals_name_the_file_and_the_line_and_no_value(content: bytes, message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        lines(content)
    assert str(caught.value).startswith(f"env_file='x.env': {message}")
    assert "s3cret" not in str(caught.value)


NAME = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1).filter(
    lambda name: "=" not in name and not name.startswith("#")
)
VALUE = st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r"))


@given(st.lists(st.tuples(NAME, VALUE)))
def test_what_is_written_is_read(pairs: list[tuple[str, str]]) -> None:
    expected = [f"{name}={value}" for name, value in pairs]
    assert lines("\n".join(expected).encode()) == expected
    assert label_lines("label_file", "x", "\r\n".join(expected).encode()) == dict(pairs)


@given(st.binary())
@example(b"\xef\xbb\xbf#\n\xff")
def test_any_file_is_variables_or_the_one_error(content: bytes) -> None:
    try:
        made = lines(content)
    except InvalidArgument:
        return
    assert all(line.partition("=")[1] and line[0] != "=" for line in made)
