"""Every operation of the table is reached from an object's method."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import dockpy
from dockpy.ops import DOMAINS, all_operations
from dockpy.ops.operation import Operation

ROOT = Path(dockpy.__file__).parent
NOT_YET = {"Session", "GRPC"}  # BuildKit comes later


def used(path: Path) -> set[str]:
    """The ids of the operations that a module names."""
    tree = ast.parse(path.read_text())
    domains = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "dockpy.ops"
        for alias in node.names
        if alias.name in DOMAINS
    }
    names = [
        (domains[node.value.id], node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in domains
    ]
    values = [getattr(importlib.import_module(f"dockpy.ops.{domain}"), name, None) for domain, name in names]
    return {value.id for value in values if isinstance(value, Operation)}


REACHED = {
    operation for path in [*ROOT.glob("resources/*.py"), ROOT / "client.py"] for operation in used(path)
}


@pytest.mark.parametrize("operation", [operation.id for operation in all_operations()])
def test_an_object_reaches_it(operation: str) -> None:
    assert (operation in REACHED) != (operation in NOT_YET)
