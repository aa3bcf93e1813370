"""Searching the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.hub.catalog import REPOSITORIES
from dockpy.fake.state.image_filters import bad_filter, boolean, check_names
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["search"]

_FILTERS = frozenset({"is-automated", "is-official", "stars"})
_OFFICIAL = "library/"
_USUAL, _MOST = 25, 100


def search(term: str, limit: str, filters: Mapping[str, Sequence[str]], api: str) -> list[dict[str, Any]]:
    """The repositories that a term is found in, those with the most stars first.

    Args:
        term: in their name or description.
        limit: at most so many, as it stands in the query.
        filters: ``is-official``, ``is-automated``, ``stars`` (at least).
        api: the engine's newest version.

    Raises:
        Failure: the limit or a filter cannot be.
    """
    new = at_least(api, "1.42")
    try:
        most = int(limit or 0) or _USUAL
    except ValueError:
        problem = f'strconv.Atoi: parsing "{limit}": invalid syntax'
        raise Failure(400, f"invalid limit specified: {problem}") if new else Failure(500, problem) from None
    check_names(filters, _FILTERS, api)
    official = boolean(filters, "is-official", False, api) if "is-official" in filters else None
    automated = boolean(filters, "is-automated", False, api) if "is-automated" in filters else None
    stars = 0
    for text in filters.get("stars", ()):
        if not text.isdigit():
            problem = f': strconv.Atoi: parsing "{text}": invalid syntax' if new else ""
            failure = bad_filter(f"stars={text}", api)
            raise Failure(failure.status, failure.message + problem)
        stars = max(stars, int(text))
    if not 1 <= most <= _MOST:
        raise Failure(400, f"{'limit' if new else 'Limit'} {most} is outside the range of [1, {_MOST}]")
    if "." in term.partition("/")[0] or ":" in term.partition("/")[0]:
        raise Failure(500, "Unexpected status code 404")
    found = [
        {
            "star_count": known.stars,
            "is_official": name.startswith(_OFFICIAL),
            "name": name.removeprefix(_OFFICIAL),
            "is_automated": False,
            "description": known.description,
        }
        for name, known in REPOSITORIES.items()
        if term.lower() in name.removeprefix(_OFFICIAL) or term.lower() in known.description.lower()
    ]
    found.sort(key=lambda item: -int(str(item["star_count"])))
    return [
        item
        for item in found[:most]
        if (official is None or item["is_official"] == official)
        and not automated
        and known_stars(item) >= stars
    ]


def known_stars(item: Mapping[str, Any]) -> int:
    """How many stars a result has."""
    return int(item["star_count"])
