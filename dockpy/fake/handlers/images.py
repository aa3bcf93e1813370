"""Images that are here: list, inspect, history, tag, remove, prune, search, commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.hub.search import search
from dockpy.fake.state.image_import import commit, name_to_give
from dockpy.fake.state.image_listing import listed
from dockpy.fake.state.image_platform import Platform, mismatch, parse_json
from dockpy.fake.state.image_removal import prune, remove
from dockpy.fake.state.image_views import history_of, inspected
from dockpy.ops import images as ops
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.state.image import Image

__all__: list[str] = []


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    if call.knows("1.54") and call.flag("identity") and not call.flag("manifests"):
        raise Failure(400, "identity requires manifests to be enabled")
    found = listed(
        call.engine.images,
        call.version,
        call.filters(),
        all=call.flag("all"),
        shared_size=call.knows("1.42") and call.flag("shared-size"),
    )
    return Answer(json=found)


def _for_platform(call: Call, reference: str, platform: Platform | None) -> Image:
    """An image that has to be for a platform, where one is asked for."""
    image = call.engine.images.resolve(reference)
    found = Platform.of_image(image)
    if platform is not None and not platform.fits(found):
        raise Failure(404, mismatch(reference, platform, found, call.engine.api))
    return image


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    platform = parse_json(call.text("platform")) if call.knows("1.49") else None
    if platform is not None and call.flag("manifests"):
        raise Failure(400, "conflicting options: manifests and platform options cannot both be set")
    try:
        image = _for_platform(call, call.id, platform)
    except Failure as failure:
        if at_least(call.engine.api, "1.42"):
            raise
        raise Failure(failure.status, f"no such image: {call.id}: {failure.message}") from None
    return Answer(json=inspected(call.engine.images, image, call.version))


@handles(ops.ATTESTATIONS)
def _attestations(call: Call) -> Answer:
    # A fake daemon stores images as engines with graph drivers do.
    raise Failure(501, "the legacy image store does not support attestations")


@handles(ops.HISTORY)
def _history(call: Call) -> Answer:
    platform = parse_json(call.text("platform")) if call.knows("1.48") else None
    image = _for_platform(call, call.id, platform)
    return Answer(json=history_of(call.engine.images, image))


@handles(ops.TAG)
def _tag(call: Call) -> Answer | None:
    images = call.engine.images
    new = at_least(call.engine.api, "1.42")
    repository = call.text("repo")
    if not repository:
        if new:
            return Answer(status=200, body=b"")
        raise Failure(500, "invalid reference format")
    name = name_to_give(images, repository, call.text("tag"), 400 if new else 500)
    image = images.resolve(call.id)
    if name is not None:
        images.tag(image, name)
    return Answer(status=201, body=b"")


@handles(ops.DELETE)
def _delete(call: Call) -> Answer:
    if not call.id.strip():
        raise Failure(400, "image name cannot be blank")
    if call.knows("1.50"):
        for text in call.all_of("platforms"):
            _for_platform(call, call.id, parse_json(text))
    gone = remove(call.engine.images, call.id, force=call.flag("force"), noprune=call.flag("noprune"))
    return Answer(json=gone)


@handles(ops.PRUNE)
def _prune(call: Call) -> Answer:
    return Answer(json=prune(call.engine.images, call.filters()))


@handles(ops.SEARCH)
def _search(call: Call) -> Answer:
    return Answer(json=search(call.text("term"), call.text("limit"), call.filters(), call.engine.api))


@handles(ops.COMMIT)
def _commit(call: Call) -> Answer:
    engine = call.engine
    images = engine.images
    new = at_least(engine.api, "1.42")
    body = call.json()
    reference = call.text("container")
    if not reference:
        raise Failure(400, 'invalid name or ID supplied: ""')
    name = None
    if call.text("repo"):
        name = name_to_give(images, call.text("repo"), call.text("tag"), 400 if new else 500)
    container = engine.containers.get(reference)
    pauses = call.flag("pause", True) and container.state.running and not container.state.paused
    if pauses:
        engine.containers.pause(container)
    image = commit(
        images,
        container,
        name=name,
        comment=call.text("comment"),
        author=call.text("author"),
        changes=[change for text in call.all_of("changes") for change in text.split("\n") if change],
        config=body or None,
    )
    told = {"comment": call.text("comment"), "imageID": image.id, "imageRef": name.familiar if name else ""}
    engine.events.emit("container", "commit", container.id, container.attributes(**told))
    if pauses:
        engine.containers.unpause(container)
    return Answer(status=201, json={"Id": image.id})
