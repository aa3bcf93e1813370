"""Writes down what docker-py has: every public name of every module, with its signature.

    python tests/compat_table/record.py        with docker 7.2.0 installed, into docker_py.json

What a module has is what it defines; a package has what it imports of its modules, too. Modules that need
what is not there (pywin32, paramiko) are loaded with a stand-in for it.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

from compat_describe import describe

if TYPE_CHECKING:
    from types import ModuleType

STAND_INS = ("paramiko", "pywintypes", "win32api", "win32event", "win32file", "win32pipe")
RECORDED = Path(__file__).with_name("docker_py.json")


def names_of(source: str, package: bool) -> list[str]:
    """The public names that a module's top level makes, in their order."""
    found: dict[str, None] = {}
    for node in _statements(ast.parse(source).body):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found[name] = None
            case ast.Assign(targets=targets):
                found |= {target.id: None for target in targets if isinstance(target, ast.Name)}
            case ast.ImportFrom(level=1, names=aliases) if package:
                found |= {alias.asname or alias.name: None for alias in aliases}
            case _:
                pass
    return [name for name in found if not name.startswith("_") or name in ("__version__", "__title__")]


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements, and those that stand in `if` and `try` among them."""
    inner: list[ast.stmt] = []
    for node in body:
        inner.append(node)
        if isinstance(node, (ast.If, ast.Try)):
            inner += _statements([*node.body, *node.orelse])
    return inner


def _own(value: object) -> bool:
    """Whether it is docker-py's: another library's class is nobody's business."""
    return not isinstance(value, type) or value.__module__.partition(".")[0] == "docker"


def _entry(module: ModuleType, name: str) -> dict[str, Any]:
    """What a module has by a name; what another module defines is said there."""
    value = getattr(module, name)
    home = getattr(value, "__module__", module.__name__)
    if home != module.__name__ and home.startswith("docker."):
        return {"from": home.removeprefix("docker.")}
    return describe(value)


def main() -> None:
    for name in STAND_INS:
        try:
            importlib.import_module(name)
        except ImportError:
            sys.modules[name] = MagicMock()
    import docker

    found = {}
    for name in ("docker", *sorted(info.name for info in pkgutil.walk_packages(docker.__path__, "docker."))):
        if name.rpartition(".")[2].startswith("_"):
            continue
        module = importlib.import_module(name)
        assert module.__file__ is not None
        path = Path(module.__file__)
        names = names_of(path.read_text("utf-8"), path.name in ("__init__.py", "version.py"))
        found[name] = {entry: _entry(module, entry) for entry in names if _own(getattr(module, entry))}
    RECORDED.write_text(json.dumps({"version": docker.__version__, "modules": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
