"""What goes wrong in a registry on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dockpy.fake.active import Active
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.registry.hostile import Dripping, Flipped
from dockpy.fake.registry.messages import RegistryAnswer, RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dockpy.fake.registry.messages import RegistryRequest

__all__ = ["RateLimit", "RegistryFault", "RegistryFaults"]

_LIMITED = (
    "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: "
    "https://www.docker.com/increase-rate-limit"
)


class RegistryFault:
    """One thing that goes wrong. As a context manager, for as long as its block takes.

    Made by `FakeRegistry.fail`, which says what the arguments mean.

    Attributes:
        hits: how often it happened.
    """

    def __init__(
        self,
        faults: RegistryFaults,
        method: str | None,
        path: str,
        *,
        status: int | None,
        code: str,
        message: str | None,
        headers: dict[str, str | None],
        times: int | None,
        after: int,
        cut: int | None,
        corrupt: bool,
        redirect: str | None,
        reset: bool,
        answer: Callable[[RegistryRequest], RegistryAnswer] | None,
        drip: float,
        lose: int | None,
    ) -> None:
        self._faults = faults
        self._method = method
        self._path = path
        self._status = status
        self._code = code
        self._message = message
        self._headers = headers
        self._times = times
        self._after = after
        self._cut = cut
        self._corrupt = corrupt
        self._redirect = redirect
        self._reset = reset
        self._answer = answer
        self._drip = drip
        self._lose = lose
        self._seen = 0
        self.hits: int = 0

    def matches(self, request: RegistryRequest) -> bool:
        """Whether it happens to a request; it counts those that it could have happened to."""
        if self._method not in (None, request.method) or not fnmatchcase(request.path, self._path):
            return False
        self._seen += 1
        if self._seen <= self._after or (self._times is not None and self.hits >= self._times):
            return False
        self.hits += 1
        return True

    def before(self, request: RegistryRequest) -> RegistryAnswer | None:
        """What happens instead of the usual answer, if anything does.

        Raises:
            ConnectionResetError: the connection ends.
            RegistryError: it is refused.
        """
        if self._reset:
            raise ConnectionResetError("the connection is reset on purpose")
        if self._lose is not None:
            request.body = _lost_after(request.pieces, self._lose)
        if self._redirect is not None:
            query = f"?{request.query}" if request.query else ""
            return RegistryAnswer(
                307, {"Location": f"{self._redirect}{request.path}{query}", "Content-Length": "0"}
            )
        if self._status is not None:
            raise RegistryError(
                self._code,
                message=self._message,
                status=self._status,
                headers={name: value for name, value in self._headers.items() if value is not None},
            )
        return self._answer(request) if self._answer is not None else None

    def after(self, answer: RegistryAnswer) -> RegistryAnswer:
        """What becomes of an answer."""
        if self._corrupt:
            answer = RegistryAnswer(answer.status, answer.headers, Flipped(answer))
        if self._drip:
            answer = RegistryAnswer(answer.status, answer.headers, Dripping(answer, self._drip))
        for name in [name for name in answer.headers if name.lower() in map(str.lower, self._headers)]:
            del answer.headers[name]
        answer.headers.update({name: value for name, value in self._headers.items() if value is not None})
        if self._cut is not None:
            answer.cut = self._cut
        return answer

    def remove(self) -> None:
        """It happens no more."""
        self._faults.remove(self)

    def __enter__(self) -> RegistryFault:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def _lost_after(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[:size]
        size -= len(piece)
        if size <= 0:
            raise ConnectionResetError("the connection is lost on purpose")


class RegistryFaults(Active[RegistryFault]):
    """All that goes wrong in one registry."""

    def answered(
        self, request: RegistryRequest, usual: Callable[[RegistryRequest], RegistryAnswer]
    ) -> RegistryAnswer:
        """The answer to a request, with what goes wrong.

        Raises:
            ConnectionResetError: the connection ends.
            RegistryError: it is refused.
        """
        happening = [fault for fault in self.now() if fault.matches(request)]
        answer = next((answer for fault in happening if (answer := fault.before(request))), None)
        if answer is None:
            answer = usual(request)
        for fault in happening:
            answer = fault.after(answer)
        return answer


@dataclass(slots=True)
class RateLimit:
    """How many pulls are free, as Docker Hub counts them: manifests that are got, not asked for by HEAD.

    Args:
        pulls: how many in one window.
        seconds: how long a window is.
    """

    pulls: int
    seconds: float = 21600.0
    _used: int = 0
    _until: int = 0

    def count(self, now: int, counts: bool) -> dict[str, str]:
        """Count a request; the headers of its answer.

        Raises:
            RegistryError: there are no more.
        """
        if now >= self._until:
            self._used, self._until = 0, now + round(self.seconds * SECOND)
        window = f";w={self.seconds:.0f}"
        if counts and self._used >= self.pulls:
            wait = -(-(self._until - now) // SECOND)
            raise RegistryError("TOOMANYREQUESTS", message=_LIMITED, headers={"Retry-After": str(wait)})
        self._used += counts
        left = self.pulls - self._used
        return {"Ratelimit-Limit": f"{self.pulls}{window}", "Ratelimit-Remaining": f"{left}{window}"}
