"""Containers between two engines."""

from __future__ import annotations

import socket
from tarfile import DIRTYPE
from typing import TYPE_CHECKING, Any

import pytest
from transfers import NUMBERS, PAIRS, archive, entry, fill, listing, odd_tree

from dockpy import Client, Container, InvalidArgument, NotFound, VersionMismatch
from dockpy.errors import TransferError
from dockpy.transfer import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.transfer import CopyProgress

# A fake's programs run on fakes alone.
pytestmark = pytest.mark.parametrize(("source", "target"), PAIRS[:4], indirect=True)
LOOP = "trap 'exit 0' TERM; while :; do sleep 0.1; done"


@pytest.fixture
def name(source: Client, target: Client, new_name: Callable[[], str]) -> Iterator[str]:
    """A name of a container, a volume and a network; they are removed on both engines."""
    name = new_name()
    yield name
    for client in (source, target):
        for container in client.containers.list(all=True, filters={"name": name}):
            image = container.image
            with container:
                pass
            if not image.tags and "dockpy: transfer" in (image.attrs.comment or ""):
                image.remove()
        for each in (*client.networks.list([name]), *client.volumes.list(filters={"name": name})):
            each.remove()


@pytest.fixture
def subnet() -> str:
    """One that nobody has."""
    return f"10.232.{next(NUMBERS)}.0/24"


def changes(container: Container) -> dict[str, int]:
    return {each.path: each.kind for each in container.diff()}


def left(client: Client, name: str, container_id: str) -> list[object]:
    """What is there of a name, and of a container's transfer: others use the engines as well."""
    found: list[object] = [*client.containers.list(all=True, filters={"name": name})]
    found += [*client.networks.list([name]), *client.volumes.list(filters={"name": name})]
    lists = client.volumes.list(filters={"label": "dockpy.transfer.container"})
    return [*found, *(each for each in lists if container_id[:12] in each.name)]


def same(ours: Any, theirs: Any) -> None:
    """Two containers were asked for alike, but for what engines have of themselves."""
    skipped = {"Hostname", "Image", "MacAddress", "Entrypoint"}
    for key in {*ours["Config"], *theirs["Config"]} - skipped:
        assert (ours["Config"].get(key) or None) == (theirs["Config"].get(key) or None), key
    skipped = {"MaskedPaths", "NetworkMode", "Binds", "Mounts", "KernelMemory", "Capabilities"}
    for key in {*ours["HostConfig"], *theirs["HostConfig"]} - skipped:
        assert (ours["HostConfig"].get(key) or None) == (theirs["HostConfig"].get(key) or None), key


