"""What ``RUN --mount`` mounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, Tree, Upper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.files import FileSystem, Node
    from dockpy.fake.state.build_records import Records

__all__ = ["RunMount", "mount_all", "read_mounts"]


@dataclass(frozen=True, slots=True)
class RunMount:
    """A mount of a command.

    Attributes:
        kind: ``bind cache tmpfs secret ssh``.
        target: where.
        source: of a bind, the path in what it comes from.
        origin: of a bind, the stage or image; empty for the context.
        id: of a cache, what it is known by.
        writable: whether the command may write there.
        required: a secret has to be there.
    """

    kind: str
    target: str
    source: str = ""
    origin: str = ""
    id: str = ""
    writable: bool = True
    required: bool = False


def read_mounts(flags: dict[str, str]) -> Iterator[RunMount]:
    """The mounts of an instruction.

    Raises:
        Failure: one cannot be.
    """
    for text in flags.get("mount", "").splitlines():
        options = {
            name.lower(): value for name, _, value in (part.partition("=") for part in text.split(","))
        }
        kind = options.get("type", "bind")
        target = options.get("target") or options.get("dst") or options.get("destination") or ""
        if not target and kind in ("bind", "cache", "tmpfs"):
            raise Failure(500, f'target is required for mount of type "{kind}"')
        reads = "ro" in options or "readonly" in options
        writes = any(options.get(name, "false") in ("", "true") for name in ("rw", "readwrite"))
        yield RunMount(
            kind,
            target,
            options.get("source") or options.get("src") or "",
            options.get("from") or "",
            options.get("id") or target,
            writes if kind == "bind" else not reads,
            options.get("required", "false") in ("", "true"),
        )


def mount_all(
    fs: FileSystem,
    mounts: list[RunMount],
    records: Records,
    origin: Callable[[RunMount], Node],
    now: int,
) -> None:
    """Mount them.

    Args:
        fs: where.
        mounts: what.
        records: where caches are.
        origin: finds what a bind comes from.
        now: the time.

    Raises:
        Failure: what one needs is not there.
    """
    for mount in mounts:
        match mount.kind:
            case "cache":
                key = f"cache mount {mount.id}"
                found = records.find(key)
                if found is None:
                    files = Upper.empty(mtime=now)
                    found = records.add(
                        key, f'cached mount {mount.target} from exec with id "{mount.id}"', files=files
                    )
                tree: Upper | Tree | None = found.files
            case "tmpfs":
                tree = Upper.empty(0o1777, mtime=now)
            case "bind":
                tree = Upper(Tree(origin(mount)))
            case _:
                if mount.required:
                    raise Failure(500, "no active sessions")
                continue
        assert tree is not None
        fs.makedirs(ROOT, mount.target, 0o755)
        fs.mount(mount.target, tree, read_only=not mount.writable)
