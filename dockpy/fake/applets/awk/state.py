"""What an awk program knows: variables, arrays, the record and its fields."""

from __future__ import annotations

from dockpy.fake.applets.awk.values import Input, Value, compiled, number_of, text_of, whole
from dockpy.fake.applets.errors import Die
from dockpy.fake.applets.numbers import within_memory

__all__ = ["Array", "State", "split_fields"]

Array = dict[str, Value]
_FIELD = 32
"""Bytes that a field takes."""


class State:
    """Variables and the record.

    Attributes:
        globals: by name, each a value or an array.
        frames: those of the functions that run.
    """

    def __init__(self) -> None:
        self.globals: dict[str, Value | Array] = {
            "FS": " ",
            "OFS": " ",
            "ORS": "\n",
            "RS": "\n",
            "NR": 0.0,
            "FNR": 0.0,
            "SUBSEP": "\x1c",
            "CONVFMT": "%.6g",
            "OFMT": "%.6g",
            "RSTART": 0.0,
            "RLENGTH": -1.0,
            "FILENAME": "",
        }
        self.frames: list[dict[str, Value | Array | None]] = []
        self._record = ""
        self._fields: list[Value] | None = []

    def text(self, name: str) -> str:
        """A special variable as a text."""
        value = self.globals.get(name, "")
        return text_of(value) if not isinstance(value, dict) else ""

    # Variables

    def get(self, name: str) -> Value:
        """The value of a variable."""
        if name == "NF":
            return float(len(self.fields))
        scope = self._scope(name)
        value = scope.get(name)
        return Input("") if value is None or isinstance(value, dict) else value

    def set(self, name: str, value: Value) -> None:
        """Set a variable."""
        if name == "NF":
            count = whole(number_of(value))
            if count < 0:
                raise Die("cmd. line:1: NF set to negative value")
            self._grow(count)
            del self.fields[count:]
            self._join()
            return
        self._scope(name)[name] = value

    def array(self, name: str) -> Array:
        """An array; made where it is none yet."""
        scope = self._scope(name)
        found = scope.get(name)
        if not isinstance(found, dict):
            found = scope[name] = {}
        return found

    def raw(self, name: str) -> Value | Array | None:
        """What stands behind a name, as it is passed to a function."""
        return self._scope(name).get(name)

    def _scope(self, name: str) -> dict[str, Value | Array | None]:
        if self.frames and name in self.frames[-1]:
            return self.frames[-1]
        return self.globals  # type: ignore[return-value]

    # The record

    @property
    def record(self) -> str:
        """``$0``."""
        return self._record

    @record.setter
    def record(self, text: str) -> None:
        self._record = text
        self._fields = None

    @property
    def fields(self) -> list[Value]:
        """``$1`` and on."""
        if self._fields is None:
            self._fields = [Input(part) for part in split_fields(self._record, self.text("FS"))]
        return self._fields

    def field(self, number: int) -> Value:
        """A field; the record for 0."""
        if number == 0:
            return Input(self._record)
        fields = self.fields
        return fields[number - 1] if number <= len(fields) else Input("")

    def set_field(self, number: int, value: Value) -> None:
        """Set a field, or the record."""
        if number == 0:
            self.record = text_of(value)
            return
        self._grow(number)
        self.fields[number - 1] = value
        self._join()

    def _grow(self, count: int) -> None:
        within_memory(count * _FIELD)
        self.fields.extend([""] * (count - len(self.fields)))

    def _join(self) -> None:
        form, separator = self.text("CONVFMT"), self.text("OFS")
        within_memory(len(separator) * len(self.fields))
        self._record = separator.join(text_of(value, form) for value in self.fields)


def split_fields(text: str, separator: str) -> list[str]:
    """The fields of a text."""
    if separator == " ":
        return text.split()
    if not text:
        return []
    if separator == "":
        return list(text)
    if len(separator) == 1 and separator not in "\\[^$.*+?(){":
        return text.split(separator)
    regex = compiled(separator if len(separator) > 1 else "\\" + separator)
    found, at, start = [], 0, 0
    while at <= len(text) and (match := regex.search(text, at)) is not None:
        if match.end == match.start:
            at = match.end + 1
            continue
        found.append(text[start : match.start])
        at = start = match.end
    return [*found, text[start:]]
