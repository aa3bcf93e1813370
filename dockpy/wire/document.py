"""An answer whose model is built when it is first needed.

Importing pydantic and building a model costs more than most calls. So an answer is handed out as a
`Document`: by key it reads the decoded JSON at once, by attribute it becomes its model. Type checkers see
the model.
"""

from __future__ import annotations

import copy
import importlib
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.wire.base import Model

__all__ = ["Document", "load_model", "model_of", "redact"]

_SECRETS = frozenset(
    {
        "Data",  # of a secret; a config's is hidden with it
        "IdentityToken",
        "JoinToken",
        "JoinTokens",
        "Manager",  # of join tokens, as Worker is
        "SigningCAKey",
        "UnlockKey",
        "Worker",
        "auth",
        "identitytoken",
        "password",
        "registrytoken",
    }
)


def redact(value: Any) -> Any:
    """A copy of a decoded JSON value with the values of secret fields replaced, for reprs and logs."""
    if isinstance(value, dict):
        return {key: "***" if key in _SECRETS and item else redact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [redact(item) for item in value]
    return value


def load_model(ref: str) -> type[Model]:
    """The model class behind a reference such as ``containers.ContainerSummary``."""
    module, _, name = ref.rpartition(".")
    model: type[Model] = getattr(importlib.import_module(f"dockpy.wire.{module}"), name)
    return model


def model_of(value: Any) -> Any:
    """The model that a document stands for; anything else as it is."""
    return value._load() if type(value) is Document else value


class Document:
    """A JSON object from an engine that turns into its model at the first attribute read.

    Args:
        raw: the decoded JSON object.
        ref: the model's reference, such as ``system.SystemInfo``.
    """

    __slots__ = ("_model", "_raw", "_ref")

    _raw: dict[str, Any]
    _ref: str
    _model: Model | None

    def __init__(self, raw: dict[str, Any], ref: str) -> None:
        _set_raw(self, raw)
        _set_ref(self, ref)
        _set_model(self, None)

    @staticmethod
    def of(raw: dict[str, Any], ref: str) -> Any:
        """A document, typed as its model by whoever takes it."""
        return Document(raw, ref)

    def _load(self) -> Model:
        model = self._model
        if model is None:
            model = self._model = load_model(self._ref).read(self._raw)
        return model

    def __setattr__(self, name: str, value: Any) -> None:
        if name in Document.__slots__:
            object.__setattr__(self, name, value)
        else:
            setattr(self._load(), name, value)

    def __getattr__(self, name: str) -> Any:
        # Until pydantic 2.12, isinstance() asks the object for what only models have.
        if name.startswith("__") and not name.startswith("__pydantic_"):
            raise AttributeError(name)
        return getattr(self._load(), name)

    # isinstance() sees the model, as type checkers do.
    __class__: Any = property(lambda self: load_model(self._ref))

    def __getitem__(self, json_name: str) -> Any:
        return self._raw[json_name]

    def __contains__(self, json_name: object) -> bool:
        return json_name in self._raw

    def keys(self) -> Iterable[str]:
        """The JSON names of what the engine sent."""
        return self._raw.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __bool__(self) -> bool:
        return True  # an empty answer is an answer

    def __eq__(self, other: object) -> bool:
        to_dict = getattr(other, "to_dict", None)
        return self._raw == (to_dict() if callable(to_dict) else other)

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # mutable inside, as its model is

    def get(self, json_name: str, default: Any = None) -> Any:
        """The raw value by its JSON name, or the default where it is missing."""
        return self._raw.get(json_name, default)

    def to_dict(self) -> dict[str, Any]:
        """What the engine sent, to the letter."""
        return copy.deepcopy(self._raw)

    def __dir__(self) -> list[str]:
        return sorted({*dir(self._load()), *Document.__slots__})

    def __repr__(self) -> str:
        name = self._ref.rpartition(".")[2]
        return f"{name}({redact(self._raw)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Document, (self._raw, self._ref)


# A listing makes thousands of them: past __setattr__, which is for models' fields, straight into the slots.
_set_raw, _set_ref, _set_model = (Document.__dict__[name].__set__ for name in ("_raw", "_ref", "_model"))
