"""Keywords that there are, and those that there are not."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["check_keywords"]


def check_keywords(
    function: str,
    given: Mapping[str, Any],
    known: Iterable[str],
    elsewhere: Mapping[str, str] | None = None,
) -> None:
    """Refuse keywords that a function does not have.

    Args:
        function: the function's name.
        given: the keywords.
        known: those that it has.
        elsewhere: what others are called here.

    Raises:
        TypeError: there is one; the message suggests what may have been meant.
    """
    known = list(known)
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = (elsewhere or {}).get(name) or (near[0] if near else None)
            hint = f"; did you mean {meant!r}?" if meant else ""
            raise TypeError(f"{function}() got an unexpected keyword argument {name!r}{hint}")
