"""Bodies as those parts of an engine read them that take none at all, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.call import Call

__all__ = ["read_body"]


def read_body(call: Call) -> dict[str, Any]:
    """A request's JSON object; empty where a newer engine gets none.

    Raises:
        Failure: 400, it is none.
    """
    try:
        return call.json()
    except Failure as failure:
        if at_least(call.engine.api, "1.42"):
            if failure.message.endswith("got EOF while reading request body"):
                return {}
            raise
        text = "got EOF while reading request body" if failure.message == "EOF" else failure.message
        raise Failure(400, text) from None
