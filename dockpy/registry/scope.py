"""What is to be done in a registry: token servers want to be asked for no more than that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["CATALOG", "NOTHING", "Access", "Scope", "deleting", "pulling", "pushing"]


@dataclass(frozen=True, slots=True, order=True)
class Access:
    """Things to do to one repository.

    Attributes:
        name: the repository, such as ``library/ubuntu``.
        actions: ``pull``, ``push``, ``delete``; ``*`` for the catalog.
        type: ``repository``, or ``registry`` for the catalog.
    """

    name: str
    actions: tuple[str, ...]
    type: str = "repository"

    def __str__(self) -> str:
        return f"{self.type}:{self.name}:{','.join(self.actions)}"


Scope: TypeAlias = tuple[Access, ...]

NOTHING: Scope = ()
"""Of a ping: to be let in, no more."""

CATALOG: Scope = (Access("catalog", ("*",), "registry"),)


def pulling(repository: str) -> Scope:
    """To read a repository."""
    return (Access(repository, ("pull",)),)


def pushing(repository: str, source: str | None = None) -> Scope:
    """To write to a repository, and to mount blobs of another one where that is named."""
    scope = (Access(repository, ("pull", "push")),)
    return scope if source is None or source == repository else (*scope, *pulling(source))


def deleting(repository: str) -> Scope:
    """To delete in a repository."""
    return (Access(repository, ("delete",)),)
