"""How much a registry lets one ask for, and when to come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.registry.limits import RateLimit, rate_limit_of, retry_after_of

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("limit", "remaining", "found"),
    [
        ("100;w=21600", "76;w=21600", RateLimit(100, 76, 21600)),
        (" 100 ; w = 60 ", "0", RateLimit(100, 0, 60)),
        ("100", None, RateLimit(100, None, None)),
        (None, "5;w=1", RateLimit(None, 5, 1)),
        (None, None, None),
        ("many", "-1", None),
        ("9" * 50, None, RateLimit(999_999_999_999, None, None)),
    ],
)
def test_rate_limits(limit: str | None, remaining: str | None, found: RateLimit | None) -> None:
    headers = {"RateLimit-Limit": limit, "RateLimit-Remaining": remaining}
    assert rate_limit_of({name: value for name, value in headers.items() if value is not None}) == found


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        (" 30 ", 30),
        ("Tue, 14 Nov 2023 22:13:30 GMT", 10),
        ("Tue, 14 Nov 2023 22:13:00 GMT", 0),
        ("1700000060", 60),
        ("1699999999", 0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("\u0663", None),
        ("Tue, 99 Nov 2023 22:13:30 GMT", None),
        ("9" * 400, None),
    ],
)
def test_when_to_come_back(text: str, seconds: float | None) -> None:
    assert retry_after_of({"Retry-After": text}, NOW) == seconds


@given(st.text(max_size=40))
def test_any_text_is_read(text: str) -> None:
    seconds = retry_after_of({"Retry-After": text}, NOW)
    assert seconds is None or seconds >= 0
    rate_limit_of({"RateLimit-Limit": text, "RateLimit-Remaining": text})
