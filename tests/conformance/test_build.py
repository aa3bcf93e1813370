"""Images that are built: what goes in, and what comes out."""

from __future__ import annotations

import base64
import bz2
import contextlib
import gzip
import io
import json
import lzma
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ApiError, BadParameter, BuildError, Client, InvalidArgument, ServerError, VersionMismatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COPY = "FROM scratch\nCOPY . /context/\n"


@pytest.fixture
def build(labels: dict[str, str]) -> Iterator[Callable[..., Any]]:
    """Build an image with this run's label; what is built is removed when the test is over."""
    made: list[Any] = []

    def make(client: Client, dockerfile: str | None = None, **options: Any) -> Any:
        if dockerfile is not None:
            options["dockerfile"] = dockerfile
        options["labels"] = {**labels, **options.get("labels", {})}
        result = client.images.build(forcerm=True, **options)
        made.append(result.image)
        return result

    yield make
    for image in reversed(made):
        with contextlib.suppress(ApiError):  # the same one, built twice
            image.remove(force=True)


@pytest.fixture
def held(create: Any) -> Callable[..., dict[str, tarfile.TarInfo]]:
    """What an image holds in a folder."""

    def read(client: Client, image: Any, path: str = "/context") -> dict[str, tarfile.TarInfo]:
        stream, _ = create(client, ["none"], image=image.id).get_archive(path)
        with stream, tarfile.open(fileobj=io.BytesIO(stream.read())) as archive:
            found = {member.name.partition("/")[2]: member for member in archive}
        return {name: member for name, member in found.items() if name}

    return read


@pytest.fixture
def folder(tmp_path: Path, new_name: Any) -> Path:
    """A folder to build from."""
    root = tmp_path / "context"
    (root / "src").mkdir(parents=True)
    (root / "Dockerfile").write_text(COPY)
    (root / "src" / "main").write_text(new_name())
    (root / "src" / "main").chmod(0o751)
    (root / "src" / "link").symlink_to("/etc/hostname")
    (root / "notes.md").write_text("notes")
    return root


def test_build(client: Client, build: Any, held: Any, folder: Path, new_name: Any) -> None:
    messages: list[Any] = []
    names = [new_name(), f"{new_name()}:1.0"]
    result = build(client, path=folder, tag=names, on_progress=messages.append)
    image, log = result
    assert (result.image, result.log) == (image, log)
    assert set(image.tags) == {f"{names[0]}:latest", names[1]}
    assert image == client.images.get(names[1])
    assert [step.instruction.partition(" ")[0] for step in result.steps] == ["FROM", "COPY", "LABEL"]
    assert all(step.duration is not None and step.error is None for step in result.steps)
    assert "".join(message.stream or "" for message in log).startswith("Step 1/3 : FROM scratch")
    assert messages == log
    found = held(client, image)
    assert set(found) == {"Dockerfile", "notes.md", "src", "src/link", "src/main"}
    main = found["src/main"]
    assert (main.mode & 0o7777, main.uid, main.gid) == (0o751, 0, 0)
    assert found["src/link"].linkname == "/etc/hostname"


def test_what_was_built_before_is_taken(engine: Client, build: Any, folder: Path) -> None:
    first = build(engine, path=folder)
    assert [step.cached for step in first.steps] == [False, False, False]
    (folder / "src" / "main").touch()  # times do not count
    second = build(engine, path=folder)
    assert second.image == first.image
    assert [step.cached for step in second.steps] == [False, True, True]
    assert not any(step.cached for step in build(engine, path=folder, nocache=True).steps)
    (folder / "src" / "main").write_text("other")
    assert [step.cached for step in build(engine, path=folder).steps] == [False, False, False]


class TestDockerignore:
    def test_what_is_left_out(self, engine: Client, build: Any, held: Any, folder: Path) -> None:
        (folder / ".dockerignore").write_text("*.md\nsrc\n!src/main\n")
        found = held(engine, build(engine, path=folder).image)
        assert set(found) == {".dockerignore", "Dockerfile", "src", "src/main"}

    def test_the_builders_own_files(self, engine: Client, build: Any, held: Any, folder: Path) -> None:
        """They are sent, and kept out of the image."""
        (folder / ".dockerignore").write_text("Dockerfile\n.dockerignore\n")
        assert set(held(engine, build(engine, path=folder).image)) == {
            "notes.md",
            "src",
            "src/link",
            "src/main",
        }

    def test_one_of_the_dockerfile(self, engine: Client, build: Any, held: Any, folder: Path) -> None:
        (folder / ".dockerignore").write_text("src\n")
        (folder / "Other").write_text(COPY)
        (folder / "Other.dockerignore").write_text("*\n!notes.md\n")
        assert set(held(engine, build(engine, "Other", path=folder).image)) == {"notes.md"}


