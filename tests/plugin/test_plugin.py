"""The pytest plugin, in a project outside of this one: without Docker, and on real engines."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import sample_project

if TYPE_CHECKING:
    import dockpy

SESSION = "dockpy.session"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that is a project of its own."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pytest.ini").write_text(
        "[pytest]\naddopts = --strict-markers -p no:cacheprovider\nfilterwarnings = error\n"
    )
    return root


def environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER", "PYTEST"))}


def run_pytest(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=project,
        env=environ(),
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_ten_tests_pass_without_docker(project: Path) -> None:
    (project / "test_sample.py").write_text(sample_project.TESTS)
    done = run_pytest(project, "-q", "-rs")
    assert "9 passed, 1 skipped" in done.stdout, done.stdout + done.stderr
    assert "needs a real engine: give --dockpy-host (it is about the kernel)" in done.stdout


def test_a_failing_test_shows_what_its_containers_said(project: Path) -> None:
    (project / "test_failing.py").write_text(sample_project.FAILING)
    done = run_pytest(project)
    assert done.returncode == 1
    assert "logs of container dockpy-sample-talker (running)" in done.stdout
    assert "what it said" in done.stdout


def test_tests_that_leave_their_daemon_broken(project: Path) -> None:
    (project / "test_unruly.py").write_text(sample_project.UNRULY)
    done = run_pytest(project)
    assert "1 failed, 3 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert "what it said" in done.stdout
    assert "what this said" in done.stdout


def test_an_address_that_is_none(project: Path) -> None:
    (project / "test_short.py").write_text(sample_project.SHORT)
    done = run_pytest(project, "--dockpy-host", "nonsense")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--dockpy-host: there is no scheme" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_suite_that_does_not_use_it_pays_nothing(project: Path) -> None:
    (project / "test_other.py").write_text(sample_project.OTHER)
    assert run_pytest(project).returncode == 0


def test_it_names_its_options_and_fixtures(project: Path) -> None:
    assert "--dockpy-host" in run_pytest(project, "--help").stdout
    fixtures = run_pytest(project, "--fixtures").stdout
    for fixture in ("fake_daemon", "docker", "container_factory", "registry"):
        assert f"\n{fixture}" in fixtures


def left(client: dockpy.Client) -> list[Any]:
    mine = {"label": SESSION}
    return [
        *client.containers.list(all=True, filters=mine),
        *client.networks.list(filters=mine),
        *client.volumes.list(filters=mine),
        *client.images.list(filters=mine),
    ]


class TestOnEngines:
    def test_the_same_tests_pass_and_leave_nothing(self, project: Path, engine_place: Any) -> None:
        (project / "test_sample.py").write_text(sample_project.TESTS)
        done = run_pytest(project, "-q", "--dockpy-host", engine_place.url)
        assert "9 passed, 1 skipped" in done.stdout, done.stdout + done.stderr
        with engine_place.connect() as client:
            assert left(client) == []

    def test_whatever_is_made_is_labelled_and_removed(self, project: Path, engine_place: Any) -> None:
        (project / "test_labels.py").write_text(sample_project.LABELS)
        done = run_pytest(project, "-q", "--dockpy-host", engine_place.url)
        assert "1 passed" in done.stdout, done.stdout + done.stderr
        with engine_place.connect() as client:
            assert left(client) == []

    def test_what_killed_tests_left_is_removed_by_the_next_run(
        self, project: Path, engine_place: Any
    ) -> None:
        (project / "test_stuck.py").write_text(sample_project.STUCK)
        command = [sys.executable, "-m", "pytest", "-q", "-s", "--dockpy-host", engine_place.url]
        with subprocess.Popen(
            command, cwd=project, env=environ(), stdout=subprocess.PIPE, text=True
        ) as stuck:
            assert stuck.stdout is not None
            assert any("STUCK" in line for line in stuck.stdout)
            stuck.send_signal(signal.SIGKILL)
        with engine_place.connect() as client:
            assert len(left(client)) == 3
            (project / "test_stuck.py").unlink()
            (project / "test_sample.py").write_text(sample_project.SHORT)
            done = run_pytest(project, "-q", "--dockpy-host", engine_place.url)
            assert "1 passed" in done.stdout, done.stdout + done.stderr
            assert left(client) == []

    def test_a_session_that_still_runs_is_left_alone(self, project: Path, engine_place: Any) -> None:
        from dockpy.testing import session

        with engine_place.connect() as client:
            volume = client.volumes.create(labels={SESSION: session.current()})
            try:
                assert session.sweep(client) == []
                assert client.volumes.get(volume.name) == volume
            finally:
                volume.remove()
