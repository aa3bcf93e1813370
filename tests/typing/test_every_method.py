"""The ``every_*.py`` beside this use every public member of every object: what passes there, users can write.

Type checkers read them (``nox -s types``); here is seen to it that nothing is missing in them.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import held
import pytest

import dockpy
from dockpy.options.build import BuildOptions
from dockpy.options.containers import CreateOptions
from dockpy.options.endpoints import EndpointOptions
from dockpy.options.exec import ExecOptions
from dockpy.options.health import Healthcheck
from dockpy.options.mounts import MountOptions
from dockpy.options.services import ServiceOptions
from dockpy.options.swarm import SwarmOptions
from dockpy.options.updates import UpdateOptions

SOURCES = [ast.parse(path.read_text()) for path in sorted(Path(__file__).parent.glob("every_*.py"))]
FUNCTIONS = [node for tree in SOURCES for node in tree.body if isinstance(node, ast.FunctionDef)]
CLASSES = held.classes()


def parameters(function: ast.FunctionDef) -> dict[str, str]:
    """Of which class each parameter of a function is."""
    return {
        argument.arg: ast.unparse(argument.annotation).partition("[")[0]
        for argument in function.args.args
        if argument.annotation is not None
    }


def uses() -> dict[str, set[str]]:
    """Which members of each class are used, of the parameters of functions by their types."""
    used: dict[str, set[str]] = {}
    for function in FUNCTIONS:
        typed = parameters(function)
        for node in ast.walk(function):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in typed
            ):
                used.setdefault(typed[node.value.id], set()).add(node.attr)
    return used


USED = uses()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_member_is_used(name: str) -> None:
    assert held.members(CLASSES[name]) - USED.get(name, set()) == set()


def overloaded() -> dict[tuple[str, str], int]:
    """How many overloads each method has that has some."""
    counts: dict[tuple[str, str], int] = {}
    for name, cls in CLASSES.items():
        for base in cls.__mro__:
            if not base.__module__.startswith("dockpy"):
                continue
            for node in ast.walk(ast.parse(inspect.getsource(base).lstrip())):
                if isinstance(node, ast.FunctionDef) and any(
                    isinstance(decorator, ast.Name) and decorator.id == "overload"
                    for decorator in node.decorator_list
                ):
                    counts[name, node.name] = counts.get((name, node.name), 0) + 1
    return counts


OVERLOADED = overloaded()


@pytest.mark.parametrize(("name", "method"), sorted(OVERLOADED), ids=".".join)
def test_every_overload_is_used(name: str, method: str) -> None:
    """Each has a result of its own: so many calls are held to different types."""
    held_to = {
        ast.unparse(node.args[1])
        for function in FUNCTIONS
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "assert_type"
        and isinstance(node.args[0], ast.Call)
        and isinstance(called := node.args[0].func, ast.Attribute)
        and called.attr == method
        and parameters(function).get(ast.unparse(called.value)) == name
    }
    assert len(held_to) >= OVERLOADED[name, method] - ABOUT_EQUAL.get((name, method), 0)


# One that has another's type (exec_run(socket=True)), and one that gives nothing to hold to a type.
ABOUT_EQUAL = {("Container", "exec_run"): 1, ("Exec", "start"): 1}


@pytest.mark.parametrize(
    ("options", "call"),
    [
        (CreateOptions, "containers.create"),
        (CreateOptions, "containers.run"),
        (UpdateOptions, "container.update"),
        (ExecOptions, "container.exec_run"),
        (BuildOptions, "images.build"),
        (ServiceOptions, "services.create"),
        (SwarmOptions, "swarm.init"),
        (MountOptions, "MountOptions"),
        (EndpointOptions, "EndpointOptions"),
        (Healthcheck, "Healthcheck"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_every_keyword_is_given(options: Any, call: str) -> None:
    given = {
        keyword.arg
        for source in SOURCES
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == call
        for keyword in node.keywords
    }
    assert set(options.__annotations__) - given == set()


def test_there_are_classes() -> None:
    assert {"Client", "Container", "ContainerCollection", "Image", "Interactive", "Service"} <= set(CLASSES)
    assert dockpy.Container is CLASSES["Container"]
