"""What can be said of README, docs and examples without an engine."""

from __future__ import annotations

import ast
import importlib
import re

import documents
import held
import pytest

import dockpy
from dockpy import errors

ROOT = documents.ROOT
DOCUMENTS = documents.documents()
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
SOURCES = [(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in EXAMPLES] + [
    (document.name, program) for document in DOCUMENTS if (program := document.program(whole=True)).strip()
]
by_name = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)


@pytest.mark.parametrize(("name", "source"), SOURCES, ids=[name for name, _ in SOURCES])
def test_compiles_and_imports_what_is_there(name: str, source: str) -> None:
    tree = ast.parse(source, name)
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    importlib.import_module(alias.name)
            case ast.ImportFrom(module=str(module), names=names):
                for alias in names:
                    assert hasattr(importlib.import_module(module), alias.name), f"{name}:{node.lineno}"
            case ast.Attribute(value=ast.Name(id="dockpy"), attr=attribute):
                assert attribute in dockpy.__all__, f"{name}:{node.lineno}: dockpy.{attribute}"
            case _:
                pass


def test_there_are_examples_and_documents() -> None:
    assert len(EXAMPLES) >= 5
    assert len([document for document in DOCUMENTS if document.program().strip()]) >= 6


@by_name
def test_what_is_not_run_says_why(document: documents.Document) -> None:
    marks = len(re.findall(r"no-run", re.sub(r"`[^`\n]*`", "", document.text)))
    assert marks == sum(block.reason is not None for block in document.blocks)
    assert all(block.language == "python" for block in document.blocks if block.reason)


@by_name
def test_links_lead_somewhere(document: documents.Document) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (document.path.parent / path) if path else document.path
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            assert anchor in [_anchor(heading) for heading in headings], target


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_every_document_is_in_the_index() -> None:
    index = (ROOT / "docs/index.md").read_text("utf-8")
    for document in DOCUMENTS:
        path = document.path.relative_to(ROOT)
        if path.parts[0] == "docs" and path.name != "index.md":
            assert f"]({path.relative_to('docs').as_posix()})" in index


def test_ci_runs_the_command_that_readme_gives() -> None:
    readme = documents.read(ROOT / "README.md")
    commands = [line for block in readme.blocks if block.language == "sh" for line in block.lines]
    [command] = [line for line in commands if line.endswith("nox")]
    assert command in (ROOT / ".ci/run").read_text("utf-8").splitlines()


def test_readme_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 70


# The reference

REFERENCE = (ROOT / "docs/reference.md").read_text("utf-8")
CLASSES = held.classes()


@pytest.mark.parametrize("name", dockpy.__all__)
def test_reference_has_every_public_name(name: str) -> None:
    assert re.search(rf"`{re.escape(name)}[`(]", REFERENCE)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_reference_has_every_member(name: str) -> None:
    """In the section of the class, or of one that it is a kind of; that all have a client is said once."""
    cls = CLASSES[name]
    titles = [name, *(base.__name__ for base in cls.__mro__[1:])]
    sections = [section for title in titles if (section := _section(title))]
    assert _section(name)
    documented = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", " ".join(sections)))))
    assert held.members(cls) - documented - {"client"} == set()


def _section(name: str) -> str:
    return REFERENCE.partition(f"\n### {name}\n")[2].partition("\n### ")[0].partition("\n## ")[0]


def test_errors_guide_has_every_error() -> None:
    guide = (ROOT / "docs/guides/errors.md").read_text("utf-8")
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, Exception):
            assert f"`{name}`" in guide
