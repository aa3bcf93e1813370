"""What can be said of a public name from outside: what it is, what it takes, what it has."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from types import ModuleType
from typing import Any

ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def describe(value: Any) -> dict[str, Any]:
    """A value of a module, as JSON."""
    if isinstance(value, ModuleType):
        return {"kind": "module"}
    if isinstance(value, type):
        return {
            "kind": "class",
            "bases": [base.__name__ for base in value.__mro__[1:-1] if _counts(base)],
            "signature": signature(value),
            "members": members(value),
        }
    if callable(value):
        return {"kind": "function", "signature": signature(value)}
    if isinstance(value, list):
        return {"kind": "value", "value": repr(sorted(value))}
    plain = isinstance(value, (str, int, dict))
    return {"kind": "value", **({"value": repr(value)} if plain else {"type": type(value).__name__})}


def members(cls: type) -> dict[str, dict[str, str]]:
    """What a class defines, and what its methods give to ``self``."""
    found = {name: _member(member) for name, member in vars(cls).items() if not name.startswith("_")}
    for name in _assigned(cls):
        found.setdefault(name, {"kind": "attribute"})
    return found


def signature(function: Any) -> str:
    """What a function takes, without types."""
    try:
        found = inspect.signature(function)
    except ValueError:  # an exception that takes what Exception takes
        return "(*args, **kwargs)"
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in found.parameters.values()]
    text = str(found.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    return ADDRESS.sub("", text)


def _member(value: Any) -> dict[str, str]:
    match value:
        case staticmethod():
            return {"kind": "staticmethod", "signature": signature(value.__func__)}
        case classmethod():
            return {"kind": "classmethod", "signature": signature(value.__func__)}
        case property():
            return {"kind": "property"}
        case _ if inspect.isfunction(value):
            return {"kind": "method", "signature": signature(value)}
        case _:
            return {"kind": "attribute"}


def _assigned(cls: type) -> list[str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError):  # made by a call, such as a named tuple
        return []
    return [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and ast.unparse(node.value) == "self"
        and not node.attr.startswith("_")
    ]


def _counts(base: type) -> bool:
    """Whether a base is recorded; those of urllib3, http.client and typing are nobody's business."""
    return base.__module__.partition(".")[0] in ("docker", "dockpy", "builtins", "requests")
