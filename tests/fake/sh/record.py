"""Run the scripts on a real engine and record what they did.

    DOCKER_HOST=unix:///… python tests/fake/sh/record.py [topic…]

needs the docker command (DOCKPY_TEST_CLI, else ``docker``), and the engine the image busybox.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import astuple
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from scripts import CASES, ENVIRONMENT, Result, Script, scripts, topics

DOCKER = os.environ.get("DOCKPY_TEST_CLI", "docker")
VARIABLES = " ".join(f"{name}={value}" for name, value in ENVIRONMENT.items())
DRIVER = f"""
mkdir /rec
cd /rec
tar x
for d in /rec/*; do
    rm -rf /tmp/* /tmp/.[!.]*
    mkdir -p /tmp/t
    cd /tmp/t
    case $(cat $d/how) in
    -c) env -i {VARIABLES} timeout 20 sh -c "$(cat $d/text)" </dev/null >$d/out 2>$d/err;;
    stdin) env -i {VARIABLES} timeout 20 sh <$d/text >$d/out 2>$d/err;;
    file) cp $d/text /tmp/script
        env -i {VARIABLES} timeout 20 sh /tmp/script one two </dev/null >$d/out 2>$d/err;;
    esac
    echo $? >$d/code
done 2>/dev/null
cd /rec
tar c .
"""


def record(all_scripts: list[Script]) -> list[Result]:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for number, script in enumerate(all_scripts):
            text = script.text if script.how == "-c" else script.text + "\n"
            for name, content in (("how", script.how), ("text", text)):
                info = tarfile.TarInfo(f"{number:04}/{name}")
                data = content.encode()
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    command = [DOCKER, "run", "--rm", "-i", "--init", "--network", "none", "busybox", "sh", "-c", DRIVER]
    done = subprocess.run(command, input=archive.getvalue(), stdout=subprocess.PIPE, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:

        def read(number: int, name: str) -> str:
            file = tar.extractfile(f"./{number:04}/{name}")
            assert file is not None
            return file.read().decode("latin-1")

        return [Result(int(read(n, "code")), read(n, "out"), read(n, "err")) for n in range(len(all_scripts))]


def main() -> None:
    for topic in sys.argv[1:] or topics():
        found = scripts(topic)
        rows = [
            json.dumps([astuple(script), astuple(result)], ensure_ascii=False)
            for script, result in zip(found, record(found), strict=True)
        ]
        (CASES / f"{topic}.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")
        print(topic, len(found))


if __name__ == "__main__":
    main()
