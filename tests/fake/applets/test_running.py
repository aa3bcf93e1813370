"""Applets that wait, signal, run others or talk over the network."""

from __future__ import annotations

import importlib.util
import pathlib
import sys

import pytest

from dockpy.fake.applets import APPLETS, names
from dockpy.fake.files import ROOT
from dockpy.fake.kernel.file import pipe
from dockpy.fake.kernel.tty import Terminal

HERE = pathlib.Path(__file__).parent
_spec = importlib.util.spec_from_file_location("fake_applets_box_running", HERE / "box.py")
box_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = box_module
_spec.loader.exec_module(box_module)


@pytest.fixture
def box():
    return box_module.Box()


class Background:
    """A command that goes on while others run."""

    def __init__(self, box, *argv):
        self.box = box
        self._input, self.stdin = pipe()
        self.stdout, out = pipe()
        self.stderr, err = pipe()
        self.process = box.start(list(argv), {0: self._input, 1: out, 2: err})
        self.settle()

    def settle(self):
        while self.box.scheduler.pump():
            pass

    def output(self):
        self.settle()
        return self.stdout.read_now(1 << 20) or b""


def run(box, *argv, stdin=b""):
    done = box.run(list(argv), stdin)
    return bytes(done.out), bytes(done.err), done.code


def test_the_multiplexer_runs_what_it_names(box):
    assert run(box, "busybox", "echo", "hi") == (b"hi\n", b"", 0)
    assert run(box, "busybox", "nope") == (b"", b"nope: applet not found\n", 127)
    listed = run(box, "busybox", "--list")[0].decode().split()
    assert listed == names()
    assert set(APPLETS) <= set(listed)


def test_sleep_takes_its_time(box):
    before = box.clock.now()
    assert run(box, "sleep", "1.5")[2] == 0
    assert box.clock.now() - before == 1_500_000_000
    assert run(box, "sleep", "1m", "2s")[2] == 0
    assert box.clock.now() - before == 63_500_000_000


def test_tail_follows_what_is_added(box):
    box.fs.write_bytes(ROOT, "/t/log", b"one\n")
    tail = Background(box, "tail", "-f", "log")
    assert tail.output() == b"one\n"
    file = box.fs.open(ROOT, "/t/log", 1 | 0o2000)
    file.write_now(b"two\n")
    file.close()
    box.clock.advance(1)
    assert tail.output() == b"two\n"
    tail.process.kill(15)
    assert tail.process.exit_code == 143


def test_kill_ends_a_process_by_number_and_killall_by_name(box):
    one, other = Background(box, "sleep", "100"), Background(box, "sleep", "200")
    assert run(box, "kill", "-9", str(one.process.pid))[2] == 0
    assert one.process.exit_code == 137
    assert other.process.exit_code is None
    assert run(box, "killall", "sleep")[2] == 0
    assert other.process.exit_code == 143
    assert run(box, "killall", "nope") == (b"", b"killall: nope: no process killed\n", 1)
    assert run(box, "kill", "4242") == (b"", b"kill: can't kill pid 4242: No such process\n", 1)
    assert run(box, "kill", "-FOO", "1") == (b"", b"kill: bad signal name 'FOO'\n", 1)


def test_ps_and_pidof_show_what_runs(box):
    sleeper = Background(box, "sleep", "100")
    out = run(box, "ps")[0].decode()
    assert out.splitlines()[0] == "PID   USER     COMMAND"
    assert f"{sleeper.process.pid:5d} root     sleep 100" in out
    assert run(box, "pidof", "sleep")[0] == b"%d\n" % sleeper.process.pid
    assert run(box, "pidof", "nope")[2] == 1
    assert run(box, "pgrep", "sl.*p")[0] == b"%d\n" % sleeper.process.pid


def test_timeout_ends_what_takes_too_long(box):
    assert run(box, "timeout", "5", "echo", "hi") == (b"hi\n", b"", 0)
    assert run(box, "timeout", "5", "sleep", "100")[2] == 143
    assert run(box, "timeout", "-s", "KILL", "5", "sleep", "100")[2] == 137
    assert run(box, "timeout", "5", "nope")[2] == 127