class TestDockerfile:
    def test_elsewhere(self, engine: Client, build: Any, held: Any, folder: Path, tmp_path: Path) -> None:
        (folder / ".dockerignore").write_text("src\n")
        (tmp_path / "Other").write_text(COPY)
        for dockerfile in (str(tmp_path / "Other"), "../Other", tmp_path / "Other"):
            found = held(engine, build(engine, path=folder, dockerfile=dockerfile).image)
            assert set(found) == {".dockerignore", "Dockerfile", "notes.md"}

    def test_its_text(self, engine: Client, build: Any, held: Any, folder: Path) -> None:
        assert "src/main" in held(engine, build(engine, COPY, path=folder).image)
        assert "src/main" in held(engine, build(engine, path=folder, fileobj=io.BytesIO(COPY.encode())).image)

    def test_its_text_alone(self, client: Client, build: Any) -> None:
        for options in (
            {"dockerfile": "FROM busybox\nENV A=b\n"},
            {"fileobj": io.StringIO("FROM busybox\nENV A=b\n")},
        ):
            assert "A=b" in build(client, **options).image.attrs.config.env

    def test_below(self, engine: Client, build: Any, held: Any, folder: Path) -> None:
        (folder / ".dockerignore").write_text("src\nnotes.md")
        (folder / "src" / "Dockerfile").write_text(COPY)
        found = held(engine, build(engine, "src/Dockerfile", path=folder).image)
        assert {name for name in found if found[name].isreg()} == {".dockerignore", "Dockerfile"}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_tar_of_ones_own(engine: Client, build: Any, held: Any, pack: Any) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in {"File": COPY.encode(), "a": b"b"}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    tar = pack(buffer.getvalue())
    for fileobj in (tar, io.BytesIO(tar), iter([tar[:99], tar[99:]])):
        image = build(engine, "File", fileobj=fileobj, custom_context=True, encoding="gzip").image
        assert set(held(engine, image)) == {"File", "a"}


def test_compressed(engine: Client, build: Any, held: Any, folder: Path) -> None:
    assert "src/main" in held(engine, build(engine, path=folder, gzip=True).image)


