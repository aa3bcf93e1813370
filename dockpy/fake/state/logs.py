"""What containers have written, as log drivers keep it: in lines, with their times, and rotated."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockpy.fake.engine import Engine

__all__ = ["ContainerLog", "Line", "check_log_config", "parse_size"]

STDOUT, STDERR = 1, 2
_LONGEST = 16 * 1024
"""Of a line, so many bytes are one entry."""
_FREE_DRIVERS = {
    "awslogs", "etwlogs", "fluentd", "gcplogs", "gelf", "journald", "splunk", "syslog",
}  # fmt: skip
_OPTIONS = {
    "json-file": {"max-file", "max-size", "compress", "labels", "labels-regex", "env", "env-regex", "tag"},
    "local": {"max-file", "max-size", "compress"},
}
_COMMON = {"mode", "max-buffer-size", "cache-disabled", "cache-max-file", "cache-max-size", "cache-compress"}
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


class Line(NamedTuple):
    """One entry of a log.

    Attributes:
        number: 1 for the first that was ever written.
        time: nanoseconds since 1970.
        stream: 1 for stdout, 2 for stderr.
        data: a line with its end, or a part of a long one.
    """

    number: int
    time: int
    stream: int
    data: bytes

    @property
    def stored(self) -> int:
        """About how many bytes a file of the driver needs for it."""
        return len(self.data) + 70


class ContainerLog:
    """The log of one container.

    Args:
        engine: the daemon.
        config: ``LogConfig``.
    """

    def __init__(self, engine: Engine, config: Mapping[str, object]) -> None:
        self._engine = engine
        self._config = config
        self._files: deque[list[Line]] = deque([[]])
        self._sizes: deque[int] = deque([0])
        self._partial: dict[int, bytearray] = {STDOUT: bytearray(), STDERR: bytearray()}
        self.last: int = 0
        self._max_size, self._max_files = 0, 1

    @property
    def driver(self) -> str:
        """``json-file``, ``local``, ``none`` …"""
        return str(self._config.get("Type") or "json-file")

    def open(self) -> None:
        """The container starts.

        Raises:
            Failure: 500, an option cannot be.
        """
        options = self._config.get("Config")
        options = options if isinstance(options, dict) else {}
        files = str(options.get("max-file", "5" if self.driver == "local" else "1"))
        size = str(options.get("max-size", "20m" if self.driver == "local" else "-1"))
        if not re.fullmatch(r"-?\d+", files):
            raise self._failure(f'strconv.Atoi: parsing "{files}": invalid syntax')
        parsed = -1 if size == "-1" else parse_size(size)
        if parsed is None:
            raise self._failure(f"invalid size: '{size}'")
        if int(files) < 1:
            raise self._failure("max-file cannot be less than 1")
        self._max_size, self._max_files = max(parsed, 0), int(files)

    def _failure(self, text: str) -> Failure:
        task = "failed to create task for container: " if at_least(self._engine.api, "1.42") else ""
        return Failure(500, f"{task}failed to initialize logging driver: {text}")

    def write(self, stream: int, data: bytes) -> None:
        """Take what the container wrote."""
        partial = self._partial[stream]
        partial += data
        start, entries = 0, list[bytes]()
        while True:
            end = partial.find(b"\n", start, start + _LONGEST) + 1
            if not end and len(partial) - start >= _LONGEST:
                end = start + _LONGEST
            if not end:
                break
            entries.append(bytes(partial[start:end]))
            start = end
        del partial[:start]
        self._append(stream, entries)

    def close(self) -> None:
        """The container has exited: what is no whole line is kept, too."""
        for stream, partial in self._partial.items():
            if partial:
                self._append(stream, [bytes(partial)])
                partial.clear()

    def _append(self, stream: int, entries: list[bytes]) -> None:
        if self.driver == "none" or not entries:
            return
        now = self._engine.now()
        for data in entries:
            self.last += 1
            if self._max_size and self._sizes[-1] >= self._max_size:
                self._rotate()
            line = Line(self.last, now, stream, data)
            self._files[-1].append(line)
            self._sizes[-1] += line.stored
        self._engine.notify()

    def _rotate(self) -> None:
        self._files.append([])
        self._sizes.append(0)
        while len(self._files) > self._max_files:
            self._files.popleft()
            self._sizes.popleft()

    def check_readable(self) -> None:
        """
        Raises:
            Failure: 501, what this driver writes cannot be read.
        """
        if self.driver == "none":
            raise Failure(501, "configured logging driver does not support reading")

    def lines(self) -> Iterator[Line]:
        """What is kept of it, the oldest first."""
        for file in list(self._files):
            yield from list(file)

    def after(self, number: int) -> list[Line]:
        """What came after the entry of this number."""
        if number >= self.last:
            return []
        newest = self._files[-1]
        if newest and newest[0].number <= number + 1:
            return newest[number + 1 - newest[0].number :]
        return [line for line in self.lines() if line.number > number]

    @property
    def size(self) -> int:
        """About how many bytes its files have."""
        return sum(self._sizes)


def parse_size(text: str) -> int | None:
    """``"10m"`` → 10485760; None where that is no size."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?", text.lower())
    return None if match is None else int(float(match[1]) * _UNITS[match[2]])


def check_log_config(config: Mapping[str, object]) -> None:
    """Check what shall be done with a container's output.

    Raises:
        Failure: 400, there is no such driver, or it has no such option.
    """
    driver = str(config.get("Type") or "json-file")
    options = config.get("Config")
    options = options if isinstance(options, dict) else {}
    if driver == "none":
        return
    if driver not in _OPTIONS and driver not in _FREE_DRIVERS:
        raise Failure(400, f'error looking up logging plugin {driver}: plugin "{driver}" not found')
    mode = options.get("mode", "")
    if mode not in ("", "blocking", "non-blocking"):
        raise Failure(400, f"logger: logging mode not supported: {mode}")
    if "max-buffer-size" in options:
        if mode != "non-blocking":
            raise Failure(400, "logger: max-buffer-size option is only supported with 'mode=non-blocking'")
        if parse_size(str(options["max-buffer-size"])) is None:
            raise Failure(400, "error parsing option max-buffer-size: invalid size: "
                               f"'{options['max-buffer-size']}'")  # fmt: skip
    known = _OPTIONS.get(driver)
    for name in options:
        if known is not None and name not in known | _COMMON:
            place = "for json-file log driver" if driver == "json-file" else f"for log driver {driver}"
            raise Failure(400, f"unknown log opt '{name}' {place}")
