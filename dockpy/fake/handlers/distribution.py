"""What a registry has of an image."""

from __future__ import annotations

import json
from typing import Any

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.registry import Refusal
from dockpy.fake.state.image_names import parse_reference
from dockpy.fake.state.image_pull import open_session
from dockpy.fake.state.plugin import PLUGIN_CONFIG
from dockpy.ops import distribution as ops
from dockpy.wire.oci import INDEX_TYPES

__all__: list[str] = []


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    images = call.engine.images
    parsed = parse_reference(call.id, images.api)
    if isinstance(parsed, str):
        raise Failure(500, "no manifest found for full image ID")
    name = parsed.with_default()
    session = open_session(images, name, call.headers.get("x-registry-auth"))
    platforms: list[dict[str, Any]] | None
    try:
        manifest = session.manifest(name.digest or name.tag)
        document = manifest.document
        if manifest.media_type in INDEX_TYPES:
            platforms = [entry.get("platform") or {} for entry in document.get("manifests") or []]
        elif manifest.config_type == PLUGIN_CONFIG:
            platforms = None
        else:
            config = json.loads(session.blob(document["config"]["digest"]).read())
            known = ("architecture", "os", "os.version", "os.features", "variant")
            platforms = [{key: config[key] for key in known if config.get(key)}]
    except Refusal as refusal:
        raise refusal.of_distribution(images.api) from None
    descriptor = {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": manifest.blob.size,
    }
    return Answer(json={"Descriptor": descriptor, "Platforms": platforms})