def test_a_running_one_with_all_that_it_has_is_moved(
    source: Client, target: Client, name: str, subnet: str, create: Any, labels: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = subnet.replace(".0/24", ".9")
    source.networks.create(name, subnet=subnet, labels=labels)
    source.volumes.create(name, labels={**labels, "kept": "so"})
    container = create(
        source,
        ["sh", "-c", LOOP],
        name=name,
        network=None,
        networks={name: {"ipv4_address": address, "aliases": ["db"]}},
        volumes=[f"{name}:/data", "/anonymous"],
        environment={"GREETING": "hi there"},
        labels={"own": "label"},
        ports={"80/tcp": ("127.0.0.1", port)},
        healthcheck={"test": ["CMD", "test", "-e", "/own/file"], "interval": 0.2, "timeout": 5},
        restart_policy={"name": "on-failure", "maximum_retry_count": 3},
        mem_limit="64m",
        ulimits=["nofile=100:200"],
        cap_drop=["MKNOD"],
        sysctls={"net.core.somaxconn": "128"},
        tmpfs={"/scratch": "size=1m"},
        working_dir="/etc",
        init=True,
        stop_signal="SIGTERM",
        stop_timeout=7,
    )
    fill(source, name, odd_tree())
    container.put_archive("/", archive([entry(".", DIRTYPE), entry("file", data=b"own")], "own"))
    container.copy_to(b"anonymous", "/anonymous/file")
    container.start()
    container.exec_run(["rm", "/etc/group"])
    container.wait_healthy()
    before, was, changed = listing(source, name), container.attrs.to_dict(), changes(container)
    anonymous = [each.name for each in container.mounts if each.destination == "/anonymous"]

    told: list[CopyProgress] = []
    plan = container.move(to=target, dry_run=True)
    moved = container.move(to=target, progress=told.append)

    assert isinstance(plan, Plan)
    assert [each.step for each in told if each.phase == "done"] == [step.name for step in plan.steps]
    assert (moved.client, moved.name, moved.status, moved.health) == (target, name, "running", "healthy")
    same(was, moved.attrs.to_dict())
    assert listing(target, name) == before
    assert target.volumes.get(name).labels["kept"] == "so"
    assert moved.exec_run(["cat", "/own/file", "/anonymous/file"]).output == b"ownanonymous"
    assert moved.exec_run(["sh", "-c", "echo $GREETING; test -e group || pwd"]).output == b"hi there\n/etc\n"
    assert changed["/etc/group"] == 2
    endpoint = moved.networks[name]
    assert endpoint.ip_address == address
    assert "db" in endpoint.aliases
    assert container.short_id not in endpoint.aliases
    if target.api_version != "1.41":
        assert {name, "db"} <= {*endpoint.dns_names}
    assert moved.ports["80/tcp"] == [{"HostIp": "127.0.0.1", "HostPort": str(port)}]
    with pytest.raises(NotFound):
        source.containers.get(container.id)
    with pytest.raises(NotFound):
        source.volumes.get(str(anonymous[0]))
    assert listing(source, name) == before  # named volumes stay
    assert left(target, name, container.id)[3:] == []
    images = source.images.list(filters={"dangling": True, "label": f"dockpy-test={labels['dockpy-test']}"})
    assert not [each for each in images if container.id in (each.attrs.comment or "")]


def test_a_copy_leaves_it_running(
    source: Client, target: Client, name: str, start: Any, labels: dict[str, str]
) -> None:
    source.volumes.create(name, labels=labels)
    container = start(source, name=name, volumes=[f"{name}:/data"])
    container.exec_run(["sh", "-c", "echo data > /data/file; echo own > /own"])
    began, states = container.attrs.state.started_at, []

    def look(told: CopyProgress) -> None:
        if (told.step, told.phase) == (f"files of {name}", "done"):
            states.append(source.containers.get(name).status)

    copied = container.copy(to=target, progress=look)
    assert states == ["paused"]
    container.reload()
    assert (container.status, container.attrs.state.started_at) == ("running", began)
    assert (copied.name, copied.status) == (name, "running")
    assert copied.exec_run(["cat", "/data/file", "/own"]).output == b"data\nown\n"
    other = container.copy(to=target, name=f"{name}-2", volumes=False, start=False)
    assert (other.name, other.status) == (f"{name}-2", "created")
    with pytest.raises(InvalidArgument, match="is there already, and a container uses it"):
        container.copy(to=target, name=f"{name}-3")


def test_without_changes_it_is_of_the_same_image(
    source: Client, target: Client, name: str, start: Any, labels: dict[str, str]
) -> None:
    container = start(source, name=name, volumes=["/anonymous"])
    layers = container.image.attrs.root_fs.layers
    own = {"label": f"dockpy-test={labels['dockpy-test']}"}  # others use the engine as well
    before = {each.id for each in source.images.list(all=True, filters=own)}
    moved = container.move(to=target, timeout=0)
    assert moved.image.attrs.root_fs.layers == layers
    assert {each.id for each in source.images.list(all=True, filters=own)} == before


def test_what_it_changed_stays_behind_if_told_so(
    source: Client, target: Client, name: str, start: Any
) -> None:
    container = start(source, name=name)
    container.exec_run(["touch", "/own"])
    copied = container.copy(to=target, commit=False)
    assert copied.exec_run(["test", "-e", "/own"]).exit_code == 1


@pytest.mark.parametrize("status", ["created", "exited", "paused"])
def test_how_it_stands_with_it_is_kept(
    source: Client, target: Client, name: str, create: Any, status: str
) -> None:
    container = create(source, ["sh", "-c", LOOP], name=name)
    container.copy_to(b"own", "/own")
    if status != "created":
        container.start()
    if status == "paused":
        container.pause()
    if status == "exited":
        container.kill()
        container.wait()
    moved = container.move(to=target)
    assert moved.status == ("created" if status == "exited" else status)
    if status == "paused":
        moved.unpause()
        assert moved.exec_run(["cat", "/own"]).output == b"own"
    with pytest.raises(NotFound):
        source.containers.get(container.id)


def test_files_that_were_deleted_from_a_volume_do_not_come_back(
    source: Client, target: Client, name: str, create: Any, labels: dict[str, str]
) -> None:
    """Engines fill an empty volume with what the image has at its place."""
    seed = create(source, ["true"])
    seed.put_archive("/", archive([entry(".", DIRTYPE), entry("file", data=b"seed")], "data"))
    image = seed.commit()
    source.volumes.create(name, labels=labels)
    container = create(source, ["sh", "-c", LOOP], image=image.id, name=name, volumes=[f"{name}:/data"])
    container.start()
    assert container.exec_run(["rm", "/data/file"]).exit_code == 0
    moved = container.move(to=target, timeout=0)
    assert list(listing(target, name)) == ["v"]
    assert moved.attrs.host_config.binds == [f"{name}:/data:nocopy"]
    there = moved.image
    with moved:
        pass
    there.remove()
    image.remove()


def test_named_volumes_go_if_told_so(
    source: Client, target: Client, name: str, create: Any, labels: dict[str, str]
) -> None:
    for volume in (name, f"{name}-used"):
        source.volumes.create(volume, labels=labels)
    create(source, ["true"], volumes=[f"{name}-used:/data"])
    container = create(source, ["true"], name=name, volumes=[f"{name}:/a", f"{name}-used:/b"])
    container.move(to=target, remove_volumes=True)
    with pytest.raises(NotFound):
        source.volumes.get(name)
    assert source.volumes.get(f"{name}-used")
    for other in source.containers.list(all=True, filters={"volume": f"{name}-used"}):
        other.remove()


def test_one_that_ends_there_at_once_goes_on_here(
    source: Client, target: Client, name: str, subnet: str, create: Any, labels: dict[str, str]
) -> None:
    source.networks.create(name, subnet=subnet, labels=labels)
    source.volumes.create(name, labels=labels)
    program = 'test "$(cat /place)" = there && exit 3; ' + LOOP
    container = create(source, ["sh", "-c", program], name=name, network=name, volumes=[f"{name}:/data"])
    container.start()
    was = container.networks[name].ip_address

    def progress(told: CopyProgress) -> None:
        if (told.step, told.phase) == (f"stop {name}", "done"):
            container.copy_to(b"there", "/place")
        if (told.step, told.phase) == (f"container {name}", "undone"):
            container.copy_to(b"here", "/place")

    with pytest.raises(TransferError, match="with exit status 3") as caught:
        container.move(to=target, progress=progress)
    assert (caught.value.step, caught.value.left) == (f"start {name}", ())
    assert left(target, name, container.id) == []
    container.reload()
    assert (container.status, container.networks[name].ip_address) == ("running", was)


def test_what_is_refused_before_anything_is_done(
    source: Client, target: Client, name: str, start: Any, create: Any
) -> None:
    container = start(source, name=name)
    asked = {
        "is on that daemon already": lambda: container.move(to=source),
        "to='unix:///x': it takes the Client": lambda: container.move(to="unix:///x"),  # type: ignore[call-overload]
        "binds='drop': it takes 'keep'": lambda: container.move(to=target, binds="drop"),  # type: ignore[call-overload]
    }
    for text, work in asked.items():
        with pytest.raises(InvalidArgument, match=text):
            work()
    create(target, ["true"], name=name)
    with pytest.raises(InvalidArgument, match=f"the name {name} is in use there"):
        container.move(to=target)
    with pytest.raises(InvalidArgument):
        container.move(to=target, name="no name!")
    shared = start(source, name=f"{name}-b", volumes=["/tmp:/host:ro"], auto_remove=True)
    with pytest.raises(InvalidArgument, match=r"/tmp of its host at /host.*binds='keep'") as caught:
        shared.move(to=target)
    assert "auto_remove" in str(caught.value)
    for each in (container, shared):
        each.reload()
        assert each.status == "running"


def test_paths_of_the_host_are_kept_if_told_so(
    source: Client, target: Client, name: str, create: Any
) -> None:
    container = create(source, ["true"], name=name, volumes=["/tmp:/host:ro"])
    moved = container.move(to=target, binds="keep")
    assert moved.attrs.host_config.binds == ["/tmp:/host:ro"]


def test_what_an_older_engine_does_not_know_is_refused(
    source: Client, target: Client, name: str, create: Any
) -> None:
    if source.api_version == "1.41":
        container = create(source, ["true"], name=name)
        assert container.move(to=target, dry_run=True).steps
        return
    container = create(source, ["true"], name=name, annotations={"a": "b"})
    if target.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"annotations needs API 1\.43"):
            container.move(to=target)
        assert left(target, name, container.id) == []
    else:
        assert container.move(to=target).attrs.host_config.annotations == {"a": "b"}
