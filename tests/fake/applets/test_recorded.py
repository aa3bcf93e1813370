"""Every recorded command line does on the fake what it did with the real busybox, byte for byte."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).parent


def _module(name):
    spec = importlib.util.spec_from_file_location(f"fake_applets_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


box_module = _module("box")
scenarios = _module("scenarios")


def _all():
    for path in sorted((HERE / "cases").glob("*.txt")):
        groups = scenarios.parse(path.read_text())
        recorded = json.loads(path.with_suffix(".json").read_text())
        assert len(groups) == len(recorded), f"{path.name} has changed: record.py {path.stem}"
        for number, (group, expected) in enumerate(zip(groups, recorded, strict=True)):
            yield pytest.param(number, group, expected, id=f"{path.stem}-{number}")


@pytest.mark.parametrize(("number", "group", "expected"), list(_all()))
def test_scenario(number, group, expected):
    folder = f"/t/{number}"
    box = box_module.Box()
    box.fs.mkdir(box_module.ROOT, folder)
    box.fs.chmod(box_module.ROOT, folder, 0o777)
    wanted = iter(expected)
    for step in group:
        if step.file is not None:
            box.fs.write_bytes(box_module.ROOT, f"{folder}/{step.file[0]}", step.file[1])
            box.fs.chmod(box_module.ROOT, f"{folder}/{step.file[0]}", 0o644)
            continue
        done = box.run(step.argv, step.stdin, cwd=folder, uid=step.uid)
        got = scenarios.outcome(step, bytes(done.out), bytes(done.err), done.code)
        assert got == next(wanted)
