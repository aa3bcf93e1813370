"""Who may import whom: read from the source, as DESIGN.md says it."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import dockpy

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(dockpy.__file__).parent

LAYERS: list[set[str]] = [
    {"_version", "errors", "closing", "forks"},
    {"reference", "version"},
    {"wire"},
    {"ops", "options", "streams"},
    {"config"},
    {"transport"},
    {"build", "registry", "daemon"},
    {"resources"},
    {"client"},
    {"transfer", "fleet", "compose", "notebook", "compat"},
    {"testing", "__main__"},
]
FAKE = "fake"
FAKE_MAY_IMPORT = {FAKE, "wire", "ops", "streams", "reference", "errors", "version", "closing", "_version"}

# Imports inside a function that may point upwards, and no others: (from, function, to).
UPWARDS = {
    ("fake", "client", "client"),
    ("fake", "client", "registry"),
    ("resources", "copy", "transfer"),
    ("resources", "move", "transfer"),
}
UPWARDS_FROM_ANYWHERE = {("_repr_html_", "notebook")}

PURE = {"wire", "ops", "options", "streams", "errors", "reference", "version", "closing"}
IMPURE = {
    *("socket", "ssl", "select", "selectors", "socketserver", "asyncio", "http", "smtplib", "ftplib"),
    *("threading", "_thread", "concurrent", "multiprocessing", "queue", "subprocess", "signal", "time"),
    *("os", "pathlib", "shutil", "tempfile", "glob", "io", "fcntl", "mmap", "tarfile", "zipfile", "logging"),
    *("requests", "urllib3", "requests_unixsocket", "urllib.request", "urllib.error"),
}


class Import(NamedTuple):
    """One imported module, and where."""

    target: str
    function: str | None  # the innermost function that it stands in
    checking: bool  # for type checkers alone
    line: int


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(["dockpy", *parts]).removesuffix(".__init__")


NAMES = {name_of(path) for path in modules()}


@cache
def imports(path: Path) -> list[Import]:
    return list(_walk(ast.parse(path.read_text()), None, False))


def _walk(node: ast.AST, function: str | None, checking: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, function, checking, child.lineno)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports name the whole path"
            for alias in child.names:
                inner = f"{child.module}.{alias.name}"
                yield Import(inner if inner in NAMES else str(child.module), function, checking, child.lineno)
        elif isinstance(child, ast.Call) and ast.unparse(child.func).endswith("import_module"):
            text = ast.unparse(child.args[0]).lstrip("f").strip("'\"")
            yield Import(text.partition("{")[0].rstrip("."), function, checking, child.lineno)
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            for inside in child.body:
                yield from _walk(ast.Module([inside], []), function, True)
            for inside in child.orelse:
                yield from _walk(ast.Module([inside], []), function, checking)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _walk(child, child.name, checking)
        else:
            yield from _walk(child, function, checking)


def part(module: str) -> str:
    """The part of the package that a module belongs to."""
    return module.split(".")[1] if "." in module else ""


def layer(name: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if name in names)


def own(path: Path) -> Iterator[Import]:
    """What a module imports of the package when it runs."""
    for entry in imports(path):
        if entry.target.partition(".")[0] == "dockpy" and not entry.checking:
            yield entry


def in_part(*names: str) -> list[Path]:
    return [path for path in modules() if part(name_of(path)) in names]


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT.parent)}:{line}"


def test_the_reader_reads(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text(
        "import os\n"
        "from dockpy import errors, Client\n"
        "if TYPE_CHECKING:\n"
        "    from dockpy.client import Client\n"
        "else:\n"
        "    import ssl\n"
        "class Thing:\n"
        "    def work(self):\n"
        "        from dockpy.wire import base\n"
        "        importlib.import_module(f'dockpy.ops.{domain}')\n"
    )
    assert imports(source) == [
        Import("os", None, False, 1),
        Import("dockpy.errors", None, False, 2),
        Import("dockpy", None, False, 2),
        Import("dockpy.client", None, True, 4),
        Import("ssl", None, False, 6),
        Import("dockpy.wire.base", "work", False, 9),
        Import("dockpy.ops", "work", False, 10),
    ]


def test_every_part_has_its_place() -> None:
    placed = {name for names in LAYERS for name in names} | {FAKE}
    assert {part(name) for name in NAMES} - {""} <= placed


def test_imports_point_downwards() -> None:
    wrong = []
    for path in modules():
        here = part(name_of(path))
        if here in ("", FAKE):  # the package itself loads its names lazily; fake has a rule of its own
            continue
        for entry in own(path):
            there = part(entry.target)
            if there == here or allowed_upwards(here, entry.function, there):
                continue
            top = layer(here) == len(LAYERS) - 1
            if there in ("", FAKE):  # the public names and the fake: for those on the very top
                if not top:
                    wrong.append(f"{place(path, entry.line)}: {here} imports {entry.target}")
            elif layer(there) >= layer(here):
                wrong.append(f"{place(path, entry.line)}: {here} imports {entry.target}")
    assert wrong == []


def allowed_upwards(here: str, function: str | None, there: str) -> bool:
    return (here, function, there) in UPWARDS or (function, there) in UPWARDS_FROM_ANYWHERE


def test_the_fake_stands_on_the_tables_alone() -> None:
    assert [
        f"{place(path, entry.line)}: {entry.target}"
        for path in in_part(FAKE)
        for entry in own(path)
        if part(entry.target) not in FAKE_MAY_IMPORT
        and not allowed_upwards(FAKE, entry.function, part(entry.target))
    ] == []


def test_nothing_of_ours_stands_on_compat() -> None:
    for path in modules():
        if part(name_of(path)) != "compat":
            assert not [entry for entry in imports(path) if part(entry.target) == "compat"], path


def test_there_is_no_circle() -> None:
    """Of modules that import each other as they are loaded."""
    graph = {
        name_of(path): {entry.target for entry in own(path) if entry.function is None} - {name_of(path)}
        for path in modules()
    }
    graph["dockpy"] = set()
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {error.args[1]}")


def test_pure_parts_do_no_io_and_know_no_thread() -> None:
    wrong = []
    for path in in_part(*PURE):
        for entry in imports(path):
            if {entry.target.partition(".")[0], entry.target} & IMPURE:
                wrong.append(f"{place(path, entry.line)}: {entry.target}")
        for node in ast.walk(ast.parse(path.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ("open", "print", "input", "exec", "eval"):
                wrong.append(f"{place(path, node.lineno)}: {called}()")  # type: ignore[attr-defined]
    assert wrong == []


NOUNS = {
    *("builder", "config", "container", "image", "network", "node", "plugin", "secret", "service", "swarm"),
    *("task", "volume"),
}


def noun(stem: str) -> str | None:
    """The noun that a file of `resources` is about: an object, or the collection of its plural."""
    return next((name for name in NOUNS if stem in (name, f"{name}s")), None)


def test_resources_go_through_their_client() -> None:
    """A noun imports what is shared, and a collection its object; nobody imports another's noun."""
    wrong = []
    for path in in_part("resources"):
        here = noun(path.stem)
        for entry in own(path):
            there = noun(entry.target.rpartition(".")[2])
            if part(entry.target) == "resources" and there not in (None, here):
                wrong.append(f"{place(path, entry.line)}: {entry.target}")
    assert wrong == []


