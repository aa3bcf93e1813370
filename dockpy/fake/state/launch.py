"""Starting processes in containers: PID 1, and what is executed beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.kernel.mounts import prepare
from dockpy.fake.kernel.namespace import Namespace
from dockpy.fake.state.isolation import add_devices, hide, settings_of
from dockpy.fake.state.runtime_checks import check_environment, check_runtime
from dockpy.fake.state.sharing import SHM, shared_memory, shared_pids

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.tty import Terminal as Tty
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.execs import Exec
    from dockpy.fake.state.terminal import Terminal

__all__ = ["launch", "launch_exec"]

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def launch(
    container: Container,
    ended: Callable[[Container, int], None],
    out_of_memory: Callable[[Container], None],
) -> None:
    """Start a container's PID 1.

    Args:
        container: which.
        ended: called with its exit code when it has ended.
        out_of_memory: called when it has used more memory than it may.

    Raises:
        Failure: it cannot be started; a `LaunchFailed` where it is the runtime that says so.
    """
    engine = container.engine
    hostname = engine.networks.hostname(container)
    pids, root = shared_pids(container), container.fs.mounts[0]
    namespace = Namespace(engine.scheduler, engine.programs, container.fs, hostname, engine.host_pids, pids)
    namespace.on_exit = lambda code: ended(container, code)
    namespace.on_oom = lambda process: out_of_memory(container)
    namespace.memory_limit = container.memory_limit or None
    namespace.pids_limit = container.host_config.get("PidsLimit")
    namespace.network = engine.networks.stack(container)
    check_runtime(container)
    namespace.settings = settings = settings_of(container)
    container.fs.forbidden, container.fs.may_open = settings.forbidden, settings.may_open
    container.namespace = namespace
    root.read_only = False  # until all that is mounted has its place
    terminal = container.stdio.open_terminal(namespace) if container.tty else None
    _mount(container, namespace, None if terminal is None else terminal.tty)
    engine.programs.start(
        namespace,
        container.argv,
        env=_environment(container, (), tty=container.tty),
        cwd=container.config.get("WorkingDir") or "/",
        user=container.config.get("User") or "",
        groups=container.host_config.get("GroupAdd") or (),
        fds=container.stdio.files() if terminal is None else {},
        tty=None if terminal is None else terminal.tty,
        image=container.image,
        init=bool(container.host_config.get("Init")),
    )
    root.read_only = bool(container.host_config.get("ReadonlyRootfs"))


def _mount(container: Container, namespace: Namespace, tty: Tty | None) -> None:
    """Mount what the engine gives every container, anew for each start."""
    fs, networks = container.fs, container.engine.networks
    for path in reversed(container.mounted):
        fs.unmount(path)
    shared = shared_memory(container)
    if shared is not None:
        fs.mount(SHM, shared)
    container.mounted = prepare(
        fs,
        namespace,
        machine=container.engine.machine,
        etc={
            "hosts": lambda: networks.hosts_file(container).encode(),
            "hostname": lambda: b"%s\n" % networks.hostname(container).encode(),
            "resolv.conf": lambda: networks.resolv_conf(container).encode(),
        },
        tty=tty,
    )
    if shared is not None:
        container.mounted.insert(0, SHM)
    add_devices(container)
    container.mounted += hide(container)


def launch_exec(exec: Exec, fds: dict[int, File], terminal: Terminal | None) -> Process:
    """Start a command in a running container.

    Args:
        exec: which.
        fds: its descriptors.
        terminal: its terminal.

    Raises:
        Failure: it cannot be started; a `LaunchFailed` where it is the runtime that says so.
    """
    container, request = exec.container, exec.request
    engine = container.engine
    assert container.namespace is not None
    check_environment(container, request.get("Env") or ())
    return engine.programs.start(
        container.namespace,
        exec.argv,
        env=_environment(container, request.get("Env") or (), tty=exec.tty),
        cwd=request.get("WorkingDir") or container.config.get("WorkingDir") or "/",
        user=request.get("User") or container.config.get("User") or "",
        groups=container.host_config.get("GroupAdd") or (),
        fds=fds,
        tty=None if terminal is None else terminal.tty,
        image=container.image,
        kind="exec",
    )


def _environment(container: Container, more: Sequence[str], *, tty: bool) -> dict[str, str]:
    """The environment of a process: the engine's part, then the container's, then what is added."""
    env = {"PATH": _PATH, "HOSTNAME": container.engine.networks.hostname(container)}
    if tty:
        env["TERM"] = "xterm"
    for line in [*(container.config.get("Env") or ()), *more]:
        name, equals, value = line.partition("=")
        if equals:
            env[name] = value
        else:
            env.pop(name, None)
    return env
