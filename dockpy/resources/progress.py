"""Progress messages of pull, push and load; a failure among them is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.errors import StreamError
    from dockpy.transport.answers import JsonStream
    from dockpy.wire.progress import ProgressMessage

__all__ = ["follow"]

P = TypeVar("P", bound="ProgressMessage")


def follow(
    stream: JsonStream[P],
    failure: Callable[..., StreamError],
    subject: str,
    on_progress: Callable[[P], object] | None,
) -> list[P]:
    """Read progress messages to their end.

    Args:
        stream: the messages.
        failure: the error's class.
        subject: what it is about, for the error.
        on_progress: called with each message as it comes.

    Returns:
        The messages that carry a result or a status without progress.

    Raises:
        StreamError: the engine reported a failure (of the class given).
    """
    kept: list[P] = []
    with stream:
        for message in stream:
            raw: Any = message
            if failed := raw.get("errorDetail") or raw.get("error"):
                detail = failed if isinstance(failed, dict) else {"message": failed}
                text = str(detail.get("message") or raw.get("error"))
                raise stream.at(failure(text, code=detail.get("code"), subject=subject))
            if on_progress is not None:
                on_progress(message)
            if not raw.get("progressDetail"):
                kept.append(message)
    return kept
