"""What every payload has in common.

A `Model` is read from an engine and written by Python, and the two are not alike:

- An engine speaks as it likes (`Model.read`): unknown fields are kept, missing ones and nulls take their
  defaults, and a field of another type than documented keeps the value as it came. Reading never raises.
- Python is held to the documentation (`Model(...)`, `model_validate`): an unknown field or a wrong type is
  an error, before anything is sent.

Python names are snake case; the JSON name follows from them by rule (`pascal`), or is given by
`Name("…")` where Docker's spelling follows none.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from dockpy.wire.document import model_of, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pydantic import ValidationInfo
    from pydantic.fields import FieldInfo

__all__ = ["CamelModel", "JsonObject", "Model", "Name", "Since", "SnakeModel", "Until", "faults"]

JsonObject = dict[str, Any]
"""A JSON object without a documented shape."""

_ENGINE = object()
"""The validation context that says: an engine is speaking."""

_ACRONYMS = {word: word.upper() for word in ("ip", "ipam", "url", "tls", "uid", "gid")} | {
    "ipv4": "IPv4",
    "ipv6": "IPv6",
}


@dataclass(frozen=True, slots=True)
class Since:
    """The field is known from this API version on."""

    version: str


@dataclass(frozen=True, slots=True)
class Until:
    """The field is gone from this API version on."""

    version: str


def Name(json_name: str) -> FieldInfo:  # noqa: N802 - reads as the annotation that it is part of
    """The field's name in JSON, where it does not follow from the Python name.

    It stands in the annotation (``Annotated[str, Name("ID")]``) rather than as the default, so that type
    checkers keep the Python name as the constructor's keyword.
    """
    field: FieldInfo = Field(alias=json_name)
    return field


def pascal(name: str) -> str:
    """``server_version`` → ``ServerVersion``, ``ip_address`` → ``IPAddress``, ``from_`` → ``From``."""
    words = re.split(r"_+", name.rstrip("_"))
    return "".join(_ACRONYMS.get(word) or word[:1].upper() + word[1:] for word in words)


def camel(name: str) -> str:
    """``media_type`` → ``mediaType``, ``from_`` → ``from``."""
    return to_camel(name.rstrip("_"))


def _same(name: str) -> str:
    return name.rstrip("_")


class Model(BaseModel):
    """A payload of the Engine API: typed by attribute, raw by key.

    ``model.server_version`` and ``model["ServerVersion"]`` are the same value; `to_dict` gives back what the
    engine sent.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="allow",
        populate_by_name=True,
        defer_build=True,
        alias_generator=pascal,
        protected_namespaces=(),
        hide_input_in_errors=True,  # it may be a password
    )

    _raw: dict[str, Any] | None = PrivateAttr(default=None)

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Self:
        """The payload that an engine sent.

        Args:
            raw: the decoded JSON object; it is kept, not copied.
        """
        return cls.model_validate(raw, context=_ENGINE)

    @model_validator(mode="wrap")
    @classmethod
    def _by_speaker(cls, data: Any, handler: Callable[[Any], Self], info: ValidationInfo) -> Self:
        data = model_of(data)
        if isinstance(data, cls):
            return data
        if info.context is _ENGINE and isinstance(data, dict):
            return _read(cls, data, handler)
        model = handler(data)
        if model.model_extra:
            unknown = ", ".join(sorted(model.model_extra))
            known = ", ".join(sorted(cls.model_fields))
            raise ValueError(f"{cls.__name__} has no field {unknown}; its fields are {known}")
        return model

    def __getitem__(self, json_name: str) -> Any:
        """The raw value by its JSON name, as the engine sent it."""
        return self._current()[json_name]

    def __contains__(self, json_name: object) -> bool:
        return json_name in self._current()

    def keys(self) -> Iterable[str]:
        """The JSON names of what the engine sent: ``dict(model)`` is a copy of it, one level deep."""
        return self._current().keys()

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # by JSON name, as a mapping does
        return iter(self._current())

    def __len__(self) -> int:
        return len(self._current())

    def __bool__(self) -> bool:
        return True  # an empty answer is an answer

    def get(self, json_name: str, default: Any = None) -> Any:
        """The raw value by its JSON name, or the default where it is missing."""
        return self._current().get(json_name, default)

    def to_dict(self) -> dict[str, Any]:
        """What the engine sent, to the letter; of a model made in Python, what would be sent."""
        return copy.deepcopy(self._current())

    def dump(self) -> dict[str, Any]:
        """The JSON object to send: every field that was set and is not None, falsy values included."""
        self._mark_filled()
        return self.model_dump(by_alias=True, exclude_unset=True, exclude_none=True, warnings="none")

    def _mark_filled(self) -> bool:
        """Count as set what was filled in place: ``spec.labels["a"] = "b"`` where there were no labels."""
        for name, value in self.__dict__.items():
            items = (
                value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
            )
            inner = [item._mark_filled() for item in items if isinstance(item, Model)]
            if any(inner) or (isinstance(value, (list, dict)) and value):
                self.model_fields_set.add(name)
        return bool(self.model_fields_set)

    def __eq__(self, other: object) -> bool:
        return super().__eq__(model_of(other))

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # what can be changed has no hash

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """What pretty printers show: the fields, secrets left out."""
        fields = type(self).model_fields
        for name, value in super().__repr_args__():
            alias = fields[name].alias if name in fields else name
            yield name, redact({alias: value})[alias]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({redact(self._current())!r})"

    __str__ = __repr__

    def _current(self) -> dict[str, Any]:
        return self.dump() if self._raw is None else self._raw


class CamelModel(Model):
    """A payload whose JSON names are camel case: OCI documents, progress messages."""

    model_config: ClassVar[ConfigDict] = ConfigDict(alias_generator=camel)


M = TypeVar("M", bound=Model)


class SnakeModel(Model):
    """A payload whose JSON names are Python's: statistics, authentication."""

    model_config: ClassVar[ConfigDict] = ConfigDict(alias_generator=_same)


def faults(error: ValidationError, names: Mapping[str, str] | None = None) -> str:
    """What does not fit, and where; never the values, which may be secrets.

    Args:
        error: what pydantic found.
        names: what fields at the top are called instead.
    """
    return "; ".join(
        f"{'.'.join(_called(fault['loc'], names or {}))}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)
    )


def _called(place: tuple[int | str, ...], names: Mapping[str, str]) -> list[str]:
    parts = [str(part) for part in place]
    return [names.get(part, part) for part in parts[:1]] + parts[1:]


def _read(cls: type[M], data: Any, handler: Callable[[Any], M]) -> M:
    # Go sends null for an empty list or map; without it the field takes its default, which is empty.
    present = {key: value for key, value in data.items() if value is not None}
    misfits: dict[str, Any] = {}
    names = {field.alias or name: name for name, field in cls.model_fields.items()}
    while True:
        try:
            model = handler(present)
            break
        except ValidationError as error:
            # Some engines (podman, those to come) send other types than documented: a field that does not fit
            # keeps its value as it came, the others are typed as ever.
            wrong = {str(fault["loc"][0]) for fault in error.errors(include_url=False) if fault["loc"]}
            if not wrong & present.keys():
                raise
            misfits.update({names.get(key, key): present.pop(key) for key in wrong & present.keys()})
    for name, value in misfits.items():
        object.__setattr__(model, name, value)  # past validation, which it does not pass
    model.model_fields_set.update(misfits)
    model._raw = data  # the raw document belongs to the model that was made of it
    return model
