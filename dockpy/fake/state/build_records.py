"""BuildKit's cache: what its steps came to, and what is told of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.image_filters import moment
from dockpy.fake.times import rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.files import Layer, Upper

__all__ = ["Record", "Records"]

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FILTERS = {
    *("id", "parent", "type", "description", "inuse", "shared", "private", "until", "unused-for", "all"),
}


@dataclass(slots=True)
class Record:
    """What a step came to.

    Attributes:
        id: 25 letters and digits.
        kind: ``regular``, or ``exec.cachemount`` for what a cache mount holds.
        description: of which step.
        parents: the ids of what it was made from.
        layer: the layer; None for a mount.
        files: of a cache mount.
        created: nanoseconds since 1970, as is `used`.
        count: how often it was used.
    """

    id: str
    kind: str
    description: str
    parents: tuple[str, ...]
    layer: Layer | None
    files: Upper | None
    created: int
    used: int
    count: int = 1

    @property
    def size(self) -> int:
        """In bytes."""
        if self.files is not None:
            return self.files.size
        return self.layer.size if self.layer is not None else 0


class Records:
    """All of them, by what they depend on.

    Args:
        engine: the daemon.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._records: dict[str, Record] = {}

    def find(self, key: str) -> Record | None:
        """What a step came to when it was done before; it counts as used now."""
        found = self._records.get(key)
        if found is not None:
            found.used = self._engine.now()
            found.count += 1
        return found

    def add(
        self,
        key: str,
        description: str,
        *,
        parent: str = "",
        layer: Layer | None = None,
        files: Upper | None = None,
    ) -> Record:
        """Keep what a step came to.

        Args:
            key: what that depends on.
            description: of which step.
            parent: the key of what it was made from.
            layer: the layer.
            files: of a cache mount.
        """
        now = self._engine.now()
        above = self._records.get(parent)
        kind = "regular" if files is None else "exec.cachemount"
        id = "".join(self._engine.random.choice(_LETTERS) for _ in range(25))
        made = Record(id, kind, description, (above.id,) if above else (), layer, files, now, now)
        self._records[key] = made
        return made

    def listed(self, version: str) -> list[dict[str, Any]]:
        """As df tells of them."""
        return [self._shown(record, version) for record in self._records.values()]

    def _shown(self, record: Record, version: str) -> dict[str, Any]:
        parents: dict[str, Any]
        if at_least(version, "1.42"):
            parents = {"Parents": list(record.parents)} if record.parents else {}
        else:
            parents = {"Parent": record.parents[0] if record.parents else ""}
        return {
            "ID": record.id,
            **parents,
            "Type": record.kind,
            "Description": record.description,
            "InUse": False,
            "Shared": self._shared(record),
            "Size": record.size,
            "CreatedAt": rfc3339(record.created),
            "LastUsedAt": rfc3339(record.used),
            "UsageCount": record.count,
        }

    def _shared(self, record: Record) -> bool:
        if record.layer is None:
            return False
        return any(record.layer.diff_id in image.diff_ids for image in self._engine.images)

    def prune(
        self, filters: Mapping[str, Sequence[str]], *, everything: bool, keep: int = 0
    ) -> dict[str, Any]:
        """Forget what is not needed.

        Args:
            filters: which; see the Engine API.
            everything: also what images have.
            keep: so many bytes stay, of what was used last.

        Raises:
            Failure: a filter cannot be.
        """
        modern = at_least(self._engine.api, "1.42")
        for name, values in filters.items():
            if name not in _FILTERS:
                word = "invalid" if modern else "Invalid"
                raise Failure(400, f"failed to prune build cache: {word} filter '{name}'")
            if len(values) > 1:
                raise Failure(400, "failed to prune build cache: filters expect only one value")
        limit = self._limit(filters)
        gone: list[Record] = []
        kept = sum(record.size for record in self._records.values())
        for key, record in sorted(self._records.items(), key=lambda item: item[1].used):
            if (keep and kept <= keep) or not self._wanted(record, filters, limit, everything):
                continue
            del self._records[key]
            kept -= record.size
            gone.append(record)
        return {
            "CachesDeleted": [record.id for record in gone] or None,
            "SpaceReclaimed": sum(record.size for record in gone),
        }

    def _limit(self, filters: Mapping[str, Sequence[str]]) -> int | None:
        for name in ("until", "unused-for"):
            for text in filters.get(name, ()):
                try:
                    return moment(text, self._engine.now())
                except Failure:
                    raise self._no_time(text) from None
        return None

    def _no_time(self, text: str) -> Failure:
        wanted = "failed to prune build cache: \"until\" filter expects a duration (e.g., '24h')"
        if at_least(self._engine.api, "1.42"):
            problem = f'failed to parse value as time or duration: "{text}"'
            return Failure(400, f"{wanted} or a timestamp: {problem}")
        return Failure(500, f'{wanted}: time: invalid duration "{text}"')

    def _wanted(
        self, record: Record, filters: Mapping[str, Sequence[str]], limit: int | None, everything: bool
    ) -> bool:
        if limit is not None and record.used > limit:
            return False
        if not everything and self._shared(record):
            return False
        facts: dict[str, Callable[[str], bool]] = {
            "id": record.id.startswith,
            "parent": lambda text: text in record.parents,
            "type": lambda text: record.kind == text,
            "description": lambda text: text in record.description,
            "inuse": lambda text: text == "false",
            "shared": lambda text: (text == "true") == self._shared(record),
            "private": lambda text: (text == "true") != self._shared(record),
        }
        return all(facts[name](text) for name, values in filters.items() if name in facts for text in values)
