"""Scenarios about the classic builder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from about_archives import tar_of
from about_images import MACHINE

if TYPE_CHECKING:
    from sides import Side

_LAYER = re.compile(r"\b[0-9a-f]{12}\b")


def build(d: Side, what: str, text: str, *, files: dict[str, bytes] | None = None, **query: Any) -> str:
    """Build an image; note every line that the builder writes. Returns the image's name."""
    context = tar_of(Dockerfile=text.encode(), **(files or {}))
    name = d.name(what.replace(" ", "-"))
    answer = d.post("/build", body=context, query={"t": name, "rm": "1", "forcerm": "1", **query}, note=False)
    d.made.append(f"/images/{name}?force=1")
    if answer.status >= 400:
        d.note(what, d.noted(answer))
        return name
    said = "".join(line.get("stream", "") for line in answer.lines)
    others = [d.valued(line) for line in answer.lines if "stream" not in line]
    d.note(what, (answer.status, answer.headers.get("content-type"), d.mask(said).splitlines(), others))
    return name


EVERYTHING = """
# a comment
ARG BASE=busybox
FROM $BASE AS first
ARG GREETING=hello
ENV A=1 B="two words" \\
    C=$A
LABEL one=1 "two"='2 3'
WORKDIR /work
WORKDIR sub
RUN echo $GREETING > greeting; pwd
RUN ["sh", "-c", "echo to stderr >&2"]
COPY one two/ ./
ADD packed.tar unpacked/
COPY --chown=5:6 one /owned
USER 1000
RUN id -u
EXPOSE 80 53/udp
VOLUME ["/data"]
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --retries=2 CMD true
SHELL ["/bin/sh", "-e", "-c"]
ONBUILD RUN echo later
ENTRYPOINT ["sh", "-c"]
CMD echo default
FROM busybox
COPY --from=first /work/sub/greeting /greeting
COPY --from=0 /owned /
"""


def scenario_a_build(d: Side) -> None:
    files = {"one": b"1\n", "two__three": b"23\n", "packed.tar": tar_of(inside=b"x")}
    dockerfile = EVERYTHING.replace("\nARG GREETING", f"\nLABEL run={d.run}\nARG GREETING")
    name = build(d, "all", dockerfile, files=files)
    d.get(f"/images/{name}/json", values=True, without=MACHINE)
    build(d, "all again", dockerfile, files=files)
    copying = f"FROM busybox\nLABEL run={d.run}\nCOPY two/ /x/\nRUN ls /x"
    for what, content in (("a file", b"1"), ("another file", b"2"), ("the file again", b"1")):
        build(d, what, copying, files={"two__three": content})
    name = build(d, "a stage", dockerfile, files=files, target="first", buildargs={"UNUSED": "x"})
    d.get(f"/images/{name}/json", values=True, without=MACHINE)
    d.get(f"/images/{name}/history", values=True, without=("Size", "Created", "Tags"))
    build(d, "on build", f"FROM {name}\nRUN id -u")
    build(d, "no cache", f"FROM busybox\nRUN echo {d.run} > /x", nocache="1", labels={"more": "1"})
    build(d, "quiet", f"FROM busybox\nRUN echo {d.run} > /x", q="1")
    d.after.append(lambda: d.prune_images(f"run={d.run}"))
    id = d.start("web", ["sh", "-c", "cat /greeting; stat -c '%n %u %g' /owned"], Image=d.name("all"))
    d.wait(id)
    d.logs(id)


def scenario_builds_that_fail(d: Side) -> None:
    for what, dockerfile in (
        ("empty", ""),
        ("only a comment", "# nothing\n"),
        ("unknown", "FROM busybox\nNOPE x\n"),
        ("no base", "RUN true\n"),
        ("an odd base", "FROM UPPER\n"),
        ("a failing command", "FROM busybox\nRUN echo before; exit 7\n"),
        ("a missing program", 'FROM busybox\nRUN ["nothing-there"]\n'),
        ("a missing file", "FROM busybox\nCOPY nothing /\n"),
        ("a file from outside", "FROM busybox\nCOPY ../x /\n"),
        ("two files to a file", "FROM busybox\nCOPY Dockerfile Dockerfile /x\n"),
        ("no arguments", "FROM busybox\nCOPY\n"),
        ("an odd flag", "FROM busybox\nCOPY --nope=1 a /\n"),
        ("an odd port", "FROM busybox\nEXPOSE x\n"),
        ("an odd signal", "FROM busybox\nSTOPSIGNAL NOPE\n"),
        ("an odd line", "FROM busybox\nENV\n"),
        ("an odd label", "FROM busybox\nLABEL x\n"),
        ("an odd shell", "FROM busybox\nSHELL sh\n"),
        ("onbuild of onbuild", "FROM busybox\nONBUILD ONBUILD RUN x\n"),
        ("an odd healthcheck", "FROM busybox\nHEALTHCHECK NOPE\n"),
        ("an odd user", f"FROM busybox\nLABEL run={d.run}\nUSER nobody-of-that-name\nRUN true\n"),
        ("a substitution", "FROM busybox\nENV A=${B:?gone}\n"),
        ("an unterminated one", "FROM busybox\nENV A=${B\n"),
        ("a mount", "FROM busybox\nRUN --mount=type=cache,target=/x true\n"),
        ("a heredoc", "FROM busybox\nRUN <<EOF\necho x\nEOF\n"),
        ("scratch", "FROM scratch\nRUN true\n"),
        ("nothing of scratch", "FROM scratch\n"),
        ("maintainer", "FROM busybox\nMAINTAINER me\n"),
    ):
        build(d, what, dockerfile)
    d.prune_images(f"run={d.run}")


def scenario_odd_requests_to_build(d: Side) -> None:
    fine = "FROM busybox\nLABEL a=b\n"
    for what, query in (
        ("a missing Dockerfile", {"dockerfile": "nope"}),
        ("a Dockerfile outside", {"dockerfile": "../nope"}),
        ("an odd name", {"t": "UPPER"}),
        ("odd arguments", {"buildargs": "x"}),
        ("odd labels", {"labels": "x"}),
        ("odd limits", {"ulimits": "x"}),
        ("odd memory", {"memory": "x"}),
        ("a missing target", {"target": "nope"}),
        ("an odd network", {"networkmode": "container:nothing-there"}),
        ("an odd remote", {"remote": "nope"}),
        ("an odd version", {"version": "9"}),
        ("squash", {"squash": "1"}),
    ):
        build(d, what, fine, **query)
    for what, body in (("nonsense", b"nonsense"), ("nothing", b""), ("no Dockerfile", tar_of(file=b"x"))):
        answer = d.post("/build", body=body, note=False)
        d.note(what, d.noted(answer) if answer.status >= 400 else (answer.status, d.valued(answer.lines)))
    d.call("POST", "/build", body=b"x", headers={"Content-Type": "nope/nope"})


def scenario_build_events(d: Side) -> None:
    since = d.now()
    name = build(d, "img", f"FROM busybox\nRUN echo {d.run} > /x\n")
    id = d.get(f"/images/{name}/json", note=False).json["Id"]
    d.events(since, type=["image"], image=[id])
    d.post("/build/prune", query={"filters": {"id": ["nothing-there"]}}, values=True)
