"""dockpy.compat has every public name of docker-py, and docs/compat.md says so."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from compat_entries import Entry, entries
from compat_page import PAGE, exists, longest, page, state, way
from compat_ways import DIFFERENT, MISSING, OPERATIONS, WAYS

ENTRIES = entries()
CODE = re.compile(
    r"`((?:dockpy|[Cc]lient|container|image|network|volume|plugin|service|node|secret|config|exec)\.[^`]+)`"
)


def test_all_of_docker_py_is_recorded() -> None:
    assert len(ENTRIES) > 800
    assert {entry.module for entry in ENTRIES} >= {"", "api.client", "models.containers", "types.services"}


@pytest.mark.parametrize("module", sorted({entry.module for entry in ENTRIES}))
def test_every_name_is_there_with_its_parameters(module: str) -> None:
    unexplained = {
        entry.path: entry.problem
        for entry in ENTRIES
        if entry.module == module and state(entry) == "same" and entry.problem
    }
    assert unexplained == {}


REACH = """
import operator, sys, dockpy.compat
for name in sys.argv[1:]:
    operator.attrgetter(name)(dockpy.compat)
"""


def test_one_import_is_enough_for_all_modules() -> None:
    """As `docker.types.services` needs no import of its own with docker-py; warnings are errors."""
    modules = {entry.module for entry in ENTRIES} - {"", "utils.ports", "transport.basehttpadapter"}
    there = sorted(name for name in modules if name not in MISSING)
    assert len(there) > 40
    subprocess.run([sys.executable, "-W", "error", "-c", REACH, *there], check=True, cwd=PAGE.parents[1])


def test_what_is_said_to_be_missing_is_missing() -> None:
    assert [
        entry.path for entry in ENTRIES if longest(MISSING, entry) and entry.problem != "is not there"
    ] == []


def test_reasons_and_ways_are_of_names_that_there_are() -> None:
    known = {entry.path for entry in ENTRIES} | {entry.module for entry in ENTRIES}
    known |= {entry.module.partition(".")[0] for entry in ENTRIES}
    assert {*DIFFERENT, *MISSING, *WAYS} - known == set()
    assert set(OPERATIONS) - {entry.member for entry in ENTRIES if entry.module.startswith("api.")} == set()


@pytest.mark.parametrize("module", sorted({entry.module for entry in ENTRIES}))
def test_dockpy_has_a_way_and_it_is_there(module: str) -> None:
    for entry in ENTRIES:
        if entry.module == module:
            assert way(entry), entry.path
            for code in CODE.findall(way(entry)):
                assert exists(code), f"{entry.path}: {code}"


def test_a_way_that_is_not_there_is_found_out() -> None:
    assert exists("client.containers.run()")
    assert exists("container.logs(stream=True)")
    assert not exists("client.containers.nothing_like_it()")
    assert not exists("container.nothing_like_it")
    assert (
        Entry("models.containers", "Container.nothing_like_it", {"kind": "method"}).problem == "is not there"
    )
    assert Entry("models.containers", "Container.logs", {"kind": "method", "signature": "(self)"}).problem


def test_the_page_is_what_its_generator_writes() -> None:
    assert PAGE.read_text("utf-8") == page(), "run tests/compat_table/compat_page.py"
