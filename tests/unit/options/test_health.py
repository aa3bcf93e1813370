"""Health checks, and the durations in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.options.health import healthcheck
from dockpy.options.values import duration_ns


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("curl -f x", ["CMD-SHELL", "curl -f x"]),
        ("NONE", ["NONE"]),
        (["NONE"], ["NONE"]),
        (["CMD", "true"], ["CMD", "true"]),
        (["CMD-SHELL", "true"], ["CMD-SHELL", "true"]),
        (["true", "x"], ["CMD", "true", "x"]),
        (("true",), ["CMD", "true"]),
        ([], []),
    ],
)
def test_tests(test: Any, expected: list[str]) -> None:
    assert healthcheck("healthcheck", test) == {"test": expected}
    assert healthcheck("healthcheck", {"test": test}) == {"test": expected}


@pytest.mark.parametrize("interval", ["1m30s", 90, 90.0, timedelta(seconds=90), "90s", "1.5m"])
def test_times(interval: Any) -> None:
    made = healthcheck("healthcheck", {"interval": interval, "timeout": 0, "start_period": None})
    assert made == {"interval": 90 * 10**9, "timeout": 0}


def test_nanoseconds_are_told_from_seconds() -> None:
    with pytest.raises(InvalidArgument, match="numbers are seconds, not nanoseconds"):
        healthcheck("healthcheck", {"interval": 30 * 10**9})
    assert healthcheck("healthcheck", {"Interval": 30 * 10**9}) == {"Interval": 30 * 10**9}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"intervall": "30s"}, "healthcheck: 'intervall'"),
        ({"interval": "30"}, "healthcheck: interval='30': it takes a duration such as '1m30s'"),
        ({"interval": "10us"}, "a millisecond at the least"),
        ({"retries": -1}, "healthcheck: retries=-1"),
        ({"test": 5}, "healthcheck: test=5"),
    ],
)
def test_refusals(value: Any, message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        healthcheck("healthcheck", value)
    assert message in str(caught.value)


# Durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("0s", 0),
        ("1h2m3s", 3723 * 10**9),
        ("1.5s", 15 * 10**8),
        (".5s", 5 * 10**8),
        ("1.s", 10**9),
        ("100ms", 10**8),
        ("1us", 1000),
        ("1µs", 1000),  # the micro sign
        ("1μs", 1000),  # the Greek letter
        ("7ns", 7),
        ("1s1h", 3601 * 10**9),  # as Go takes it
        ("9223372036854775807ns", 2**63 - 1),
    ],
)
def test_durations(text: str, expected: int) -> None:
    assert duration_ns("interval", text) == expected


@given(st.integers(0, 10**9))
def test_seconds_in_every_form(seconds: int) -> None:
    forms = (seconds, float(seconds), timedelta(seconds=seconds), f"{seconds}s", f"{seconds * 1000}ms")
    assert {duration_ns("interval", form) for form in forms} == {seconds * 10**9}


@given(st.timedeltas(timedelta(0), timedelta(days=100_000)))
def test_a_timedelta_is_exact(value: timedelta) -> None:
    assert duration_ns("interval", value) == value // timedelta(microseconds=1) * 1000


@given(st.text(max_size=8) | st.from_regex(r"(\d{0,20}\.?\d{0,3}(ns|us|ms|s|m|h|d)?){0,3}", fullmatch=True))
def test_any_text_is_a_duration_or_the_one_error(text: str) -> None:
    try:
        nanoseconds = duration_ns("interval", text)
    except InvalidArgument:
        return
    assert 0 <= nanoseconds < 2**63


@pytest.mark.parametrize(
    "value",
    [
        *("", "-1s", "1", "1d", "s", "1 s", "+1s", "1e3s", ".s", "\u0661s", "9223372036854775808ns"),
        *(-1, -0.5, True, None, b"1s", [1], float("nan"), float("inf"), 1e300, timedelta(-1), timedelta.max),
    ],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_no_duration_is_refused(value: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"interval=.*'1m30s'"):
        duration_ns("interval", value)
