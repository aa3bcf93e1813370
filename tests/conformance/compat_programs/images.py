"""Images: pull, build, save, load, push."""

import io
import os

import docker
from docker.errors import APIError, BuildError, ImageLoadError, ImageNotFound, InvalidArgument, NotFound

name, registry = os.environ["NAME"], os.environ["REGISTRY"]
client = docker.from_env()
repository = f"{registry}/{name}"
image = client.images.get("busybox")
try:
    print(
        repr(image).startswith("<Image: '"),
        "busybox:latest" in image.tags,
        image.short_id == image.id[:19],
        client.images.get(image.id) == image,
    )
    print(image.tag(repository, "1"), image.tag(repository, "2"))
    image.reload()
    print(sorted(tag.replace(repository, "REPOSITORY") for tag in image.tags if name in tag))
    print(image in client.images.list(name=repository), len(client.images.list(name=repository)))
    for tag in ("1", "2"):
        said = client.images.push(repository, tag)
        print(type(said).__name__, "digest" in said)
    print({type(event).__name__ for event in client.images.push(repository, "1", stream=True, decode=True)})
    data = client.images.get_registry_data(f"{repository}:1")
    print(
        type(data).__name__,
        data.id.startswith("sha256:"),
        len(data.short_id),
        data.image_name == f"{repository}:1",
    )
    print(data.has_platform("linux"), data.has_platform("plan9/mips"))
    try:
        data.has_platform("a/b/c/d")
    except InvalidArgument as error:
        print(error)
    for tag in ("1", "2"):
        print(client.images.remove(f"{repository}:{tag}"))
    pulled = client.images.pull(f"{repository}:1")
    print(type(pulled).__name__, pulled == image)
    print(client.images.pull(repository, tag="2") == image, data.pull() == image)
    everything = client.images.pull(repository, all_tags=True)
    print(type(everything).__name__, everything == [image])
    try:
        client.images.pull(repository, tag="3")
    except NotFound as error:
        print(type(error).__name__, error.status_code)

    chunks = image.save(named=f"{repository}:1")
    archive = b"".join(chunks)
    print(len(archive) > 1000000, all(isinstance(chunk, bytes) for chunk in image.save(chunk_size=100000)))
    client.images.remove(f"{repository}:1")
    print(client.images.load(archive) == [image])
    try:
        image.save(named="nothing:like-it")
    except InvalidArgument as error:
        print(error)
    try:
        print(client.images.load(b"no archive"))
    except (APIError, ImageLoadError):
        print("failed")

    dockerfile = io.BytesIO(b"FROM busybox\nLABEL a=b\nRUN echo building\n")
    built, log = client.images.build(
        fileobj=dockerfile, tag=f"{repository}:built", rm=True, labels={"c": "d"}, network_mode="none"
    )
    print(built.labels["a"], built.labels["c"], [tag.replace(repository, "REPOSITORY") for tag in built.tags])
    messages = list(log)
    print({"stream": "building\n"} in messages, {type(message).__name__ for message in messages}, list(log))
    print(built.history()[0]["Tags"] == [f"{repository}:built"], len(built.history()) >= 2)
    print(type(built.remove(force=True)).__name__)
    try:
        client.images.build(
            fileobj=io.BytesIO(b"FROM busybox\nRUN echo said; exit 3\n"), forcerm=True, network_mode="none"
        )
    except BuildError as error:
        print("returned a non-zero code: 3" in error.msg, {"stream": "said\n"} in list(error.build_log))
    try:
        client.images.build()
    except TypeError:
        print("TypeError")
    try:
        client.images.get(f"{repository}:nothing")
    except ImageNotFound as error:
        print(error.status_code, f"o such image: {repository}:nothing" in error.explanation)
finally:
    for tag in client.images.get("busybox").tags:
        if tag.startswith(repository):
            client.images.remove(tag)
client.close()
