"""Tags and repositories: pages, limits, and the header that leads from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_content import push_image

from dockpy.errors import InvalidArgument, InvalidResponse, NotFound, UntrustedLocation
from dockpy.registry.listing import next_link, next_page

if TYPE_CHECKING:
    from dockpy.fake.registry import ServedRegistry
    from dockpy.registry.registry import Registry

BASE = "http://127.0.0.1:5050/v2/app/tags/list"


def test_tags(registry: Registry) -> None:
    for tag in ("b", "a", "c"):
        push_image(registry, "team/app", tag)
    tags = registry.repository("team/app").tags()
    assert sorted(tags) == ["a", "b", "c"]  # the older kind has them in an order of its own
    assert registry.repository("team/app").tags(limit=2) == tags[:2]


def test_pages_are_joined(
    registry: Registry, served: ServedRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dockpy.registry.listing._NAMES_PER_PAGE", 2)
    pushed = push_image(registry, "app", "t0")
    repository = served.registry.repository("app")
    assert repository is not None
    for number in range(7):
        repository.tags[f"t{number}"] = pushed.digest
    assert registry.repository("app").tags() == [f"t{number}" for number in range(7)]
    for number in range(5):
        push_image(registry, f"more/{number}", "1")
    assert registry.repositories() == ["app", *(f"more/{number}" for number in range(5))]
    before = len(served.registry.requests)
    assert registry.repositories(limit=3) == ["app", "more/0", "more/1"]
    assert [request.query for request in served.registry.requests[before:]] == ["n=2", "last=more%2F0&n=2"]


def test_a_repository_without_tags_has_none(registry: Registry) -> None:
    push_image(registry, "app", "1")
    registry.delete("app:1")
    assert registry.repository("app").tags() == []


def test_a_repository_that_is_not_there(registry: Registry) -> None:
    with pytest.raises(NotFound) as raised:
        registry.repository("nothing").tags()
    assert raised.value.subject == f"repository {registry.host}/nothing"
    assert raised.value.daemon == registry.url


def test_an_empty_registry_has_no_repositories(registry: Registry) -> None:
    assert registry.repositories() == []


@pytest.mark.parametrize("limit", [0, -1, True, "3", 1.5])
def test_a_limit_that_is_none(registry: Registry, served: ServedRegistry, limit: Any) -> None:
    for ask in (registry.repositories, registry.repository("app").tags):
        with pytest.raises(InvalidArgument, match="limit="):
            ask(limit=limit)
    assert served.registry.requests == []


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", None),
        ('</v2/_catalog?last=b&n=2>; rel="next"', "/v2/_catalog?last=b&n=2"),
        ("</next>; rel=next", "/next"),
        ("</next>;rel=NEXT", "/next"),
        ('</next> ; title="a, b; c" ; rel = "prev next"', "/next"),
        ('</a>; rel="prev", </b>; rel="next"', "/b"),
        ('</a>; rel="last",</b>;rel=next,</c>;rel=next', "/b"),
        ('</a,b;c>; rel="next"', "/a,b;c"),
        (r'</a>; title="\">; rel=next"; rel="next"', "/a"),
        ('</a>; rel="prev"; rel="next"', None),
        ('</a>; relation="next"', None),
        ("</a>", None),
        ("/a; rel=next", None),
        ("</a; rel=next", None),
        ('</a>; rel="next', None),
        ("nonsense", None),
        (", , </a>; rel=next", "/a"),
    ],
)
def test_link_headers(header: str, target: str | None) -> None:
    assert next_link(header) == target


@given(st.text(alphabet='<>;=", \\relnxt/ab', max_size=200) | st.text())
def test_no_link_header_is_too_strange(header: str) -> None:
    found = next_link(header)
    assert found is None or found in header


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["prev", "first", "last"]), st.from_regex(r"/[a-z?=&]{0,20}", fullmatch=True)
        )
    ),
    st.from_regex(r"/[a-z0-9?=&,;]{1,20}", fullmatch=True),
    st.booleans(),
)
def test_the_next_one_is_found_among_others(others: list[tuple[str, str]], target: str, quoted: bool) -> None:
    links = [f'<{place}>; rel="{relation}"' for relation, place in others]
    links.append(f"<{target}>; rel={chr(34) * quoted}next{chr(34) * quoted}")
    assert next_link(", ".join(links)) == target


def test_a_strange_header_takes_no_time() -> None:
    for header in ("<a>" + "; a" * 20_000, '<a>; a="' + "\\" * 60_000, "," * 60_000 + "<", "<" * 60_000):
        assert next_link(header) is None


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/v2/x?n=1", "http://127.0.0.1:5050/v2/x?n=1"),
        ("?last=a", f"{BASE}?last=a"),
        ("list?last=a#part", f"{BASE}?last=a"),
        ("http://127.0.0.1:5050/v2/x", "http://127.0.0.1:5050/v2/x"),
        ("//127.0.0.1:5050/v2/x", "http://127.0.0.1:5050/v2/x"),
    ],
)
def test_where_the_next_page_is(target: str, url: str) -> None:
    assert next_page(f"<{target}>; rel=next", BASE) == url


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:5050/v2/x",
        "http://127.0.0.1:5051/v2/x",
        "http://127.0.0.1/v2/x",
        "https://127.0.0.1:5050/v2/x",
        "//evil.example/v2/x",
        "http://user:password@127.0.0.1:5050/v2/x",
        "http://127.0.0.1:5050@evil.example/v2/x",
        "file:///etc/passwd",
    ],
)
def test_a_next_page_elsewhere(target: str) -> None:
    with pytest.raises(UntrustedLocation) as raised:
        next_page(f"<{target}>; rel=next", BASE)
    assert "password@" not in str(raised.value)


@pytest.mark.parametrize("target", ["http://127.0.0.1:99999/x", "http://[::1/x", "http://127.0.0.1:x/"])
def test_a_next_page_that_is_no_url(target: str) -> None:
    with pytest.raises(InvalidResponse):
        next_page(f"<{target}>; rel=next", BASE)
