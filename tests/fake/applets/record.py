"""Record what the real busybox says to the command lines in ``cases``: ``record.py [CASES]…``.

Takes the engine from DOCKPY_TEST_HOSTS (the newest) and the docker command from DOCKPY_TEST_CLI.
"""

from __future__ import annotations

import io
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tarfile

import scenarios

HERE = pathlib.Path(__file__).parent
HOST = os.environ["DOCKPY_TEST_HOSTS"].split(",")[-1]
DOCKER = [os.environ["DOCKPY_TEST_CLI"], "-H", HOST]


def _quote(word: str) -> bytes:
    return shlex.quote(word).encode("utf-8", "surrogateescape")


def script(groups: list[list[scenarios.Step]]) -> tuple[bytes, dict[str, bytes]]:
    """A shell script that runs them all, and the files that it needs."""
    lines = [b"exec 2>/dev/null; chmod 777 /r"]
    files: dict[str, bytes] = {}
    for number, group in enumerate(groups):
        lines.append(b"mkdir -p /t/%d; chmod 777 /t/%d; rm -rf /t/%d/* ; cd /t/%d" % ((number,) * 4))
        for index, step in enumerate(group):
            key = f"{number}.{index}"
            if step.file is not None:
                name = _quote(step.file[0])
                files[f"r/{key}.in"] = step.file[1]
                lines.append(b"cp /r/%s.in %s; chmod 644 %s" % (key.encode(), name, name))
                continue
            files[f"r/{key}.in"] = step.stdin
            command = b" ".join(_quote(word) for word in step.argv)
            command = b"busybox " + command
            if step.uid:
                command = b"busybox start-stop-daemon -S -p /none -c nobody:nogroup -x /bin/busybox -- " + (
                    command.removeprefix(b"busybox ")
                )
            lines.append(
                b"cat /r/%(k)s.in | (exec timeout 5 %(c)s >/r/%(k)s.out 2>/r/%(k)s.err); echo $? >/r/%(k)s.rc"
                % {b"k": key.encode(), b"c": command}
            )
    return b"\n".join(lines) + b"\n", files


def archive(files: dict[str, bytes]) -> bytes:
    """Files as a tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o644
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def docker(*args: str, data: bytes = b"") -> bytes:
    """Run the docker command."""
    return subprocess.run([*DOCKER, *args], input=data, stdout=subprocess.PIPE, check=True).stdout


def record(path: pathlib.Path) -> None:
    """Record one file of cases."""
    groups = scenarios.parse(path.read_text())
    text, files = script(groups)
    files["r/script"] = text
    limits = ["--init", "--network=none", "--hostname=box", "--label=dockpy-applets"]
    box = docker("run", "-d", "--rm", *limits, "busybox", "sleep", "600").decode().strip()
    try:
        docker("cp", "-", f"{box}:/", data=archive(files))
        docker("exec", box, "mkdir", "-p", "/t")
        docker("exec", box, "sh", "/r/script")
        with tarfile.open(fileobj=io.BytesIO(docker("cp", f"{box}:/r", "-"))) as tar:
            got = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
    finally:
        docker("rm", "-f", box)
    recorded = [
        [
            scenarios.outcome(
                step,
                got.get(f"r/{n}.{i}.out", b""),
                got.get(f"r/{n}.{i}.err", b""),
                int(got.get(f"r/{n}.{i}.rc", b"-1")),
            )
            for i, step in enumerate(group)
            if step.file is None
        ]
        for n, group in enumerate(groups)
    ]
    path.with_suffix(".json").write_text(json.dumps(recorded, indent=1) + "\n")
    print(path.stem, sum(map(len, recorded)))


if __name__ == "__main__":
    chosen = [HERE / "cases" / f"{name}.txt" for name in sys.argv[1:]] or sorted(
        (HERE / "cases").glob("*.txt")
    )
    for one in chosen:
        record(one)
