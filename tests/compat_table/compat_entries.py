"""Each public name of docker-py beside what dockpy.compat has by that name."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compat_describe import describe, members

RECORDED = Path(__file__).with_name("docker_py.json")


@dataclass(frozen=True)
class Entry:
    """A public name of docker-py."""

    module: str  # without "docker": "models.containers"; empty for docker itself
    name: str  # "Container", "Container.logs"
    said: dict[str, Any]  # what docker-py's is

    @property
    def path(self) -> str:
        return f"{self.module}.{self.name}".removeprefix(".")

    @property
    def owner(self) -> str | None:
        """The class that it is a member of."""
        return self.name.rpartition(".")[0] or None

    @property
    def member(self) -> str:
        """Its own name."""
        return self.name.rpartition(".")[2]

    @property
    def problem(self) -> str | None:
        """How compat's differs, as far as can be seen from outside; None where it does not."""
        try:
            found = self._found()
        except (ImportError, AttributeError, StopIteration):
            return "is not there"
        wrong = [
            f"{key} {found.get(key)}, not {value}"
            for key, value in self.said.items()
            if key != "members" and not _same(key, value, found.get(key))
        ]
        return "; ".join(wrong) or None

    def _found(self) -> dict[str, Any]:
        module = _module(self.module)
        if self.owner:
            of = getattr(module, self.owner).__mro__
            return next(found[self.member] for base in of if self.member in (found := members(base)))
        value = getattr(module, self.name)
        if home := self.said.get("from"):
            return {"from": home if value is getattr(_module(home), self.name) else "elsewhere"}
        return describe(value)


def _module(name: str) -> Any:
    return importlib.import_module(f"dockpy.compat.{name}".removesuffix("."))


def _same(key: str, said: Any, found: Any) -> bool:
    return set(said) <= set(found or ()) if key == "bases" else bool(said == found)


def entries() -> list[Entry]:
    """All of them, in docker-py's order; a class before its members."""
    found = []
    for module, names in json.loads(RECORDED.read_text("utf-8"))["modules"].items():
        short = module.removeprefix("docker").removeprefix(".")
        for name, said in names.items():
            found.append(Entry(short, name, said))
            found += [
                Entry(short, f"{name}.{member}", its) for member, its in said.get("members", {}).items()
            ]
    return found
