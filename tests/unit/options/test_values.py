"""Small values: commands, environments, labels, sizes, times, names, platforms."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.options.keywords import check_keywords
from dockpy.options.platforms import platform_json
from dockpy.options.values import (
    command_list,
    container_name,
    environment_list,
    label_map,
    nano_cpus,
    pairs,
    size_bytes,
    string_list,
    timestamp,
)

# Commands and lists


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("echo hi", ["echo", "hi"]),
        ("sh -c 'echo \"a  b\"'", ["sh", "-c", 'echo "a  b"']),
        ("", []),
        ([], []),
        (["echo", "a  b", ""], ["echo", "a  b", ""]),
        (("echo", "hi"), ["echo", "hi"]),
        ("echo $HOME # no comment", ["echo", "$HOME", "#", "no", "comment"]),
    ],
)
def test_commands(command: Any, expected: list[str]) -> None:
    assert command_list("command", command) == expected


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"))))
def test_a_quoted_command_is_what_it_was(arguments: list[str]) -> None:
    assert command_list("command", shlex.join(arguments)) == arguments
    assert command_list("command", arguments) == arguments


@pytest.mark.parametrize(
    "command", ["echo 'hi", "echo \\", 5, b"echo", ["echo", 5], {"echo"}, {"a": "b"}, [b"a"]]
)
def test_what_is_no_command_is_refused(command: Any) -> None:
    with pytest.raises(InvalidArgument, match="entrypoint="):
        command_list("entrypoint", command)


def test_a_quote_that_does_not_end_has_a_hint() -> None:
    with pytest.raises(InvalidArgument, match="a list of arguments needs no quotes"):
        command_list("command", "echo 'hi")


def test_string_lists() -> None:
    assert string_list("dns", "1.1.1.1") == ["1.1.1.1"]
    assert string_list("dns", ("1.1.1.1", "8.8.8.8")) == ["1.1.1.1", "8.8.8.8"]
    assert string_list("dns", []) == []
    given = ["a"]
    assert string_list("dns", given) is not given
    for bad in (5, [5], b"a", {"a"}, {"a": "b"}, [None], None):
        with pytest.raises(InvalidArgument, match="dns="):
            string_list("dns", bad)  # type: ignore[arg-type]


# Environments and labels


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"A": "1", "B": ""}, ["A=1", "B="]),
        ({"A": None}, ["A"]),
        ({"A": 0, "B": 1.5, "C": False, "D": True}, ["A=0", "B=1.5", "C=False", "D=True"]),
        ({"A": "x=y\nz"}, ["A=x=y\nz"]),
        (["A=1", "B", "C=x=y", "D="], ["A=1", "B", "C=x=y", "D="]),
        ({}, []),
        ([], []),
    ],
)
def test_environments(environment: Any, expected: list[str]) -> None:
    assert environment_list(environment) == expected


@pytest.mark.parametrize(
    "environment", [{"": "x"}, {"A=B": "x"}, {"A\0": "x"}, ["=x"], [""], [5], 5, b"A=1", {5}]
)
def test_what_is_no_environment_is_refused(environment: Any) -> None:
    with pytest.raises(InvalidArgument, match="environment"):
        environment_list(environment)


def test_labels() -> None:
    assert label_map({"a": "b", "c": ""}) == {"a": "b", "c": ""}
    assert label_map(["a=b", "c", "d=x=y"]) == {"a": "b", "c": "", "d": "x=y"}
    assert label_map({}) == label_map([]) == {}
    for bad in ({"a": 1}, {1: "a"}, {"a": None}, [5], 5, b"a"):
        with pytest.raises(InvalidArgument, match="labels"):
            label_map(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", [["splunk-token=s3cret", "oops"], {"splunk-token": b"s3cret"}, ["=s3cret"], [b"s3cret"]]
)
def test_pairs_show_no_value(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="log_opts") as caught:
        pairs("log_opts", value)
    assert "s3cret" not in str(caught.value)


def test_pairs() -> None:
    assert pairs("sysctls", {"a": 1, "b": "x"}) == pairs("sysctls", ["a=1", "b=x"]) == {"a": "1", "b": "x"}
    assert pairs("sysctls", "a=b=c") == {"a": "b=c"}
    assert pairs("sysctls", ["a="]) == {"a": ""}
    assert pairs("sysctls", {}) == pairs("sysctls", []) == {}
    for bad in (5, "a", ["=a"], {5: "a"}, {"a": 1.5}, {"a": True}, {"a": None}):
        with pytest.raises(InvalidArgument, match="sysctls"):
            pairs("sysctls", bad)  # type: ignore[arg-type]


# Names


@pytest.mark.parametrize("name", ["web", "a1", "1a", "A_b.c-d", "/web", "x" * 1000])
def test_names_of_containers(name: str) -> None:
    assert container_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "a", "-a", "_a", ".a", "a b", "a/b", "../x", "//a", "a?b=1", "a\nb", "ab\n", "é1", "a#b", 5, b"ab"],
)
def test_what_no_container_can_be_called_is_refused(name: Any) -> None:
    with pytest.raises(InvalidArgument, match="name="):
        container_name(name)


# Sizes


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, 0),
        (512, 512),
        (-1, -1),
        ("-1", -1),
        ("0", 0),
        ("512", 512),
        ("512b", 512),
        ("1k", 1024),
        ("512m", 512 * 1024**2),
        ("512M", 512 * 1024**2),
        ("512mb", 512 * 1024**2),
        ("512MiB", 512 * 1024**2),
        ("1.5g", 1536 * 1024**2),
        (" 64 KiB ", 64 * 1024),
        ("1t", 1024**4),
        ("1p", 1024**5),
        ("9007199254740993", 2**53 + 1),
    ],
)
def test_sizes(size: Any, expected: int) -> None:
    assert size_bytes("mem_limit", size) == expected


@pytest.mark.parametrize(
    "size",
    [
        *(
            "",
            "m",
            "1.",
            ".5g",
            "1,5g",
            "-2",
            "-1m",
            "1e3",
            "1x",
            "1 2",
            "1gm",
            "one",
            "\u0661m",
            "inf",
            "nan",
        ),
        *(True, False, 1.5, None, b"1m", [1], Decimal(1), "9" * 400 + "p"),
    ],
    ids=lambda size: repr(size)[:12],
)
def test_what_is_no_size_is_refused(size: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"mem_limit=.*'512m'"):
        size_bytes("mem_limit", size)


@given(st.text(max_size=10) | st.from_regex(r"\s*\d{0,400}(\.\d+)? ?[bkmgtpBKMGTP]?i?b?", fullmatch=True))
def test_any_text_is_a_size_or_the_one_error(text: str) -> None:
    try:
        size = size_bytes("shm_size", text)
    except InvalidArgument:
        return
    assert isinstance(size, int)
    assert size >= -1


@pytest.mark.parametrize(
    "size", [1e300, float("inf"), float("nan"), 2**63, -(2**63)], ids=lambda size: repr(size)[:12]
)
def test_what_no_engine_can_count_is_no_size(size: Any) -> None:
    with pytest.raises(InvalidArgument, match="mem_limit="):
        size_bytes("mem_limit", size)


@given(st.integers(0, 10**6), st.integers(0, 10**9 - 1))
def test_cpus_are_exact_to_a_billionth(whole: int, billionths: int) -> None:
    assert nano_cpus("cpus", f"{whole}.{billionths:09d}") == whole * 10**9 + billionths
    assert nano_cpus("cpus", whole) == whole * 10**9


@given(st.text(max_size=6) | st.from_regex(r"-?\d{0,12}\.?\d{0,12}(e\d{1,3})?", fullmatch=True) | st.floats())
def test_anything_is_cpus_or_the_one_error(value: Any) -> None:
    try:
        number = nano_cpus("cpus", value)
    except InvalidArgument:
        return
    assert 0 <= number < 2**63


# Times


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (1700000000, "1700000000"),
        (1700000000.25, "1700000000.250000000"),
        ("1700000000", "1700000000"),
        (datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=UTC), "1704164645.000678000"),
        (datetime(2024, 1, 2, 5, 4, 5, tzinfo=timezone(timedelta(hours=2))), "1704164645.000000000"),
        ("2024-01-02T03:04:05Z", "1704164645.000000000"),
        ("2024-01-02T03:04:05.000678+00:00", "1704164645.000678000"),
        ("1969-12-31T23:59:58Z", "-2.000000000"),
    ],
)
def test_points_in_time(value: Any, expected: str) -> None:
    assert timestamp("since", value) == expected


def test_a_datetime_without_a_zone_is_local_time() -> None:
    naive = datetime(2024, 7, 1, 12, 30)
    assert timestamp("since", naive) == f"{naive.timestamp():.0f}.000000000"
    assert timestamp("since", naive.isoformat()) == f"{naive.timestamp():.0f}.000000000"


@pytest.mark.parametrize(
    ("ago", "seconds"),
    [
        (timedelta(minutes=10), 600),
        ("10m", 600),
        ("1h30m", 5400),
        ("90s", 90),
        ("1.5h", 5400),
        ("1h2m3.5s", 3723.5),
        (timedelta(0), 0),
    ],
)
def test_how_long_ago(ago: Any, seconds: float) -> None:
    before = datetime.now(UTC).timestamp() - seconds
    point = float(timestamp("since", ago))
    after = datetime.now(UTC).timestamp() - seconds
    assert before - 1e-3 <= point <= after + 1e-3


@given(st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)))
@example(datetime.max.replace(tzinfo=UTC))
def test_a_datetime_is_exact(moment: datetime) -> None:
    whole, _, decimals = timestamp("since", moment).partition(".")
    again = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        seconds=int(whole), microseconds=int(decimals) / 1000
    )
    assert again == moment
    assert len(decimals) == 9


@pytest.mark.parametrize(
    "value",
    [
        *("", "yesterday", "10 m", "m10", "10d", "-10m", "h", "1m1h", "10ms", "2024-13-01", "\u0661m", "1e5"),
        *(True, None, b"10m", [1], float("nan"), float("inf"), "9" * 30 + "h", "9" * 5000, timedelta.max),
    ],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_no_point_in_time_is_refused(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="since="):
        timestamp("since", value)


@given(st.text(max_size=12) | st.from_regex(r"\d{0,20}(\.\d{1,3})?[hms]?\d{0,20}[ms]?", fullmatch=True))
def test_any_text_is_a_point_in_time_or_the_one_error(text: str) -> None:
    try:
        point = timestamp("until", text)
    except InvalidArgument:
        return
    float(point)


# Platforms


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", {"os": "linux"}),
        ("linux/arm64", {"os": "linux", "architecture": "arm64"}),
        ("linux/arm/v7", {"os": "linux", "architecture": "arm", "variant": "v7"}),
        ("Windows/amd64", {"os": "Windows", "architecture": "amd64"}),
    ],
)
def test_platforms(platform: str, expected: dict[str, str]) -> None:
    assert json.loads(platform_json(platform) or "") == expected


def test_no_platform_is_none() -> None:
    assert platform_json(None) is None


@pytest.mark.parametrize(
    "platform", ["", "/", "linux/", "/arm64", "a/b/c/d", "linux arm64", "linux/arm64\n", 5, b"linux"]
)
def test_what_is_no_platform_is_refused(platform: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"platform=.*os\[/arch\[/variant\]\]"):
        platform_json(platform)


# Keywords


def test_keywords_that_there_are_pass() -> None:
    check_keywords("run", {"name": 1, "tty": None}, ["name", "tty", "user"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mem_limits", "run() got an unexpected keyword argument 'mem_limits'; did you mean 'mem_limit'?"),
        ("zzz", "run() got an unexpected keyword argument 'zzz'"),
    ],
)
def test_other_keywords_are_a_type_error_as_pythons_own(name: str, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        check_keywords("run", {name: None}, ["name", "mem_limit"])
    assert str(caught.value) == message


Encoder = Callable[[str, Any], object]


@pytest.mark.parametrize("encoder", [command_list, string_list, size_bytes, timestamp])
@pytest.mark.parametrize("value", [object(), {}, set(), b"a", [object()], sys])
def test_refusals_name_the_option_and_the_value(encoder: Encoder, value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        encoder("the_option", value)
    assert f"the_option={value!r}" in str(caught.value)
