"""Lists, page by page: tags, repositories, what is about a manifest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from dockpy.errors import InvalidArgument, InvalidResponse, ResponseTooLarge, UntrustedLocation
from dockpy.registry.manifest import read_document
from dockpy.registry.places import origin_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockpy.registry.scope import Scope
    from dockpy.registry.session import Answer, RegistrySession

__all__ = ["MOST_NAMES", "Barren", "check_limit", "list_names", "next_page", "pages"]

MOST_NAMES = 100_000
"""Names that are listed where nobody said how many."""

_LARGEST_PAGE = 8 * 1024 * 1024
_NAMES_PER_PAGE = 1000
_LONGEST_NAME = 255
_BARREN_PAGES = 20
_FEW_PAGES = 1000
_NAMES_AT_LEAST = 50  # on a page, of longer lists
# <target>; name=token; name="quoted", <target>…
_TARGET = re.compile(r"[\s,]*+<([^<>]*)>")
_PARAMETER = re.compile(
    r"""\s*+;\s*+([^\s=;,"<>]++)(?:\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^\s;,"<>]*+)))?""", re.DOTALL
)


def check_limit(limit: int | None) -> None:
    """See that it is a number of names.

    Raises:
        InvalidArgument: it is none.
    """
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise InvalidArgument(f"limit={limit!r}: it takes a number from 1 on, or None for all there are")


def list_names(
    session: RegistrySession, path: str, key: str, *, scope: Scope, subject: str, limit: int | None
) -> list[str]:
    """The names of a list, all pages of it.

    Args:
        session: the registry.
        path: where the list begins.
        key: under which a page has its names.
        scope: what it takes.
        subject: for errors.
        limit: at most so many; None for all.

    Raises:
        InvalidArgument: `limit` is no number from 1 on.
        ResponseTooLarge: there are more than 100,000, and no `limit` was given; a page has more than 8 MiB,
            or the pages are many for what is on them.
        InvalidResponse: a page is none, or the pages have no end.
        UntrustedLocation: the next page is somewhere else.
    """
    check_limit(limit)
    most = MOST_NAMES if limit is None else limit
    found: dict[str, None] = {}
    barren = Barren(session, subject)
    params = {"n": str(min(most, _NAMES_PER_PAGE))}
    most_pages = max(_FEW_PAGES, most // _NAMES_AT_LEAST)
    for number, (_, page) in enumerate(pages(session, path, params, scope=scope, subject=subject), 1):
        before = len(found)
        found.update(dict.fromkeys(_names(page, key, f"GET {path}", session, subject)))
        if limit is not None and len(found) >= limit:
            return list(found)[:limit]
        if len(found) > most:
            raise _no_end(session, subject, f"The list has more than {most} names", ResponseTooLarge)
        if number > most_pages:
            raise _no_end(session, subject, f"The list has more than {most_pages} pages", ResponseTooLarge)
        barren.saw(len(found) - before)
    return list(found)


class Barren:
    """Ends a list whose pages bring nothing new any more.

    Args:
        session: the registry.
        subject: for the error.
    """

    def __init__(self, session: RegistrySession, subject: str) -> None:
        self._session = session
        self._subject = subject
        self._pages = 0

    def saw(self, new: int) -> None:
        """Count a page.

        Args:
            new: what it brought.

        Raises:
            InvalidResponse: it was one too many that brought nothing.
        """
        self._pages = 0 if new else self._pages + 1
        if self._pages > _BARREN_PAGES:
            raise _no_end(self._session, self._subject, "The list has no end: its pages bring nothing new")


def pages(
    session: RegistrySession,
    path: str,
    params: Mapping[str, str],
    *,
    scope: Scope,
    subject: str,
    headers: Mapping[str, str] | None = None,
) -> Iterator[tuple[Answer, dict[str, Any]]]:
    """The pages of a list, as they come; the caller sees to it that it ends.

    Raises:
        InvalidResponse: a page is none, or is followed by itself.
        UntrustedLocation: the next page is somewhere else.
        ResponseTooLarge: a page has more than 8 MiB.
    """
    target, query = path, dict(params)
    while True:
        answer = session.call(
            "GET", target, scope=scope, subject=subject, params=query, headers=headers, limit=_LARGEST_PAGE
        )
        try:
            yield answer, read_document(answer.content, subject=subject, what="The list")
            following = next_page(answer.headers.get("Link"), urljoin(session.url, target))
        except InvalidResponse as error:
            raise error.at(operation=f"GET {path}", subject=subject, daemon=session.url) from None
        if following is None:
            return
        if following == target:
            raise _no_end(session, subject, "The list has no end: a page is followed by itself")
        target, query = following, {}


def next_page(link: str | None, base: str) -> str | None:
    """Where the next page is, as a ``Link`` header says.

    Args:
        link: the header; several of them joined by commas.
        base: the URL of this page.

    Returns:
        The URL; None where this is the last page.

    Raises:
        UntrustedLocation: it is on another host, or would be asked for in another way.
        InvalidResponse: it is no URL.
    """
    target = next_link(link or "")
    if target is None:
        return None
    try:
        following = urljoin(base, target).partition("#")[0]
    except ValueError:
        raise InvalidResponse(f"The list goes on at {target[:200]!r}, which is no URL") from None
    if origin_of(following) != origin_of(base):
        place = shown(following)
        raise UntrustedLocation(f"The list goes on somewhere else, at {place}", location=place)
    return following


def next_link(header: str) -> str | None:
    """The target of the link with ``rel="next"``; None where there is none, or what comes is no header."""
    position = 0
    while target := _TARGET.match(header, position):
        position = target.end()
        relations: str | None = None
        while parameter := _PARAMETER.match(header, position):
            position = parameter.end()
            name, quoted, token = parameter.groups()
            if name.lower() == "rel" and relations is None:  # a second one does not count
                relations = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else token or ""
        if relations is not None and "next" in relations.lower().split():
            return str(target[1]).strip()
    return None


def _names(
    page: dict[str, Any], key: str, operation: str, session: RegistrySession, subject: str
) -> list[str]:
    names = page.get(key)
    if names is None:  # of a repository whose last tag is gone
        return []
    if not isinstance(names, list):
        problem = f"{key!r} is no list"
    elif any(not isinstance(name, str) for name in names):
        problem = f"{key!r} has what is no text"
    elif any(not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() for name in names):
        problem = f"{key!r} has what is no name"
    else:
        return names
    message = f"The list is not as it should be: {problem}"
    raise InvalidResponse(message, operation=operation, subject=subject, daemon=session.url)


def _no_end(
    session: RegistrySession, subject: str, message: str, kind: type[InvalidResponse] = InvalidResponse
) -> InvalidResponse:
    return kind(
        message, subject=subject, daemon=session.url, hint="Give limit=… for the first so many of them."
    )
