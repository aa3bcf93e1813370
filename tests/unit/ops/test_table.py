"""The table of operations: whole, unique, and declared with the type that it answers with."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from typing import Any

import pytest

from dockpy.errors import DockpyError
from dockpy.ops import DOMAINS, all_operations
from dockpy.ops.operation import Operation
from dockpy.version import NEWEST, OLDEST, at_least, parse_version
from dockpy.wire.base import Model
from dockpy.wire.document import load_model

OPERATIONS = list(all_operations())
UNDESCRIBED = {"BuildCancel", "GRPC"}  # every engine serves them, no description has them


def test_the_table_has_the_108_operations_of_api_1_55() -> None:
    ids = [operation.id for operation in OPERATIONS]
    assert set(ids) >= UNDESCRIBED
    assert len(set(ids) - UNDESCRIBED) == 108
    assert NEWEST == "1.55"


def test_ids_and_targets_are_unique() -> None:
    assert len({operation.id for operation in OPERATIONS}) == len(OPERATIONS)
    assert len({(operation.method, operation.path) for operation in OPERATIONS}) == len(OPERATIONS)


def test_every_domain_is_listed() -> None:
    import pkgutil

    import dockpy.ops

    helpers = {"operation", "path", "query"}
    assert sorted(DOMAINS) == sorted({m.name for m in pkgutil.iter_modules(dockpy.ops.__path__)} - helpers)


@pytest.mark.parametrize("domain", DOMAINS)
def test_constants_are_public(domain: str) -> None:
    module = importlib.import_module(f"dockpy.ops.{domain}")
    constants = [name for name, value in vars(module).items() if isinstance(value, Operation)]
    assert module.__all__ == sorted(constants)
    assert all(name.isupper() for name in constants)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_an_operation_makes_sense(operation: Operation[Any]) -> None:
    assert re.fullmatch(r"[A-Z]\w+", operation.id)
    assert re.fullmatch(r"(/(\w+|\{\w+\}))+", operation.path)
    assert len(re.findall(r"\{", operation.path)) <= 1
    assert operation.success
    assert all(status == 101 or 200 <= status < 400 for status in operation.success)
    names = [param.name.lower() for param in (*operation.query, *operation.headers)]
    assert len(set(names)) == len(names)
    assert (operation.method in ("POST", "PUT")) or operation.body is None
    assert (operation.method != "HEAD") or operation.answer.kind == "headers"
    assert (operation.answer.kind == "upgrade") == (101 in operation.success)
    assert (operation.answer.kind == "upgrade") == (operation.answer.protocol is not None)
    assert operation.known_to(NEWEST)
    for thing in (operation, *operation.query, *operation.headers):
        since, until, deprecated = thing.since, getattr(thing, "until", None), thing.deprecated
        for version in filter(None, (since, until, deprecated)):
            assert f"{parse_version(version)[0]}.{parse_version(version)[1]}" == version
            assert version != OLDEST
            assert at_least(version, OLDEST)
            assert at_least(NEWEST, version)
        assert not (since and until and at_least(since, until))
        assert not (since and deprecated and not at_least(deprecated, since))


def test_only_reads_are_repeated() -> None:
    assert {operation.method for operation in OPERATIONS if operation.idempotent} == {"GET", "HEAD"}
    for operation in OPERATIONS:
        assert operation.idempotent == (operation.method in ("GET", "HEAD")), operation.id


def test_what_streams_takes_a_connection_of_its_own() -> None:
    streaming = {operation.id for operation in OPERATIONS if operation.streams}
    assert streaming >= {
        *("ContainerLogs", "ContainerAttach", "ContainerStats", "ContainerWait", "ContainerExport"),
        *("ExecStart", "ImageCreate", "ImagePush", "ImageBuild", "ImageLoad", "ImageGet", "SystemEvents"),
        *("PutContainerArchive", "ContainerArchive", "Session"),
    }
    assert not streaming & {"ContainerList", "ContainerInspect", "SystemPing", "ContainerCreate"}


REFERENCES = sorted(
    {
        ref
        for operation in OPERATIONS
        for ref in (operation.answer.model, operation.body and operation.body.model)
        if ref
    }
)


@pytest.mark.parametrize("ref", REFERENCES)
def test_references_are_models(ref: str) -> None:
    loaded: Any = load_model(ref)
    assert loaded.__name__ == ref.rpartition(".")[2] or loaded is str
    assert loaded is str or issubclass(loaded, Model)


def test_operations_read_nothing_of_wire_until_asked() -> None:
    for domain in DOMAINS:
        module = importlib.import_module(f"dockpy.ops.{domain}")
        assert not any(
            isinstance(value, type) and issubclass(value, Model) for value in vars(module).values()
        )


# The annotation of each constant is what type checkers believe; the reference is what is read.


def declarations() -> list[Any]:
    found = []
    for domain in DOMAINS:
        module = importlib.import_module(f"dockpy.ops.{domain}")
        tree = ast.parse(inspect.getsource(module))
        homes = {
            name.asname or name.name: f"{node.module}.{name.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for name in node.names
        }
        found += [
            pytest.param(
                getattr(module, node.target.id), node.annotation, homes, id=f"{domain}.{node.target.id}"
            )
            for node in tree.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        ]
    return found


def test_every_operation_is_declared_with_a_type() -> None:
    assert [declared.values[0] for declared in declarations()] == OPERATIONS


@pytest.mark.parametrize(("operation", "annotation", "homes"), declarations())
def test_the_declared_type_is_the_answers(
    operation: Operation[Any], annotation: ast.expr, homes: dict[str, str]
) -> None:
    assert isinstance(annotation, ast.Subscript)
    assert ast.unparse(annotation.value) == "Operation"
    answer, declared = operation.answer, annotation.slice
    if answer.model is None:
        plain = {
            "nothing": {"None"},
            "text": {"str"},
            "headers": {"dict[str, str]"},
            "json": {"JsonObject", "str"},  # SwarmInit answers a JSON string
            "frames": {"bytes"},
            "raw": {"bytes"},
            "upgrade": {"bytes"},
        }
        assert ast.unparse(declared) in plain[answer.kind]
        return
    if answer.kind == "json-list":
        assert isinstance(declared, ast.Subscript)
        assert ast.unparse(declared.value) == "list"
        declared = declared.slice
    elif 204 in operation.success and isinstance(declared, ast.BinOp):  # a model or None
        assert ast.unparse(declared.right) == "None"
        declared = declared.left
    assert homes[ast.unparse(declared)] == f"dockpy.wire.{answer.model}"
    assert answer.kind in ("json", "json-list", "json-stream", "headers")


# Versions


@pytest.mark.parametrize(("text", "parsed"), [("1.41", (1, 41)), ("v1.41", (1, 41)), ("1.9", (1, 9))])
def test_versions_are_parsed(text: str, parsed: tuple[int, int]) -> None:
    assert parse_version(text) == parsed


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.", ".41", "1.41.0", "1.41 ", " 1.41", "1,41", "auto", "1.41\n", "-1.41", "1.4a", "1.\u0664"],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(DockpyError, match="API version") as caught:
        parse_version(text)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("value", [1.41, 141])
def test_a_version_is_a_str(value: Any) -> None:
    with pytest.raises(ValueError, match="API version"):
        parse_version(value)


def test_versions_are_no_numbers() -> None:
    assert at_least("1.41", "1.9")
    assert at_least("1.41", "1.41")
    assert not at_least("1.9", "1.41")
    assert at_least("2.0", "1.99")
    assert at_least("1.24", None)
