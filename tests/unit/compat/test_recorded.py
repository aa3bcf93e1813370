"""dockpy.compat does what docker-py 7.2.0 was recorded to do: calls, requests, results, signatures."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from low_calls import evaluate, prepare
from low_deviations import SIGNATURES, expected
from low_engine import Serving, serving
from low_signatures import LOW, of_module

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text())
LIBRARY = "dockpy.compat"


@pytest.fixture(scope="module")
def engine() -> Iterator[Serving]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[Path, bytes]]:
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder)
    return folder, contents(folder)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(prepared: tuple[Path, dict[Path, bytes]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What the expressions name, and what they leave as it is."""
    folder, found = prepared
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("DOCKER_CONFIG", str(folder / "plain"))
    yield folder
    assert contents(folder) == found


def told(outcome: dict[str, Any], folder: Path) -> Any:
    return json.loads(json.dumps(outcome).replace(os.path.realpath(folder), "FOLDER"))


@pytest.mark.parametrize(
    ("version", "configuration", "expression", "recorded"),
    [pytest.param(*row, id=f"{row[0]}-{row[1]}-{row[2][:60]}") for row in RECORDED["calls"]],
)
def test_calls(
    version: str, configuration: str, expression: str, recorded: dict[str, Any], folder: Path, engine: Serving
) -> None:
    outcome = told(evaluate(LIBRARY, engine, version, configuration, expression), folder)
    assert outcome == expected(f"{version} {configuration} {expression}", recorded)


@pytest.mark.parametrize(
    ("expression", "recorded"), [pytest.param(*row, id=row[0][:60]) for row in RECORDED["values"]]
)
def test_values(expression: str, recorded: dict[str, Any], folder: Path, engine: Serving) -> None:
    assert told(evaluate(LIBRARY, engine, "1.44", "plain", expression), folder) == recorded


@pytest.mark.parametrize("path", LOW)
def test_signatures(path: str) -> None:
    recorded, ours = RECORDED["signatures"][path], of_module(LIBRARY, path)
    wrong = {}
    for name, there in recorded.items():
        found = difference(there, ours.get(name, "missing"))
        if f"{path}.{name}" in SIGNATURES:
            assert found, f"{path}.{name} is no deviation any more"
        elif found:
            wrong[name] = found
    assert not wrong


def difference(there: Any, here: Any) -> Any:
    if not isinstance(there, dict) or not isinstance(here, dict):
        return None if there == here else {"docker-py": there, "ours": here}
    found = {
        name: {"docker-py": item, "ours": here["members"].get(name)}
        for name, item in there["members"].items()
        if item != here["members"].get(name)
    }
    if there["parameters"] != here["parameters"]:
        found["()"] = {"docker-py": there["parameters"], "ours": here["parameters"]}
    return found


def test_every_method_of_the_client_is_called() -> None:
    """The recording is whole: a method that no expression calls is held against nothing."""
    called = " ".join(row[2] for row in RECORDED["calls"])
    methods = RECORDED["signatures"]["api.client"]["APIClient"]["members"]
    inherited = {"get_adapter"}
    assert [name for name in methods if f"api.{name}" not in called and name not in inherited] == []
