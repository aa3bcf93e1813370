"""Writes docs/compat.md: every public name of docker-py, what dockpy.compat has by it, and dockpy's own way.

python tests/compat_table/compat_page.py
"""

from __future__ import annotations

import importlib
import re
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from compat_entries import Entry, entries
from compat_ways import DIFFERENT, MISSING, OPERATIONS, WAYS

import dockpy

PAGE = Path(__file__).parents[2] / "docs" / "compat.md"

HEAD = """# docker-py by name

`import dockpy.compat as docker` runs a program that was written for docker-py {version}: see
[From docker-py](guides/from-docker-py.md). This is every public name of docker-py, module by module, what
`dockpy.compat` has by it, and how dockpy's own API does the same.

Of {total} names {same} are the same, {different} differ and {missing} are not there.

The same means: the same kind, parameters, defaults and bases. What they do has been compared for the programs
in `tests/conformance/compat_programs` and the calls in `tests/unit/compat_models`. This page is written by
`tests/compat_table/compat_page.py`.
"""


def state(entry: Entry) -> str:
    """What compat has by a name, and why."""
    if why := longest(MISSING, entry):
        return f"not there: {why}"
    if why := DIFFERENT.get(entry.path):
        return f"differs: {why}"
    return "same"


def longest(table: dict[str, str], entry: Entry) -> str | None:
    """What a table says of a name, or of the nearest thing that it is in."""
    path = entry.path
    while path not in table:
        path, _, _ = path.rpartition(".")
        if not path:
            return None
    return table[path]


# dockpy's own way

NOUNS = ("container", "image", "network", "volume", "plugin", "service", "node", "secret", "config")
PLACES = {
    "DockerClient": "client",
    "Swarm": "client.swarm",
    **{noun.title(): noun for noun in NOUNS},
    **{f"{noun.title()}Collection": f"client.{noun}s" for noun in NOUNS},
}
"""What an object of docker-py's class is called in code."""


def way(entry: Entry) -> str:
    """How dockpy does what a name of docker-py does."""
    if entry.path in WAYS:
        return WAYS[entry.path]
    if entry.module.startswith("api.") and entry.member in OPERATIONS:
        return OPERATIONS[entry.member]
    return _of_the_same_name(entry) or longest(WAYS, entry) or ""


def _of_the_same_name(entry: Entry) -> str | None:
    if entry.module == "errors" and entry.name in dockpy.__all__:
        return f"`dockpy.{entry.name}`"
    if entry.module.partition(".")[0] not in ("models", "client"):
        return None
    if entry.name in PLACES:
        return f"`{PLACES[entry.name]}`"
    if (place := PLACES.get(entry.owner or "")) is None:
        return None
    code = f"{place}.{entry.member}"
    call = "" if entry.said["kind"] in ("property", "attribute") else "()"
    return f"`{code}{call}`" if exists(code) else None


@cache
def exists(code: str) -> bool:
    """Whether dockpy has what a piece of code names: ``client.containers.run()``, ``container.logs()``."""
    first, *names = re.sub(r"\(.*?\)|=.*", "", code).split(".")
    found: Any = dockpy
    if first in ("client", "Client"):
        found = dockpy.Client
    elif first != "dockpy":
        found = getattr(importlib.import_module(f"dockpy.resources.{first}"), first.title())
    if first == "client" and len(names) > 1:  # an attribute of an attribute: no request is needed to see it
        with dockpy.Client("unix:///nowhere.sock") as client:
            found = type(getattr(client, names.pop(0)))
    return all((found := getattr(found, name, None)) is not None for name in names)


# The page


def page() -> str:
    """The page's text."""
    all_of_them = entries()
    counts = Counter(state(entry).partition(":")[0] for entry in all_of_them)
    text = [
        HEAD.format(
            version="7.2.0",
            total=len(all_of_them),
            same=counts["same"],
            different=counts["differs"],
            missing=counts["not there"],
        )
    ]
    for module, names in groupby(all_of_them, lambda entry: entry.module):
        text.append(f"## {f'docker.{module}'.removesuffix('.')}\n")
        text.append("| docker-py | compat | dockpy |\n| --- | --- | --- |")
        text += [f"| `{_shown(entry)}` | {state(entry)} | {way(entry)} |" for entry in names]
        text.append("")
    return "\n".join(text)


def _shown(entry: Entry) -> str:
    return f"{entry.name}()" if entry.said.get("kind", "").endswith(("method", "function")) else entry.name


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
