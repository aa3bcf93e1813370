"""Pull an image, watch how far it is, and give it a name of its own."""

import secrets

import dockpy

with dockpy.from_env() as client:
    image = client.images.pull(
        "busybox:latest",
        on_progress=lambda message: print(f"  {message.get('id') or ''} {message.get('status') or ''}"),
    )
    print(f"{image.tags[0]}: {image.short_id}, {image.size} bytes, created {image.created}")

    name = f"dockpy-example-{secrets.token_hex(4)}:1.0"
    image.tag(name)
    try:
        assert client.images.get(name) == image
        print(f"{name} is {image.short_id} too")
    finally:
        client.images.remove(name)  # takes this name away; the image keeps its others
