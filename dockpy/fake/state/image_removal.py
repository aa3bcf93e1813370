"""Taking names and images away, as far as nobody needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.image import chain_ids
from dockpy.fake.state.image_filters import boolean, check_names, has_labels, moment
from dockpy.fake.state.image_names import parse_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.image import Image
    from dockpy.fake.state.image_names import Name
    from dockpy.fake.state.images import Images

__all__ = ["prune", "remove"]

Records = list[dict[str, str]]

_PRUNE_FILTERS = frozenset({"dangling", "label", "label!", "until"})


class _Conflict(Exception):
    def __init__(self, image: Image, problem: str, *, hard: bool = False, used: bool = False) -> None:
        self.image = image
        self.problem = problem
        self.hard = hard
        self.used = used

    def failure(self) -> Failure:
        how = "cannot be forced" if self.hard else "must be forced"
        return Failure(409, f"conflict: unable to delete {_short(self.image.id)} ({how}) - {self.problem}")


def remove(images: Images, reference: str, *, force: bool = False, noprune: bool = False) -> Records:
    """Take a name away, and its image where that was the last one; or an image by its id.

    Args:
        images: where it is.
        reference: a name, an id or the beginning of one.
        force: also where it has several names, or a stopped container uses it.
        noprune: leave its parents that have no name.

    Returns:
        What is gone, as the Engine API lists it.

    Raises:
        Failure: 404, there is none; 409, somebody needs it.
    """
    image = images.resolve(reference)
    records: Records = []
    names = images.names_of(image)
    if not _is_id_of(image, reference):
        if not force and _single(names):
            _refuse_used(images, image, reference)
        name = parse_name(reference, images.api).with_default()
        name = name.of_digest(name.digest) if name.digest else name
        _untag(images, image, name, records)
        left = images.names_of(image)
        of_repository = [other for other in left if other.repository == name.repository]
        if not name.digest and all(other.digest for other in of_repository):
            # Without a tag, what it was pulled or pushed as does not keep it.
            for other in of_repository:
                images.unname(other)
                records.append({"Untagged": other.familiar})
            left = images.names_of(image)
        if left:
            return records
        _delete(images, image, records, force=force, prune=not noprune, quiet=True)
        return records
    if _single(names):
        try:
            _check(images, image, soft=not force, names=False)
        except _Conflict as conflict:
            raise conflict.failure() from None
        for name in names:
            _untag(images, image, name, records)
    _delete(images, image, records, force=force, prune=not noprune, quiet=False)
    return records


def _delete(images: Images, image: Image, records: Records, *, force: bool, prune: bool, quiet: bool) -> None:
    try:
        _check(images, image, soft=not force, names=not force)
    except _Conflict as conflict:
        dangling = not images.names_of(image) and not images.children_of(image)
        if quiet and (not dangling or conflict.used):
            return
        raise conflict.failure() from None
    for name in images.names_of(image):
        _untag(images, image, name, records)
    released = _released(images, image)
    images.forget(image)
    images.engine.events.emit("image", "delete", image.id, {"name": image.id})
    records.append({"Deleted": image.id})
    records += [{"Deleted": chain} for chain in released]
    parent = images.get(image.parent)
    if prune and parent is not None:
        _delete(images, parent, records, force=False, prune=True, quiet=True)


def _check(images: Images, image: Image, *, soft: bool, names: bool) -> None:
    """Raise where somebody needs an image; `soft`: also where that can be forced."""
    conflict: _Conflict | None = None
    users = images.users_of(image)
    running = next((user for user in users if _runs(user)), None)
    if images.children_of(image):
        conflict = _Conflict(image, "image has dependent child images", hard=True)
    elif running is not None:
        problem = f"image is being used by running container {running.id[:12]}"
        conflict = _Conflict(image, problem, hard=True, used=True)
    elif names and images.names_of(image):
        conflict = _Conflict(image, "image is referenced in multiple repositories")
    elif soft and users:
        problem = f"image is being used by stopped container {users[0].id[:12]}"
        conflict = _Conflict(image, problem, used=True)
    if conflict is not None:
        raise conflict


def _runs(container: Container) -> bool:
    return container.state.running


def _refuse_used(images: Images, image: Image, reference: str) -> None:
    for user in images.users_of(image):
        raise Failure(
            409,
            f'conflict: unable to remove repository reference "{reference}" (must force) - container '
            f"{user.id[:12]} is using its referenced image {_short(image.id)}",
        )


def _untag(images: Images, image: Image, name: Name, records: Records) -> None:
    images.unname(name)
    records.append({"Untagged": name.familiar})
    images.emit("untag", image)


def _released(images: Images, image: Image) -> list[str]:
    """The chains of layers that nothing else has, the uppermost first."""
    kept = {chain for other in images if other is not image for chain in chain_ids(other.diff_ids)}
    for user in images.users_of(image):
        kept.update(chain_ids(user.image.diff_ids))
    return [chain for chain in reversed(chain_ids(image.diff_ids)) if chain not in kept]


def _is_id_of(image: Image, reference: str) -> bool:
    return image.id.startswith(reference) or image.id.partition(":")[2].startswith(reference)


def _single(names: Sequence[Name]) -> bool:
    """Whether it is one name, whatever digests it has in the same repository."""
    tagged = [name for name in names if not name.digest]
    repositories = {name.repository for name in names if name.digest}
    if len(names) <= 1:
        return True
    if len(tagged) > 1:
        return False
    return repositories == {(tagged or names)[0].repository}


def _short(id: str) -> str:
    return id.partition(":")[2][:12]


def prune(images: Images, filters: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Take away the images that no container uses.

    Args:
        images: where they are.
        filters: ``dangling`` (true where it is not given: only those without a name), ``until``, ``label``,
            ``label!``.

    Returns:
        What is gone, and the room that it took.

    Raises:
        Failure: a filter cannot be read.
    """
    engine: Engine = images.engine
    check_names(filters, _PRUNE_FILTERS, engine.api)
    dangling = boolean(filters, "dangling", True, engine.api)
    wanted = _chosen(filters, engine.now())
    candidates = [
        image
        for image in sorted(images, key=lambda image: -image.created_at)
        if wanted(image) and (images.names_of(image) or not images.children_of(image))
    ]
    sizes = {chain: layer.size for image in images for chain, layer in _chain_of(image)}
    gone: Records = []
    for image in candidates:
        names = images.names_of(image)
        if images.get(image.id) is None or (dangling and any(not name.digest for name in names)):
            continue
        for reference in [name.familiar for name in names] or [image.id.partition(":")[2]]:
            try:
                gone += remove(images, reference)
            except Failure:
                continue
    freed = sum(sizes.get(record.get("Deleted", ""), 0) for record in gone)
    engine.events.emit("image", "prune", "", {"reclaimed": str(freed)})
    return {"ImagesDeleted": gone or None, "SpaceReclaimed": freed}


def _chosen(filters: Mapping[str, Sequence[str]], now: int) -> Callable[[Image], bool]:
    limit = min((moment(text, now) for text in filters.get("until", ())), default=None)
    labels, without = filters.get("label", ()), filters.get("label!", ())

    def wanted(image: Image) -> bool:
        return (
            (limit is None or image.created_at <= limit)
            and has_labels(image.labels, labels)
            and not (without and has_labels(image.labels, without))
        )

    return wanted


def _chain_of(image: Image) -> list[tuple[str, Any]]:
    return list(zip(chain_ids(image.diff_ids), image.layers, strict=True))
