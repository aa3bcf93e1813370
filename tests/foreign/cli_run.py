"""`docker run`, `create`, `start`, `exec`, `attach`: streams, exit codes, terminals."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminals import Terminal


def scenario_run(docker: Terminal) -> None:
    alone = ("run", "--rm", "--network", "none")
    docker(*alone, "busybox", "echo", "hi")
    docker(*alone, "busybox", "sh", "-c", "echo out; echo err >&2; exit 7", code=7)
    docker(*alone, "-i", "busybox", "tr", "a-z", "A-Z", input="from stdin\n")
    docker(*alone, "-e", "A=1", "-w", "/tmp", "-u", "1000:1000", "busybox", "sh", "-c", "echo $A; pwd; id")
    docker(*alone, "-h", "host.example", "busybox", "hostname")
    docker(*alone, "--entrypoint", "ls", "busybox", "-d", "/bin", "/etc")
    docker(*alone, "--env-file", docker.write("env", "B=2\n#C=3\n"), "busybox", "sh", "-c", "echo $B")
    docker(*alone, "--read-only", "busybox", "touch", "/x", code=1)
    docker(*alone, "--tmpfs", "/t", "busybox", "sh", "-c", "echo a > /t/x; cat /t/x")
    assert "Hello from Docker!" in docker("run", "--rm", "hello-world", note=False).out


def scenario_run_what_fails(docker: Terminal) -> None:
    alone = ("run", "--rm", "--network", "none")
    docker(*alone, "busybox", "no-such-program", code=127)
    docker(*alone, "busybox", "/etc", code=126)
    docker(*alone, "-w", "relative", "busybox", "true", code=125)
    docker(*alone, "-u", "nobody-here", "busybox", "true", code=125)
    docker(*alone, docker.registry + "/" + docker.name("nothing"), code=125)
    docker(*alone, "--memory", "1m", "busybox", "true", code=125)
    docker("run", "--network", docker.name("none"), "--name", docker.name("c"), "busybox", code=125)
    docker("ps", "-a", "--filter", f"name={docker.name('c')}", "--format", "{{.Names}} {{.Status}}")
    docker("create", "--name", docker.name("d"), "--network", "none", "busybox")
    docker("create", "--name", docker.name("d"), "--network", "none", "busybox", code=1)


def scenario_detached(docker: Terminal) -> None:
    name = docker.name("c")
    docker("run", "-d", "--name", name, "--network", "none", "busybox", "sh", "-c", "echo a; exec sleep 1000")
    docker("logs", name)
    docker("stop", "-t", "0", name)
    docker("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name)
    docker("start", name)
    docker("restart", "-t", "0", name)
    docker("kill", name)
    docker("kill", name, code=1)
    docker("wait", name)
    docker("rm", name)
    docker("rm", name, code=1)
    docker("start", name, code=1)


def scenario_cidfile_and_ids(docker: Terminal) -> None:
    name = docker.name("c")
    made = docker("create", "--cidfile", "cid", "--name", name, "--network", "none", "-i", "busybox", "cat")
    assert (docker.folder / "cid").read_text() == made.out.strip()
    docker("start", "-ai", made.out[:12], input="through a prefix\n")
    docker("inspect", "-f", "{{.Name}}", made.out.strip())
    docker("rm", made.out.strip())


def scenario_run_on_a_terminal(docker: Terminal) -> None:
    name = docker.name("c")
    with docker.screen("run", "-it", "--name", name, "-h", "box", "--network", "none", "busybox") as screen:
        docker.note("prompt", screen.expect("/ # "))
        screen.type("echo $((6*7))\n")
        docker.note("echo", screen.expect("42\r\n/ # "))
        screen.type("stty size\n")
        docker.note("size", screen.expect("24 80\r\n/ # "))
        screen.type("sh -c 'tty; exec sleep 100'\n")
        docker.note("tty", screen.expect("/dev/pts/0\r\n"))
        screen.type("\x03")
        docker.note("^C", screen.expect("/ # "))
        screen.type("echo $?; cd /tmp; false\n")
        docker.note("after it", screen.expect("/tmp # "))
        screen.type("exit 3\n")
        docker.note("end", screen.ended())
    docker("logs", name)
    docker("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}} {{.Config.Tty}}", name)


def scenario_terminal_is_resized(docker: Terminal) -> None:
    with docker.screen("run", "--rm", "-it", "--network", "none", "busybox") as screen:
        screen.expect("/ # ")
        shown = ""
        # A prompt may be there before the command listens to its terminal's size; and one comes with each resize.
        while "30 100\r\n" not in shown:
            screen.resize(30, 100)
            screen.type("stty size\n")
            shown = screen.expect("/ # ")
        screen.type("exit 3\n")
        docker.note("end", screen.ended()[1])


def scenario_detach_keys(docker: Terminal) -> None:
    name = docker.name("c")
    with docker.screen("run", "-it", "--name", name, "--network", "none", "busybox") as screen:
        screen.expect("/ # ")
        screen.type("x=kept\n")
        screen.expect("/ # ")
        screen.type("\x10\x11")
        docker.note("detached", screen.ended())
    docker("ps", "--filter", f"name={name}", "--format", "{{.Names}} {{.State}}")
    with docker.screen("attach", "--detach-keys", "ctrl-a,d", name) as screen:
        screen.wait_until_raw()
        screen.type("echo $x\n")
        screen.expect("kept\r\n/ # ")
        screen.type("\x01d")
        docker.note("detached again", screen.ended())
    docker("inspect", "-f", "{{.State.Running}}", name)
    docker("rm", "-f", name)


def scenario_attach(docker: Terminal) -> None:
    name = docker.name("c")
    docker(
        "run",
        "-di",
        "--name",
        name,
        "--network",
        "none",
        "busybox",
        "sh",
        "-c",
        "read x; echo got $x; exit 4",
    )
    with docker.begin("attach", name, input=subprocess.PIPE) as attached:
        assert attached.stdin is not None
        attached.stdin.write("to its stdin\n")
        attached.stdin.flush()
        docker.note("attached", docker.until(attached, "got"))
        attached.stdin.close()
        docker.note("its end", attached.wait(20))
    docker("attach", name, code=1)
    docker("logs", name)


def scenario_exec(docker: Terminal) -> None:
    name = docker.name("c")
    docker("run", "-d", "--name", name, "--network", "none", "-e", "A=1", "busybox", "sleep", "1000")
    docker("exec", name, "sh", "-c", "echo out; echo err >&2; exit 5", code=5)
    docker("exec", "-i", name, "cat", input="typed\n")
    docker("exec", "-e", "B=2", "-w", "/usr", "-u", "1", name, "sh", "-c", "echo $A $B; pwd; id -u")
    docker("exec", "-d", name, "touch", "/made")
    docker("exec", name, "sh", "-c", "while [ ! -e /made ]; do :; done; ls /made")
    docker("exec", name, "no-such-program", code=127)
    docker("exec", name, "/etc", code=126)
    docker("exec", "-u", "nobody-here", name, "true", code=1)
    docker("exec", "-w", "/nowhere", name, "pwd", code=127)
    docker("exec", "-t", name, "tty")
    docker("pause", name)
    docker("exec", name, "true", code=1)
    docker("unpause", name)
    docker("kill", name)
    docker("exec", name, "true", code=1)
    docker("exec", docker.name("nothing"), "true", code=1)


def scenario_exec_on_a_terminal(docker: Terminal) -> None:
    name = docker.name("c")
    docker("run", "-d", "--name", name, "--network", "none", "busybox", "sleep", "1000")
    with docker.screen("exec", "-it", name, "sh") as screen:
        docker.note("prompt", screen.expect("/ # "))
        screen.type("stty size\n")
        docker.note("size", screen.expect("24 80\r\n/ # "))
        screen.type("sh -c 'tty; exec sleep 100'\n")
        docker.note("tty", screen.expect("/dev/pts/0\r\n"))
        screen.type("\x03")
        docker.note("^C", screen.expect("/ # "))
        screen.type("\x10\x11")
        docker.note("detached", screen.ended()[1])
    with docker.screen("exec", "-it", name, "sh", "-c", "exit 9") as screen:
        docker.note("end", screen.ended())
