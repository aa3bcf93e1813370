"""/proc, /dev, /sys and the engine's files of /etc."""

from __future__ import annotations

import pytest

from dockpy.fake.files import ROOT
from dockpy.fake.kernel.file import pipe
from dockpy.fake.kernel.mounts import prepare
from dockpy.fake.kernel.tty import Terminal
from tests.fake.kernel.world import idle


@pytest.fixture
def namespace(world):
    namespace = world.namespace()
    hosts = {
        "hosts": lambda: b"127.0.0.1 localhost\n",
        "hostname": lambda: namespace.hostname.encode() + b"\n",
    }
    prepare(namespace.fs, namespace, etc=hosts)
    return namespace


def inside(world, namespace, look, **more):
    """What a process in the container sees."""
    seen = []

    def program(p):
        seen.append(look(p))
        return 0
        yield

    world.start(idle, namespace, argv=["sleep", "1"])
    world.start(program, namespace, **more)
    world.go()
    assert not world.crashes, world.crashes
    return seen[0]


def test_proc_has_the_processes_and_who_looks(world, namespace):
    def look(p):
        return [name for name in p.listdir("/proc") if name.isdigit()], p.readlink("/proc/self")

    assert inside(world, namespace, look) == (["1", "2"], "2")


def test_proc_says_what_a_process_is(world, namespace):
    def look(p):
        status = dict(line.split(":\t") for line in p.read_bytes("/proc/1/status").decode().splitlines())
        return (
            p.read_bytes("/proc/1/cmdline"),
            p.read_bytes("/proc/self/environ"),
            p.readlink("/proc/self/cwd"),
            status["Name"],
            status["State"],
            status["PPid"],
            p.read_bytes("/proc/1/stat").split()[:6],
            p.read_bytes("/proc/1/comm"),
        )

    assert inside(world, namespace, look, argv=["look"]) == (
        b"sleep\x001\x00",
        b"A=b\0",
        "/",
        "sleep",
        "S (sleeping)",
        "0",
        [b"1", b"(sleep)", b"S", b"0", b"1", b"1"],
        b"sleep\n",
    )


def test_proc_is_as_old_as_it_is_looked_at(world, namespace):
    process = world.start(idle, namespace)
    world.clock.advance(90)
    assert namespace.fs.read_bytes(ROOT, "/proc/uptime").startswith(b"90.00 ")
    namespace.hostname = "other"
    assert namespace.fs.read_bytes(ROOT, "/proc/sys/kernel/hostname") == b"other\n"
    assert namespace.fs.read_bytes(ROOT, "/etc/hostname") == b"other\n"
    process.kill(9)
    assert not namespace.fs.exists(ROOT, "/proc/1")


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/proc/meminfo", b"MemTotal:"),
        ("/proc/cpuinfo", b"processor\t: 1"),
        ("/proc/loadavg", b"0.00 "),
        ("/proc/version", b"Linux version"),
        ("/proc/mounts", b"overlay / overlay rw,relatime"),
        ("/proc/self/limits", b"Max open files            1048576"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", b"9223372036854771712\n"),
        ("/sys/fs/cgroup/pids/pids.current", b"2\n"),
        ("/sys/class/net/lo/address", b"00:00:00:00:00:00\n"),
    ],
)
def test_files_of_the_machine(world, namespace, path, part):
    assert part in inside(world, namespace, lambda p: p.read_bytes(path))


def test_devices(world, namespace):
    def look(p):
        p.write_bytes("/dev/null", b"x")
        zero = p.file(p.open("/dev/zero")).read_now(3)
        kinds = {p.stat(f"/dev/{name}").kind for name in ("null", "zero", "full", "random", "urandom", "tty")}
        with pytest.raises(OSError, match="No such device or address"):
            p.open("/dev/tty")
        with pytest.raises(OSError, match="No space left"):
            p.write_bytes("/dev/full", b"x")
        return p.read_bytes("/dev/null"), zero, kinds, p.listdir("/dev/shm"), p.stat("/dev/shm").mode

    assert inside(world, namespace, look) == (b"", bytes(3), {"char"}, [], 0o1777)


def test_descriptors_are_files(world, namespace):
    reader, writer = pipe()

    def look(p):
        fd = p.open("/etc/hosts", at=3)
        names = p.listdir("/dev/fd")
        p.file(p.open("/dev/stdout", 1)).write_now(b"out")
        return names, p.readlink(f"/proc/self/fd/{fd}"), p.readlink("/proc/self/fd/1")[:6]

    assert inside(world, namespace, look, fds={1: writer}) == (["1", "3"], "/etc/hosts", "pipe:[")
    assert reader.read_now(10) == b"out"


def test_files_of_the_engine_may_be_written(world, namespace):
    def look(p):
        before = p.read_bytes("/etc/hosts")
        file = p.file(p.open("/etc/hosts", 1 | 0o2000))
        file.write_now(b"10.0.0.1 more\n")
        appended = p.read_bytes("/etc/hosts")
        p.write_bytes("/etc/hosts", b"new\n")
        return before, appended, p.read_bytes("/etc/hosts")

    assert inside(world, namespace, look) == (
        b"127.0.0.1 localhost\n",
        b"127.0.0.1 localhost\n10.0.0.1 more\n",
        b"new\n",
    )


def test_others_may_not_write_them(world, namespace):
    def look(p):
        with pytest.raises(PermissionError):
            p.write_bytes("/etc/hosts", b"x")
        return p.read_bytes("/etc/hosts")

    assert inside(world, namespace, look, uid=1000) == b"127.0.0.1 localhost\n"


def test_a_terminal_is_a_device(world, namespace):
    terminal = Terminal(namespace)

    def look(p):
        p.tty = terminal
        p.file(p.open("/dev/tty", 2)).write_now(b"hi\n")
        return p.listdir("/dev/pts"), p.stat("/dev/pts/0").mode

    assert inside(world, namespace, look) == (["0", "ptmx"], 0o620)
    assert terminal.read_now(10) == b"hi\r\n"


def test_what_is_mounted_can_be_mounted_anew(world):
    namespace = world.namespace()
    fs = namespace.fs
    for _ in range(2):
        paths = prepare(fs, namespace, etc={"hosts": lambda: b"x"})
        assert [mount.path for mount in fs.mounts][1:] == sorted(paths)
        for path in reversed(paths):
            fs.unmount(path)
        assert len(fs.mounts) == 1
        assert fs.read_bytes(ROOT, "/etc/hosts") == b""
