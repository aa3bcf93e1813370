"""``python -m dockpy``, as a process of its own."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
from typing import TYPE_CHECKING

import fakes
import pytest

import dockpy
from dockpy import __main__ as command

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    return subprocess.run(
        [sys.executable, "-m", "dockpy", *arguments],
        capture_output=True,
        env=clean | environ,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"dockpy {dockpy.__version__}\n")


def test_help_names_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "demo" in done.stdout
    assert "fake" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["demo", "--hots", "x"], ["fake"]])
def test_a_wrong_command_line_exits_with_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_where_nobody_named_a_daemon_and_none_is_there_a_fake_one_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("DOCKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    nowhere = (f"{tmp_path}/docker.sock",)  # this machine may have an engine
    monkeypatch.setattr("dockpy.config.environment.default_sockets", lambda environ: nowhere)
    assert command.main(["demo"]) == 0
    shown = capsys.readouterr()
    assert "no engine there" in shown.out
    assert "(from a fake one, in this process)" in shown.out
    assert shown.out.endswith("output   hi\n")
    assert shown.err == ""


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
def test_without_a_daemon_it_says_what_to_start(host: str) -> None:
    done = run("demo", DOCKER_HOST=host)
    assert done.returncode == 2
    assert f"{host} (from DOCKER_HOST)" in done.stdout
    assert "Start an engine" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_no_address_is_explained() -> None:
    done = run("demo", "--host", "nonsense")
    assert done.returncode == 2
    assert "there is no scheme" in done.stderr
    assert "Traceback" not in done.stderr


def test_demo_runs_a_container(host: str) -> None:
    done = run("demo", DOCKER_HOST=host)
    assert (done.returncode, done.stderr) == (0, "")
    with dockpy.Client(host) as client:
        assert f"{host} (from DOCKER_HOST)" in done.stdout
        assert f"{client.version().version}, API {client.api_version}\n" in done.stdout
    assert done.stdout.endswith("output   hi\n")


def test_host_on_the_command_line_counts_more(host: str) -> None:
    done = run("demo", "--host", host, DOCKER_HOST="unix:///nowhere/docker.sock")
    assert done.returncode == 0
    assert f"{host} (from --host)" in done.stdout


def test_demo_pulls_what_is_missing(
    host: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    image = f"{fakes.REGISTRY}/dockpy-demo-{secrets.token_hex(4)}:1"
    monkeypatch.setattr(command, "IMAGE", image)
    with dockpy.Client(host) as client:
        client.images.tag("busybox", image)
        try:
            client.images.push(image)
            client.images.remove(image)
            assert command.main(["demo", "--host", host]) == 0
            assert "pulling" in capsys.readouterr().out
            assert command.main(["demo", "--host", host]) == 0
            assert "pulling" not in capsys.readouterr().out
        finally:
            with contextlib.suppress(dockpy.NotFound):
                client.images.remove(image)


def test_what_the_engine_refuses_exits_with_1(
    host: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "COMMAND", ["false"])
    assert command.main(["demo", "--host", host]) == 1
    assert "non-zero exit status 1" in capsys.readouterr().err
