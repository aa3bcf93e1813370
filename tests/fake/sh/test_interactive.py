"""A shell that somebody types into, on a terminal; the transcript is busybox's, less its line editing."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from box import Box
from scripts import ENVIRONMENT

from dockpy.fake.kernel.tty import Terminal

WELCOME = (
    "\r\n\r\nBusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) built-in shell (ash)\r\n"
    "Enter 'help' for a list of built-in commands.\r\n\r\n"
)


class Session:
    """A shell on a terminal."""

    def __init__(self) -> None:
        self.box = Box()
        self.terminal = Terminal(self.box.namespace)
        file = self.terminal.open()
        self.process = self.box.start(["sh"], {0: file, 1: file, 2: file}, ENVIRONMENT, cwd="/")
        file.close()
        self.process.setsid()
        self.process.tty = self.terminal
        self.terminal.foreground = self.process.pgid

    def type(self, text: str, seconds: float = 0.0) -> str:
        """What the terminal shows after this was typed, and so much time went by."""
        if text:
            self.terminal.type(text.encode())
        due = self.box.scheduler.now() + round(seconds * 1e9)
        out = b""
        while True:
            for _ in range(10):  # what computes for ever is left at it
                if not self.box.scheduler.pump():
                    break
                out += self.terminal.read_now(1 << 20) or b""
            out += self.terminal.read_now(1 << 20) or b""
            assert not self.box.crashes
            following = self.box.scheduler.next_due
            if following is None or following > due:
                break
            self.box.clock.go_to(following)
        self.box.clock.go_to(due)
        return out.decode()


def test_a_session():
    session = Session()
    assert session.type("") == WELCOME + "/ # "
    assert session.type("echo hi\n") == "echo hi\r\nhi\r\n/ # "
    assert session.type("nope\n") == "nope\r\nsh: nope: not found\r\n/ # "
    assert session.type("echo $((1/0))\n") == "echo $((1/0))\r\nsh: divide by zero\r\n/ # "
    assert session.type("if true\n") == "if true\r\n> "
    assert session.type("then echo yes; fi\n") == "then echo yes; fi\r\nyes\r\n/ # "
    assert session.type("cd /tmp\n") == "cd /tmp\r\n/tmp # "
    assert session.type("cd nope\n") == (
        "cd nope\r\nsh: cd: can't cd to nope: No such file or directory\r\n/tmp # "
    )
    assert session.type("echo )\n") == 'echo )\r\nsh: syntax error: unexpected ")"\r\n/tmp # '
    assert session.type("export 1a\n") == "export 1a\r\nsh: export: 1a: bad variable name\r\n/tmp # "
    assert session.type("echo ${x?bad}\n") == "echo ${x?bad}\r\nsh: x: bad\r\n/tmp # "
    assert session.type("sh -c 'kill -9 $$'\n") == "sh -c 'kill -9 $$'\r\nKilled\r\n/tmp # "
    assert session.type("echo $-\n") == "echo $-\r\nsmi\r\n/tmp # "
    assert session.type("exit 3\n") == "exit 3\r\n"
    assert session.process.exit_code == 3


def test_jobs_in_the_background():
    session = Session()
    session.type("")
    assert session.type("sleep 0.2 &\n") == "sleep 0.2 &\r\n/ # "
    assert session.type("sleep 0.3\n", 1) == "sleep 0.3\r\n[1]+  Done                       sleep 0.2\r\n/ # "
    assert session.type("jobs\n") == "jobs\r\n/ # "
    session.type("sleep 9 &\n")
    assert session.type("jobs\n") == "jobs\r\n[1]+  Running                    sleep 9\r\n/ # "
    assert session.type("kill %1; sleep 0.1\n", 1) == (
        "kill %1; sleep 0.1\r\n[1]+  Terminated                 sleep 9\r\n/ # "
    )


def test_control_c_ends_what_runs_in_front_but_not_the_shell():
    session = Session()
    session.type("")
    assert session.type("sleep 5\n") == "sleep 5\r\n"
    assert session.type("\x03") == "^C\r\n/ # "
    assert session.type("echo $?\n") == "echo $?\r\n130\r\n/ # "
    assert session.type("abc\x03") == "abc^C\r\n/ # "
    session.type("while :; do sleep 1; done\n", 3)
    assert session.type("\x03") == "^C\r\n/ # "
    session.type("sleep 8 | cat\n")
    assert session.type("\x03") == "^C\r\n/ # "
    session.type("while :; do :; done\n")
    assert session.type("\x03").endswith("^C\r\n/ # ")


def test_control_z_stops_what_runs_in_front():
    session = Session()
    session.type("")
    session.type("sleep 7\n")
    assert session.type("\x1a") == "^Z[1]+  Stopped                    sleep 7\r\n/ # "
    assert session.type("jobs\n") == "jobs\r\n[1]+  Stopped                    sleep 7\r\n/ # "
    assert session.type("bg\n") == "bg\r\n[1] sleep 7\r\n/ # "
    assert session.type("fg\n") == "fg\r\nsleep 7\r\n"
    assert session.type("\x03") == "^C\r\n/ # "


def test_control_d_ends_the_shell():
    session = Session()
    session.type("(exit 4)\n")
    session.type("\x04")
    assert session.process.exit_code == 4
