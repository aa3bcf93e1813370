"""Lists that have no end, lead elsewhere, or are none."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.errors import InvalidResponse, NotFound, ResponseTooLarge, UntrustedLocation
from dockpy.registry import listing

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = tuple[int, dict[str, str], bytes]
    Begin = Callable[[Callable[[str], Answer]], tuple[Any, Any]]


def page(names: Any, link: str | None = None, key: str = "tags") -> Answer:
    headers = {"Content-Type": "application/json"}
    if link is not None:
        headers["Link"] = f'<{link}>; rel="next"'
    return 200, headers, json.dumps({key: names}).encode()


def test_the_same_page_again(scripted: Begin) -> None:
    server, registry = scripted(lambda _: page(["a"], "/v2/app/tags/list?last=a"))
    with pytest.raises(InvalidResponse, match="no end") as raised:
        registry.repository("app").tags()
    assert "limit=" in str(raised.value)
    assert len(server.asked) == 2


def test_pages_in_a_circle(scripted: Begin) -> None:
    numbers = itertools.cycle("ab")
    server, registry = scripted(lambda _: page(["a"], f"/v2/app/tags/list?last={next(numbers)}"))
    with pytest.raises(InvalidResponse, match="no end"):
        registry.repository("app").tags()
    assert len(server.asked) < 30


def test_new_pages_with_nothing_new(scripted: Begin) -> None:
    numbers = itertools.count()
    server, registry = scripted(lambda _: page(["a"], f"/v2/app/tags/list?last={next(numbers)}"))
    with pytest.raises(InvalidResponse, match="nothing new"):
        registry.repository("app").tags()
    assert len(server.asked) < 30


def test_empty_pages_without_an_end(scripted: Begin) -> None:
    numbers = itertools.count()
    server, registry = scripted(lambda _: page(None, f"/v2/_catalog?last={next(numbers)}", "repositories"))
    with pytest.raises(InvalidResponse, match="nothing new"):
        registry.repositories()
    assert len(server.asked) < 30


def test_new_names_without_an_end(scripted: Begin) -> None:
    numbers = itertools.count()

    def answer(_: str) -> Answer:
        first = next(numbers) * 10_000
        return page([f"t{number}" for number in range(first, first + 10_000)], f"?last={first}")

    server, registry = scripted(answer)
    with pytest.raises(ResponseTooLarge, match="100000 names") as raised:
        registry.repository("app").tags()
    assert "limit=" in str(raised.value)
    assert len(server.asked) == 11
    server.asked.clear()
    assert len(registry.repository("app").tags(limit=110_000)) == 110_000
    assert len(registry.repository("app").tags(limit=5)) == 5


def test_as_many_as_may_be(scripted: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_NAMES", 3)
    _, registry = scripted(lambda _: page(["a", "b", "c"]))
    assert registry.repository("app").tags() == ["a", "b", "c"]


@pytest.mark.parametrize("place", ["http://127.0.0.2:1/v2/x", "https://evil.example/", "//evil.example/"])
def test_pages_elsewhere(scripted: Begin, place: str) -> None:
    server, registry = scripted(lambda _: page(["a"], place))
    with pytest.raises(UntrustedLocation) as raised:
        registry.repositories()
    assert raised.value.subject == f"registry {registry.host}"
    assert len(server.asked) == 1


def test_a_page_that_is_too_large(scripted: Begin) -> None:
    _, registry = scripted(lambda _: (200, {}, b" " * (9 * 1024 * 1024)))
    with pytest.raises(ResponseTooLarge):
        registry.repository("app").tags()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no JSON"),
        (b"<html>", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
        (b'{"tags":' + b"[" * 100_000, "nested too deeply"),
        (b'{"tags": {"a": 1}}', "'tags' is no list"),
        (b'{"tags": "abc"}', "'tags' is no list"),
        (b'{"tags": [1]}', "'tags' has what is no text"),
        (b'{"tags": ["a", null]}', "'tags' has what is no text"),
        (b'{"tags": [""]}', "'tags' has what is no name"),
        (b'{"tags": ["\\u001b[2J"]}', "'tags' has what is no name"),
        (b'{"tags": ["' + b"a" * 300 + b'"]}', "'tags' has what is no name"),
        (b'{"tags": [' + b"9" * 5000 + b"]}", "no JSON"),
    ],
)
def test_pages_that_are_none(scripted: Begin, content: bytes, problem: str) -> None:
    _, registry = scripted(lambda _: (200, {"Content-Type": "application/json"}, content))
    with pytest.raises(InvalidResponse, match=problem) as raised:
        registry.repository("app").tags()
    error = raised.value
    assert (error.subject, error.daemon) == (f"repository {registry.host}/app", registry.url)
    assert error.operation == "GET /v2/app/tags/list"


@pytest.mark.parametrize("content", [b"{}", b'{"tags": null}', b'{"name": "app", "tags": []}'])
def test_pages_that_are_empty(scripted: Begin, content: bytes) -> None:
    _, registry = scripted(lambda _: (200, {}, content))
    assert registry.repository("app").tags() == []


def test_referrers_without_an_end(scripted: Begin) -> None:
    numbers = itertools.count()
    digest = "sha256:" + "0" * 64

    def answer(_: str) -> Answer:
        item = {"mediaType": "x/y", "digest": digest, "size": 1, "annotations": {"a": "b" * 1_000_000}}
        link = f'<?last={next(numbers)}>; rel="next"'
        return 200, {"Link": link}, json.dumps({"manifests": [item] * 4}).encode()

    server, registry = scripted(answer)
    with pytest.raises(ResponseTooLarge):
        registry.repository("app").referrers(digest)
    assert len(server.asked) < 30


def test_empty_pages_of_referrers_without_an_end(scripted: Begin) -> None:
    numbers = itertools.count()
    server, registry = scripted(
        lambda _: (200, {"Link": f'<?last={next(numbers)}>; rel="next"'}, b'{"manifests": []}')
    )
    with pytest.raises(InvalidResponse):
        registry.repository("app").referrers("sha256:" + "0" * 64)
    assert len(server.asked) < 30


def test_a_referrers_list_that_is_missing_is_no_failure_of_another_page(scripted: Begin) -> None:
    """A page that is missing in the middle does not make the fallback's list of the first ones."""
    first = (200, {"Link": '<?last=1>; rel="next"'}, b'{"manifests": []}')
    _, registry = scripted(lambda path: (404, {}, b"") if "last=" in path else first)
    with pytest.raises(NotFound):
        registry.repository("app").referrers("sha256:" + "0" * 64)