@pytest.fixture
def web() -> Iterator[Callable[[bytes, str], str]]:
    """Serve some bytes; gives back their URL."""
    content: dict[str, tuple[bytes, str]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data, kind = content[self.path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:

        def serve(data: bytes, kind: str) -> str:
            path = f"/{len(content)}"
            content[path] = (data, kind)
            return f"http://127.0.0.1:{server.server_address[1]}{path}"

        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield serve
        server.shutdown()
        thread.join()


def test_what_the_daemon_fetches(engine: Client, build: Any, web: Any) -> None:
    url = web(b"FROM busybox\nENV A=remote\n", "text/plain")
    for options in ({"path": url}, {"remote": url}):
        assert "A=remote" in build(engine, **options).image.attrs.config.env


class TestOptions:
    def test_arguments_labels_and_stages(self, engine: Client, build: Any) -> None:
        first = "ARG BASE=none\nFROM ${BASE} AS first\nARG A\nARG B=c\nENV A=$A B=$B\n"
        dockerfile = f"{first}FROM first AS second\nENV C=d\n"
        image = build(
            engine,
            dockerfile,
            buildargs={"BASE": "busybox", "A": 1, "B": ""},
            target="first",
            labels={"x": "y"},
        ).image
        env = image.attrs.config.env
        assert ("A=1" in env, "B=" in env, "C=d" in env) == (True, True, False)
        assert image.labels["x"] == "y"

    def test_what_its_steps_see(self, engine: Client, build: Any) -> None:
        command = "cat /etc/hosts; df -k /dev/shm; ls /sys/class/net; ulimit -n; ulimit -Hn"
        result = build(
            engine,
            f"FROM busybox\nRUN {command}\n",
            network_mode="none",
            extra_hosts={"db": "10.0.0.2"},
            shmsize="13m",
            ulimits={"nofile": (123, 456)},
            nocache=True,
        )
        output = result.steps[1].output
        assert "10.0.0.2\tdb" in output
        assert str(13 * 1024) in output
        assert "eth0" not in output
        assert output.split()[-2:] == ["123", "456"]

    def test_limits(self, engine: Client, build: Any) -> None:
        """The engine tells which it does not accept: so they arrive."""
        with pytest.raises((BuildError, ApiError), match=r"(?i)minimum memory limit"):
            build(engine, "FROM busybox\nRUN true\n", mem_limit="1k", nocache=True)
        with pytest.raises((BuildError, ApiError), match=r"(?i)cpu.*period|period"):
            build(engine, "FROM busybox\nRUN true\n", cpu_period=1, nocache=True)
        limits = {"memory": "64m", "memswap": "64m", "cpushares": 2, "cpusetcpus": "0"}
        assert build(engine, "FROM busybox\nRUN true\n", container_limits=limits, nocache=True).image

    def test_platform(self, engine: Client, build: Any) -> None:
        of_busybox = engine.images.get("busybox").platform
        assert build(engine, "FROM busybox\nENV A=b\n", platform=of_busybox).image.platform == of_busybox

    def test_quiet(self, engine: Client, build: Any) -> None:
        result = build(engine, "FROM busybox\nENV A=b\n", quiet=True)
        assert result.steps == []
        assert "A=b" in result.image.attrs.config.env

    def test_cache_from(self, engine: Client, build: Any, folder: Path, new_name: Any) -> None:
        name = new_name()
        first = build(engine, path=folder, tag=name)
        assert [step.cached for step in build(engine, path=folder, cache_from=[name]).steps] == [
            False,
            True,
            True,
        ]
        other = build(engine, path=folder, cache_from=["busybox"])
        assert not any(step.cached for step in other.steps)
        assert first.image != other.image

    def test_squash_is_experimental(self, engine: Client, build: Any) -> None:
        with pytest.raises(ApiError, match="experimental"):
            build(engine, "FROM busybox\nENV A=b\n", squash=True)

    def test_containers_of_steps(self, engine: Client, labels: dict[str, str], new_name: Any) -> None:
        def left() -> int:
            return len(engine.containers.list(all=True, filters={"label": mark}))

        mark = f"mark={new_name()}"
        text = f"FROM busybox\nLABEL {mark} dockpy-test={labels['dockpy-test']}\nRUN exit 1\n"
        for forcerm, number in ((True, 0), (False, 1)):
            with pytest.raises(BuildError):
                engine.images.build(dockerfile=text, forcerm=forcerm)
            assert left() == number

    def test_proxies_of_the_configuration(
        self, engine_place: Any, build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        directory = tmp_path / "configuration"
        directory.mkdir()
        (directory / "config.json").write_text(
            json.dumps({"proxies": {"default": {"httpProxy": "http://proxy:1"}}})
        )
        monkeypatch.setenv("DOCKER_CONFIG", str(directory))
        text = "FROM busybox\nRUN echo [$HTTP_PROXY]\n"
        with engine_place.connect() as client:
            cases: list[tuple[dict[str, Any], str]] = [
                ({}, "[http://proxy:1]\n"),
                ({"buildargs": {"HTTP_PROXY": "mine"}}, "[mine]\n"),
                ({"use_config_proxy": False}, "[]\n"),
            ]
            for options, expected in cases:
                assert build(client, text, nocache=True, **options).steps[1].output == expected


class TestCredentials:
    """The base image is in a registry that wants to know its users."""

    @pytest.fixture
    def base(self, engine: Client, locked_registry: str, new_name: Any) -> str:
        name = f"{locked_registry}/{new_name()}:1"
        engine.images.tag("busybox", name)
        engine.images.push(name, auth_config={"username": "tester", "password": "s3cret"})
        engine.images.remove(name)
        return name

    def test_nobody(self, engine: Client, build: Any, base: str) -> None:
        with pytest.raises(
            BuildError, match=r"no basic auth credentials|unauthorized|authentication required"
        ):
            build(engine, f"FROM {base}\n")

    def test_login(self, engine: Client, build: Any, base: str, locked_registry: str) -> None:
        engine.login("tester", "s3cret", locked_registry)
        assert build(engine, "ARG BASE\nFROM $BASE\nENV A=b\n", buildargs={"BASE": base}).image
        engine.images.remove(base)

    def test_the_configuration(
        self,
        engine_place: Any,
        build: Any,
        base: str,
        locked_registry: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        directory = tmp_path / "configuration"
        directory.mkdir()
        auth = base64.b64encode(b"tester:s3cret").decode()
        # A helper of another registry, which is not there: nobody asks it.
        config = {"auths": {locked_registry: {"auth": auth}}, "credHelpers": {"other:1": "is-not-there"}}
        (directory / "config.json").write_text(json.dumps(config))
        monkeypatch.setenv("DOCKER_CONFIG", str(directory))
        with engine_place.connect() as client:
            assert build(client, f"FROM {base}\nENV A=b\n").image
            client.images.remove(base)


def test_a_credential_helper_that_is_not_there(
    engine_place: Any, build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The images that are here already need none."""
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "is-not-there"}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with engine_place.connect() as client:
        assert build(client, "FROM busybox\nENV A=b\n").image


def test_prune(engine: Client) -> None:
    nothing = {"id": "nothing-has-this-id"}
    for answer in (
        engine.builder.prune(filters=nothing),
        engine.builder.prune(all=False, filters=nothing, keep_storage="1g"),
        engine.images.prune_builds(filters=nothing),
    ):
        assert (answer.caches_deleted, answer.space_reclaimed) == ([], 0)
    limits: Any = {"reserved_space": "1g", "max_used_space": "100g", "min_free_space": 0}
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"'reserved-space' needs API 1\.48"):
            engine.builder.prune(filters=nothing, **limits)
    else:
        assert engine.builder.prune(filters=nothing, **limits).space_reclaimed == 0
    with pytest.raises(InvalidArgument, match="keep_storage='much'"):
        engine.builder.prune(keep_storage="much")
    with pytest.raises((BadParameter, ServerError)):
        engine.builder.prune(filters={"no-such-filter": "x"})


def test_cancel(engine: Client) -> None:
    engine.builder.cancel("nothing-has-this-id")  # which the engine does not mind
    with pytest.raises(InvalidArgument, match="build_id"):
        engine.builder.cancel(1)  # type: ignore[arg-type]