def test_yes_ends_when_nobody_reads(box):
    yes = Background(box, "yes")
    assert yes.output().startswith(b"y\ny\n")
    yes.stdout.close()
    yes.settle()
    assert yes.process.exit_code == 141


def test_two_ncs_talk(box):
    server = Background(box, "nc", "-l", "-p", "9000")
    client = Background(box, "nc", "127.0.0.1", "9000")
    client.stdin.write_now(b"ping\n")
    assert (client.output(), server.output()) == (b"", b"ping\n")
    server.stdin.write_now(b"pong\n")
    assert (server.output(), client.output()) == (b"", b"pong\n")
    client.stdin.close()
    server.settle()
    server.stdin.close()
    client.settle()
    assert (server.process.exit_code, client.process.exit_code) == (0, 0)


def test_nothing_listens(box):
    _, err, code = run(box, "nc", "127.0.0.1", "9000")
    assert (err, code) == (b"nc: can't connect to remote host (127.0.0.1): Connection refused\n", 1)
    assert run(box, "wget", "-q", "http://nope/")[1:] == (b"wget: bad address 'nope'\n", 1)


def test_wget_fetches_what_httpd_serves(box):
    box.fs.mkdir(ROOT, "/www")
    box.fs.write_bytes(ROOT, "/www/index.html", b"<p>hello</p>\n")
    server = Background(box, "httpd", "-f", "-p", "8080", "-h", "/www")
    assert run(box, "wget", "-q", "-O", "-", "http://127.0.0.1:8080/") == (b"<p>hello</p>\n", b"", 0)
    assert run(box, "wget", "-q", "http://localhost:8080/index.html")[2] == 0
    assert box.fs.read_bytes(ROOT, "/t/index.html") == b"<p>hello</p>\n"
    assert run(box, "wget", "-q", "-O", "-", "http://localhost:8080/no") == (
        b"",
        b"wget: server returned error: HTTP/1.1 404 Not Found\n",
        1,
    )
    server.process.kill(9)


def test_ping_counts(box):
    out, _, code = run(box, "ping", "-c", "2", "127.0.0.1")
    assert code == 0
    assert b"2 packets transmitted, 2 packets received, 0% packet loss" in out
    assert run(box, "ping", "-c", "1", "-W", "1", "10.9.8.7")[2] == 1


def test_a_large_stream_is_not_held(box):
    sizes = []
    cat = Background(box, "cat")
    for _ in range(64):
        cat.stdin.write_now(b"x" * 65536)
        sizes.append(len(cat.output()))
    assert sizes == [65536] * 64
    cat.stdin.close()
    cat.settle()
    assert cat.process.exit_code == 0


def test_who_may_not(box):
    box.fs.write_bytes(ROOT, "/t/secret", b"x")
    box.fs.chmod(ROOT, "/t/secret", 0o600)
    done = box.run(["cat", "secret"], uid=1000)
    assert (bytes(done.err), done.code) == (b"cat: can't open 'secret': Permission denied\n", 1)
    assert bytes(box.run(["id"], uid=1000).out).startswith(b"uid=1000 gid=1000")


def test_on_a_terminal(box):
    terminal = Terminal(box.namespace, rows=24, columns=40)
    for name in "abcdef":
        box.fs.write_bytes(ROOT, f"/t/{name * 9}", b"")

    def shown(*argv):
        process = box.start(list(argv), {fd: terminal.open() for fd in range(3)})
        while process.exit_code is None:
            box.scheduler.pump()
        return terminal.read_now(1 << 16), process.exit_code

    assert shown("tty") == (b"/dev/pts/0\r\n", 0)
    assert shown("stty", "size") == (b"24 40\r\n", 0)
    assert shown("ls")[0].split() == [name.encode() * 9 for name in "acebdf"]
    assert shown("stty", "-echo", "-icanon") == (b"", 0)
    assert (terminal.modes.echo, terminal.modes.icanon) == (False, False)
