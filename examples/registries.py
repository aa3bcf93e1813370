"""Push an image without the engine, look at it, copy it to another registry, load it from there.

The registries are fakes in this process; with ``Registry("ghcr.io", username=…, password=…)`` they are real.
"""

import secrets

import dockpy

name = f"dockpy-example-{secrets.token_hex(4)}"

with (
    dockpy.from_env() as client,
    dockpy.FakeRegistry().client() as here,
    dockpy.FakeRegistry().client() as there,
):
    pushed = here.push(client.images.save("busybox:latest"), f"{name}:1")
    print(f"{here.host} has {here.repository(name).tags()} of {name}")

    image = here.image(f"{name}:1")
    print(f"{image.platform}, {image.size} bytes in {len(image.layers)} layers, {image.command}")

    copied = here.copy(
        f"{name}:1",
        to=there,
        progress=lambda event: print(f"  {event.kind} {event.digest[:19]}"),
    )
    assert copied.digest == pushed.digest

    (loaded,) = client.images.load(there.pull(f"{name}:1"))
    try:
        print(f"{there.host}/{name}:1 is {loaded.short_id} again")
    finally:
        client.images.remove(f"{there.host}/{name}:1")  # takes this name away; the image keeps its others
