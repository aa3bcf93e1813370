"""Builds that fail, are refused, or are left."""

from __future__ import annotations

import io
import tarfile
import threading
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ApiError, BadParameter, BuildError, Client, InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def build(client: Client, dockerfile: str, **options: Any) -> None:
    """Build what is not going to be an image."""
    client.images.build(dockerfile=dockerfile, forcerm=True, **options)


def tar_of(dockerfile: bytes) -> bytes:
    """A context of a Dockerfile alone."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("Dockerfile")
        member.size = len(dockerfile)
        archive.addfile(member, io.BytesIO(dockerfile))
    return buffer.getvalue()


class TestFailures:
    def test_a_step(self, client: Client) -> None:
        text = "FROM busybox\nRUN seq 100; exit 3\nRUN echo never\n"
        with pytest.raises(BuildError) as caught:
            build(client, text, network_mode="none")
        error = caught.value
        assert (error.code, error.operation, error.daemon) == (3, "ImageBuild", client.daemon)
        assert "returned a non-zero code: 3" in error.msg
        assert error.step == "Step 2/3 : RUN seq 100; exit 3"
        assert str(error).endswith("99\n100")
        assert "\n42\n" in "".join(message.get("stream", "") for message in error.build_log)

    def test_while_it_is_watched(self, engine: Client) -> None:
        messages: list[Any] = []
        with pytest.raises(BuildError, match="non-zero code: 1"):
            build(engine, "FROM busybox\nRUN exit 1\n", on_progress=messages.append, network_mode="none")
        assert any("RUN exit 1" in (message.stream or "") for message in messages)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("FROM busybox\n\nFOO bar\n", r"line 3.*unknown instruction: FOO"),
            ("FROM busybox\nCOPY --form=a b c\n", r"line 2.*(?i:unknown flag).*form"),
            ("RUN true\n", "no build stage"),
            ("\n", "cannot be empty|no instructions"),
            ("FROM\n", "FROM requires"),
        ],
    )
    def test_a_dockerfile_that_is_none(self, engine: Client, text: str, message: str) -> None:
        with pytest.raises(BadParameter, match=message) as caught:
            build(engine, text)
        assert caught.value.operation == "ImageBuild"

    def test_what_is_not_there(self, engine: Client, registry: str) -> None:
        with pytest.raises(BuildError, match="nowhere") as caught:
            build(engine, "FROM busybox\nCOPY nowhere /\n")
        assert caught.value.step == "Step 2/2 : COPY nowhere /"
        with pytest.raises(BuildError, match=r"not found|manifest unknown|does not exist"):
            build(engine, f"FROM {registry}/dockpy-test/nowhere:1\n")
        with pytest.raises((BuildError, ApiError), match="nowhere"):
            build(engine, "FROM busybox AS a\n", target="nowhere")

    def test_an_answer_that_comes_while_we_send(self, client: Client) -> None:
        """The engine refuses an option and reads no more: its words count, not the broken pipe."""

        def endless() -> Iterator[bytes]:
            while True:
                yield bytes(65536)

        with pytest.raises(ApiError, match=r"(?i)isolation") as caught:
            client.images.build(fileobj=endless(), custom_context=True, isolation="hyperv")
        assert caught.value.operation == "ImageBuild"

    def test_what_we_cannot_read_is_our_failure(self, engine: Client) -> None:
        def broken() -> Iterator[bytes]:
            yield bytes(1024)
            raise RuntimeError("disk on fire")

        with pytest.raises(RuntimeError, match="disk on fire"):
            engine.images.build(fileobj=broken(), custom_context=True)


class TestBuildKit:
    """What only BuildKit builds is never built without it in silence."""

    @pytest.mark.parametrize("builder", ["auto", "classic"])
    @pytest.mark.parametrize(
        ("instruction", "reason"),
        [
            ("RUN --mount=type=cache,target=/x true", "RUN --mount"),
            ("RUN <<EOF\ntrue\nEOF", "here-document"),
            ("COPY --link a /", "COPY --link"),
            ("ARG TARGETARCH", "ARG TARGETARCH"),
        ],
    )
    def test_refused_before_anything_is_sent(
        self, engine: Client, builder: Any, instruction: str, reason: str, tmp_path: Path
    ) -> None:
        (tmp_path / "Dockerfile").write_text(f"FROM busybox\n{instruction}\n")
        tar = io.BytesIO(tar_of((tmp_path / "Dockerfile").read_bytes()))
        requests: list[Any] = []
        engine.hooks.request.append(requests.append)
        for options in (
            {"path": tmp_path},
            {"dockerfile": f"FROM busybox\n{instruction}\n"},
            {"fileobj": tar, "custom_context": True},
        ):
            with pytest.raises(InvalidArgument, match="BuildKit") as caught:
                engine.images.build(builder=builder, **options)
            message = str(caught.value)
            assert all(part in message for part in ("line 2", reason, instruction.split("\n")[0]))
        assert requests == []

    def test_refused_where_it_is_seen_only_then(self, engine: Client) -> None:
        tar = tar_of(b"FROM busybox\nRUN <<EOF\nLABEL a=b\nEOF\n")
        pieces = iter([tar[:100], tar[100:]])
        if engine.api_version == "1.41":
            with pytest.raises(BadParameter, match="unknown instruction: EOF"):
                engine.images.build(fileobj=pieces, custom_context=True)
        else:  # 28.5 would leave the lines out, and say that all went well
            with pytest.raises(BuildError, match="here-document needs BuildKit") as caught:
                engine.images.build(fileobj=pieces, custom_context=True)
            assert caught.value.step == "Step 2/2 : RUN <<EOF"

    def test_not_yet(self, engine: Client) -> None:
        with pytest.raises(InvalidArgument, match="does not speak to BuildKit yet"):
            engine.images.build(dockerfile="FROM busybox\n", builder="buildkit")


@pytest.mark.timeout(60)
def test_interrupted(engine: Client, labels: dict[str, str], new_name: Any) -> None:
    """The connection is closed, and with it the build ends."""
    mark = f"mark={new_name()}"
    text = f"FROM busybox\nLABEL {mark} dockpy-test={labels['dockpy-test']}\nRUN echo up; sleep 1000\n"

    def interrupt(message: Any) -> None:
        if message.stream == "up\n":
            raise KeyboardInterrupt

    ended = threading.Event()

    def watch() -> None:
        if next(iter(events), None) is not None:
            ended.set()

    with engine.events(filters={"label": mark, "event": "die"}) as events:
        watcher = threading.Thread(target=watch)
        watcher.start()
        with pytest.raises(KeyboardInterrupt):
            engine.images.build(dockerfile=text, forcerm=True, nocache=True, on_progress=interrupt)
        assert ended.wait(20)
        watcher.join()