HTTP = {"requests", "urllib3", "requests_unixsocket"}
HTTP_USERS = {"dockpy.registry.road", "dockpy.registry.door"}


def test_libraries_are_loaded_where_they_are_needed() -> None:
    """The HTTP libraries by registries, and docker-py's by name; pydantic with the models."""
    wrong = []
    for path in modules():
        name = name_of(path)
        for entry in imports(path):
            root = entry.target.partition(".")[0]
            if entry.checking:
                continue
            if root in HTTP and name not in HTTP_USERS and part(name) != "compat":
                wrong.append(f"{place(path, entry.line)}: {root}")
            lazily = part(name) != "wire" or name in ("dockpy.wire", "dockpy.wire.document")
            if root == "pydantic" and entry.function is None and lazily:
                wrong.append(f"{place(path, entry.line)}: {root}")
    assert wrong == []


def test_no_private_hooks_of_the_http_libraries() -> None:
    """Names that begin with an underscore are theirs: requests', urllib3's, http.client's."""
    wrong = []
    path = ROOT / "compat" / "transport" / "adapter.py"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] in HTTP | {"http"}:
            names = [*str(node.module).split("."), *(alias.name for alias in node.names)]
            wrong += [f"{place(path, node.lineno)}: {name}" for name in names if name.startswith("_")]
        if (
            isinstance(node, ast.Attribute)
            and node.attr.startswith("_")
            and not node.attr.startswith("__")
            and ast.unparse(node.value) != "self"
        ):
            wrong.append(f"{place(path, node.lineno)}: {ast.unparse(node)}")
    assert wrong == []


def test_a_file_holds_one_idea() -> None:
    lines = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in modules()}
    assert {name: count for name, count in lines.items() if count > 450} == {}
