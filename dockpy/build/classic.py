"""The messages of the classic builder: the steps, the log, the image, the failure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from dockpy.build.dockerfile import parse_dockerfile
from dockpy.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.build.dockerfile import Need

__all__ = ["BuildMessage", "BuildStep", "ClassicProgress"]


class BuildMessage(Protocol):
    """A message of the builder: its JSON object, or the model of it."""

    def keys(self) -> Iterable[str]:
        """The names of what it says."""
        ...

    def __getitem__(self, name: str, /) -> Any: ...

    def get(self, name: str, default: Any = None, /) -> Any:
        """What it says by a name, or the default."""
        ...


M = TypeVar("M", bound=BuildMessage)

_STEP = re.compile(r"Step (\d+)/(\d+) : (.*)")
_BUILT = re.compile(r"Successfully built ([0-9a-f]{12,})")
_IMAGE_ID = re.compile(r"sha256:[0-9a-f]{64}")
_COLOUR = re.compile(r"\x1b\[(?:91|0)m")  # the builder paints what a command wrote to standard error
_TAIL = 20  # lines of the failing step's output in an error
_LONGEST_TAIL = 20_000  # characters of them: a progress bar may be one line


@dataclass(slots=True)
class BuildStep:
    """One step of a build.

    Attributes:
        name: what it does, as the builder names it: ``Step 2/3 : RUN make``.
        cached: its result was there already.
        duration: seconds from when the engine began it to when it said that it was done; None while it runs.
        error: what went wrong; None where nothing did.
    """

    name: str
    cached: bool = False
    duration: float | None = None
    error: str | None = None
    _began: float = field(default=0.0, repr=False)
    _lines: list[str] = field(default_factory=list[str], repr=False)

    @property
    def output(self) -> str:
        """What its command wrote, both of its streams together."""
        return "".join(self._lines)

    @property
    def instruction(self) -> str:
        """Its instruction alone: ``RUN make``."""
        return self.name.partition(" : ")[2]


class ClassicProgress(Generic[M]):
    """Takes the messages of a classic build as they come.

    Attributes:
        steps: the steps that have begun.
        log: the messages but for the progress of pulls, as the engine sent them.
        image_id: the id of the image that was built; None as long as none was.
    """

    def __init__(self) -> None:
        self.steps: list[BuildStep] = []
        self.log: list[M] = []
        self.image_id: str | None = None
        self._line = ""

    def feed(self, message: M, now: float) -> None:
        """One more message.

        Args:
            message: the message.
            now: when it came, in seconds.

        Raises:
            BuildError: it tells of a failure, or a step has begun that the classic builder would get wrong.
        """
        if not message.get("progressDetail"):
            self.log.append(message)
        if failed := message.get("errorDetail") or message.get("error"):
            detail = failed if isinstance(failed, dict) else {"message": failed}
            raise self._failure(
                str(detail.get("message") or message.get("error")), now, code=detail.get("code")
            )
        aux = message.get("aux")
        if isinstance(aux, dict) and isinstance(aux.get("ID"), str):
            self.image_id = aux["ID"]
        for line in self._lines(str(message.get("stream") or "")):
            self._take(line, now)

    def finish(self, now: float) -> None:
        """The messages are over."""
        for line in [self._line] if self._line else []:
            self._take(line, now)
        self._end_step(now)

    def _lines(self, text: str) -> Iterator[str]:
        if self._line and text.startswith(_OF_THE_BUILDER):  # after output without a line's end
            text = f"\n{text}"
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            yield line + "\n"

    def _take(self, line: str, now: float) -> None:
        text = line.rstrip("\r\n")
        if (match := _STEP.fullmatch(text)) and int(match[1]) == len(self.steps) + 1:
            self._end_step(now)
            self.steps.append(BuildStep(text, _began=now))
            self._check(match[3], now)
        elif match := _BUILT.fullmatch(text):
            self.image_id = self.image_id or match[1]
        elif not self.steps and _IMAGE_ID.fullmatch(text):  # all that a quiet build says
            self.image_id = text
        elif self.steps:
            step = self.steps[-1]
            if text == " ---> Using cache":
                step.cached = True
            elif not text.startswith(_OF_THE_BUILDER):
                step._lines.append(_COLOUR.sub("", line))

    def _end_step(self, now: float) -> None:
        if self.steps and self.steps[-1].duration is None:
            self.steps[-1].duration = now - self.steps[-1]._began

    def _check(self, instruction: str, now: float) -> None:
        """A context that is not made here is known by its steps alone."""
        for need in _needs(instruction):
            raise self._failure(f"{need.reason} needs BuildKit: the classic builder would ignore it", now)

    def _failure(self, message: str, now: float, *, code: int | None = None) -> BuildError:
        self._end_step(now)
        step = self.steps[-1] if self.steps else None
        log: list[dict[str, Any]] = [dict(item) for item in self.log]
        if step is None:
            return BuildError(message, code=code, build_log=log)
        step.error = message
        written = step.output + _COLOUR.sub("", self._line)
        output = "\n".join(written.rstrip().splitlines()[-_TAIL:])[-_LONGEST_TAIL:]
        return BuildError(message, step=step.name, output=output, code=code, build_log=log)


_OF_THE_BUILDER = (" ---> ", "Removing intermediate container ", "Successfully tagged ")


def _needs(instruction: str) -> list[Need]:
    if instruction[:4].upper() in ("ARG ", "FROM"):  # which is judged by arguments that only the engine knows
        return []
    return list(parse_dockerfile(instruction).needs())
