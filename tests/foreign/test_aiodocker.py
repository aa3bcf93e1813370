"""Everyday programs of aiodocker, on the fake daemon and on the engine that it stands for."""

from __future__ import annotations

import asyncio
import contextlib
import io
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

aiodocker = pytest.importorskip("aiodocker")

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

ALONE = {"NetworkMode": "none"}


@pytest.fixture
def program(url: str) -> Callable[[Callable[[Any], Coroutine[Any, Any, None]]], None]:
    """Run an asynchronous function with a client."""

    def run(function: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        async def main() -> None:
            async with aiodocker.Docker(url=url) as client:
                await asyncio.wait_for(function(client), 40)

        asyncio.run(main())

    return run


def config(*command: str, **more: Any) -> dict[str, Any]:
    return {"Image": "busybox", "Cmd": list(command), "HostConfig": ALONE, **more}


def test_a_container(program: Any, prefix: str) -> None:
    @program
    async def _(client: Any) -> None:
        container = await client.containers.run(
            config("sh", "-c", "echo out; echo err >&2; exit 3"), name=f"{prefix}-c"
        )
        assert await container.wait() == {"StatusCode": 3}
        assert await container.log(stdout=True) == ["out\n"]
        assert await container.log(stderr=True) == ["err\n"]
        assert (await container.show())["State"]["ExitCode"] == 3
        await container.delete()
        with pytest.raises(aiodocker.DockerError) as gone:
            await container.show()
        assert gone.value.status == 404


def test_life_and_list(program: Any, prefix: str) -> None:
    @program
    async def _(client: Any) -> None:
        container = await client.containers.create_or_replace(f"{prefix}-c", config("sleep", "1000"))
        await container.start()
        await container.pause()
        await container.unpause()
        await container.rename(f"{prefix}-other")
        listed = await client.containers.list(filters={"name": [prefix]})
        assert [one.id for one in listed] == [container.id]
        assert (await container.stats(stream=False))[0]["pids_stats"]["current"] == 1
        async with contextlib.aclosing(container.stats(stream=True)) as samples:
            assert (await anext(samples))["name"] == f"/{prefix}-other"
        await container.restart(t=0)
        await container.kill()
        await container.delete(force=True)


def test_logs_are_followed(program: Any, prefix: str) -> None:
    @program
    async def _(client: Any) -> None:
        container = await client.containers.run(config("sh", "-c", "echo one; echo two"), name=f"{prefix}-c")
        lines = [line async for line in container.log(stdout=True, follow=True)]
        assert "".join(lines) == "one\ntwo\n"


def test_attach(program: Any, prefix: str) -> None:
    @program
    async def _(client: Any) -> None:
        container = await client.containers.create(
            config("sh", "-c", "read x; echo got $x", OpenStdin=True, StdinOnce=True), name=f"{prefix}-c"
        )
        async with container.attach(stdin=True, stdout=True, stderr=True) as stream:
            await container.start()
            await stream.write_in(b"text\n")
            said = await stream.read_out()
            assert (said.stream, said.data) == (1, b"got text\n")
            assert await stream.read_out() is None


def test_exec(program: Any, prefix: str) -> None:
    @program
    async def _(client: Any) -> None:
        container = await client.containers.run(config("sleep", "1000"), name=f"{prefix}-c")
        executed = await container.exec(["sh", "-c", "read x; echo got $x; exit 4"], stdin=True)
        async with executed.start(detach=False) as stream:
            await stream.write_in(b"text\n")
            said = await stream.read_out()
            assert (said.stream, said.data) == (1, b"got text\n")
            assert await stream.read_out() is None
        assert (await executed.inspect())["ExitCode"] == 4
        detached = await container.exec(["true"])
        assert await detached.start(detach=True) in (b"", "")


def test_archives(program: Any, prefix: str) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("a")
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"text"))

    @program
    async def _(client: Any) -> None:
        container = await client.containers.create(config("cat", "/tmp/a"), name=f"{prefix}-c")
        await container.put_archive("/tmp", buffer.getvalue())
        back = await container.get_archive("/tmp/a")
        with back:
            assert back.extractfile("a").read() == b"text"
        await container.start()
        await container.wait()
        assert await container.log(stdout=True) == ["text"]


def test_build(program: Any, prefix: str) -> None:
    context = io.BytesIO()
    text = f"FROM busybox\nLABEL of={prefix}\nRUN echo built > /built\n".encode()
    with tarfile.open(fileobj=context, mode="w") as tar:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))

    @program
    async def _(client: Any) -> None:
        context.seek(0)
        lines = await client.images.build(fileobj=context, encoding="identity", tag=prefix)
        assert {"stream": f"Successfully tagged {prefix}:latest\n"} in lines
        assert (await client.images.history(prefix))[0]["CreatedBy"] == ("/bin/sh -c echo built > /built")
        await client.images.delete(prefix)


def test_images(program: Any, prefix: str, registry: str) -> None:
    name = f"{registry}/{prefix}"

    @program
    async def _(client: Any) -> None:
        await client.images.tag("busybox", name, tag="1")
        pushed = await client.images.push(name, tag="1")
        assert pushed[-1]["aux"]["Tag"] == "1"
        await client.images.delete(f"{name}:1")
        pulled = await client.images.pull(name, tag="1")
        assert pulled[-1] == {"status": f"Status: Downloaded newer image for {name}:1"}
        assert (await client.images.inspect(f"{name}:1"))["RepoTags"] != []
        async with client.images.export_image(f"{name}:1") as content:
            saved = await content.read()

        async def pieces() -> Any:
            yield saved

        loaded = [line async for line in client.images.import_image(pieces(), stream=True)]
        assert f"Loaded image: {name}:1\n" in [line.get("stream") for line in loaded]
        with pytest.raises(aiodocker.DockerError) as missing:
            await client.images.inspect(f"{name}:2")
        assert missing.value.status == 404


def test_networks_and_volumes(program: Any, prefix: str) -> None:
    @program
    async def _(client: Any) -> None:
        network = await client.networks.create({"Name": f"{prefix}-net", "CheckDuplicate": True})
        volume = await client.volumes.create({"Name": f"{prefix}-volume"})
        host = {"NetworkMode": f"{prefix}-net", "Binds": [f"{prefix}-volume:/data"]}
        container = await client.containers.run(
            {**config("sh", "-c", "touch /data/x; sleep 1000"), "HostConfig": host}, name=f"{prefix}-c"
        )
        await network.disconnect({"Container": container.id})
        await network.connect({"Container": container.id})
        assert list((await network.show())["Containers"]) == [container.id]
        assert (await volume.show())["Name"] == f"{prefix}-volume"
        await container.delete(force=True)
        await network.delete()
        await volume.delete()


def test_events(program: Any, prefix: str) -> None:
    @program
    async def _(client: Any) -> None:
        container = await client.containers.run(config("sleep", "1000"), name=f"{prefix}-c")
        subscriber = client.events.subscribe()
        actions: list[str] = []
        while not {"pause", "unpause"} <= set(actions):  # it does not tell from when on it listens
            await container.pause()
            await container.unpause()
            with contextlib.suppress(TimeoutError):
                while event := await asyncio.wait_for(subscriber.get(), 0.2):
                    if event["Actor"]["ID"] == container.id:
                        actions.append(event["Action"])
        assert actions[-2:] == ["pause", "unpause"]
        await client.events.stop()


def test_daemon(program: Any) -> None:
    @program
    async def _(client: Any) -> None:
        assert (await client.version())["Os"] == "linux"
        assert (await client.system.info())["OSType"] == "linux"
