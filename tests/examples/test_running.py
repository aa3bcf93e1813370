"""Every example, and every snippet of README and docs, on a fake daemon and on real engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import documents
import programs
import pytest

from dockpy.fake.registry import FakeRegistry, serve

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = sorted((documents.ROOT / "examples").glob("*.py"))
DOCUMENTS = [document for document in documents.documents() if document.program().strip()]


def check(result: programs.Result, host: str) -> None:
    left = programs.left_over(result, host)  # removes it, whatever is found wrong next
    assert (result.status, result.stderr) == (0, "")
    assert left == []
    # An object that was created and not spoken of again would have escaped the look above.
    assert result.created() <= len(result.objects())
    assert " -> " in result.requests


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example(example: Path, host: str, tmp_path: Path) -> None:
    result = programs.run(example.read_text("utf-8"), str(example), host, tmp_path, {})
    check(result, host)
    assert result.stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_document(document: documents.Document, host: str, tmp_path: Path) -> None:
    with serve(FakeRegistry(users={"tester": "s3cret"})) as registry:  # engines and programs reach it both
        environ = {
            # What docs/guides/registries-and-credentials.md takes from the environment.
            "REGISTRY": registry.host,
            "REGISTRY_USER": "tester",
            "REGISTRY_PASSWORD": "s3cret",
            "DOCKER_CONFIG": str(tmp_path),
        }
        result = programs.run(document.program(), document.name, host, tmp_path, environ)
    check(result, host)
    assert document.output().search(result.stdout), result.stdout
