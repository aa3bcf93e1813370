"""Sequences of calls that hypothesis makes, on a fake daemon and on the engine that it stands for: no difference.

After each step the statuses, messages and states of all containers are compared, at the end the events.
"""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from comparing import differences, heard

if TYPE_CHECKING:
    from collections.abc import Callable

    from sides import Side

EXAMPLES, STEPS = 30, 14  # about 25 s on an engine
NAMES = ("one", "two", "three")
PROGRAMS = {
    "sleeps": ["sleep", "1000"],
    "traps": ["sh", "-c", "trap 'echo told; exit 5' TERM; echo ready; while :; do sleep 0.02; done"],
    "ends": ["sh", "-c", "echo out; exit 3"],
    "missing": ["nothing-there"],
}
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"Tty": True},
    {"Labels": {"a": "b"}},
    {"HostConfig": {"RestartPolicy": {"Name": "unless-stopped"}}},
    {"HostConfig": {"Memory": 64 << 20}},
    {"HostConfig": {"Binds": ["<vol>:/data"]}},
    {"StopSignal": "KILL"},
    {"WorkingDir": "/tmp/made"},
)
VERBS = (
    *(
        "start",
        "start",
        "stop?t=0",
        "stop?t=1",
        "pause",
        "unpause",
        "restart?t=0",
        "kill",
        "kill?signal=TERM",
    ),
    *("kill?signal=USR1", "kill?signal=CONT", "kill?signal=NOPE", "resize?h=5&w=5"),
)
UPDATES: tuple[dict[str, Any], ...] = (
    {"Memory": 32 << 20},
    {"CpuShares": 64},
    {"RestartPolicy": {"Name": "no"}},
    {"RestartPolicy": {"Name": "nope"}},
)
EXECS = (["echo", "hi"], ["sh", "-c", "exit 4"], ["nothing-there"], ["cat", "/data/x"])

name = st.sampled_from(NAMES)
program = st.sampled_from([*PROGRAMS, "sleeps", "sleeps"])
creating = st.tuples(st.just("create"), name, program, st.sampled_from(OPTIONS))
starting = st.tuples(
    *(st.tuples(st.just("create"), st.just(short), program, st.sampled_from(OPTIONS)) for short in NAMES[:2])
)
step = st.one_of(
    creating,
    st.tuples(st.just("verb"), name, st.sampled_from(VERBS)),
    st.tuples(st.just("verb"), name, st.sampled_from(VERBS)),
    st.tuples(st.just("verb"), name, st.sampled_from(VERBS)),
    st.tuples(st.just("remove"), name, st.sampled_from(["", "?force=1", "?v=1&force=1"])),
    st.tuples(st.just("rename"), name, name),
    st.tuples(st.just("update"), name, st.sampled_from(UPDATES)),
    st.tuples(st.just("exec"), name, st.sampled_from(EXECS)),
    st.tuples(st.just("look"), name, st.sampled_from(["logs", "top", "changes", "wait", "stats"])),
    st.tuples(st.just("commit"), name),
    st.tuples(st.just("network"), name, st.sampled_from(["connect", "connect", "disconnect"])),
    st.tuples(st.just("volume"), st.sampled_from(["create", "delete"])),
)


class _Sequence:
    """Runs steps on a side. Where the engine takes its time, it is waited for what comes of a step."""

    def __init__(self, d: Side) -> None:
        self._d = d
        self._programs: dict[str, str] = {}
        self._has_network = False
        self._since = d.now()

    def run(self, steps: list[Any]) -> None:
        d = self._d
        for number, (kind, *arguments) in enumerate(steps):
            d.note(f"step {number}", (kind, *arguments))
            getattr(self, f"_{kind}")(*arguments)
            for short in NAMES:
                self._note_state(short)
        self._note_events()

    def _state(self, short: str) -> dict[str, Any] | None:
        answer = self._d.get(f"/containers/{self._d.name(short)}/json", note=False)
        return {**answer.json["State"], "Id": answer.json["Id"]} if answer.status == 200 else None

    def _note_state(self, short: str) -> None:
        if state := self._settled(short):
            kept = ("Status", "ExitCode", "Error", "Running", "Paused", "Restarting", "OOMKilled", "Dead")
            self._d.note(short, self._d.valued({name: state[name] for name in kept}))

    def _settled(self, short: str) -> dict[str, Any] | None:
        state = self._state(short)
        if state and self._programs.get(state["Id"]) == "ends":
            self._d.until(lambda: (now := self._state(short)) is None or not now["Running"] or now["Paused"])
        return self._state(short)

    def _create(self, short: str, program: str, options: dict[str, Any]) -> None:
        d = self._d
        if program == "ends" and "RestartPolicy" in options.get("HostConfig", {}):
            options = {}
        host = dict(options.get("HostConfig", {}))
        if "Binds" in host:
            host["Binds"] = [f"{d.name('vol')}:/data"]
            d.made.insert(0, f"/volumes/{d.name('vol')}?force=1")
        id = d.create(short, PROGRAMS[program], **{**options, "HostConfig": host})
        self._programs[id] = program

    def _verb(self, short: str, verb: str) -> None:
        d = self._d
        before = self._state(short)
        d.post(f"/containers/{d.name(short)}/{verb}")
        after = self._state(short)
        if before is None or after is None or self._programs.get(before["Id"]) != "traps":
            return
        if verb.startswith(("start", "restart")) and after["StartedAt"] != before["StartedAt"]:
            d.until(lambda: d.output_since(before["Id"], after["StartedAt"]).strip().endswith(b"ready"))
        if verb == "kill?signal=TERM" and before["Running"] and not before["Paused"]:
            d.until(lambda: (now := self._state(short)) is None or now["FinishedAt"] != before["FinishedAt"])
            d.until(lambda: (now := self._state(short)) is None or not now["Restarting"])

    def _remove(self, short: str, query: str) -> None:
        self._d.delete(f"/containers/{self._d.name(short)}{query}")

    def _rename(self, short: str, to: str) -> None:
        d = self._d
        d.post(f"/containers/{d.name(short)}/rename", query={"name": d.name(to)})

    def _update(self, short: str, change: dict[str, Any]) -> None:
        self._d.post(f"/containers/{self._d.name(short)}/update", change)

    def _exec(self, short: str, cmd: list[str]) -> None:
        self._d.exec(self._d.name(short), cmd, "exec")

    def _look(self, short: str, what: str) -> None:
        d, path = self._d, f"/containers/{self._d.name(short)}"
        state = self._settled(short)
        if what == "logs":
            answer = d.get(f"{path}/logs", query={"stdout": "1", "stderr": "1"}, note=False)
            d.note("logs", d.noted(answer) if answer.status >= 300 else sorted(answer.body))
        elif what == "wait" and (state is None or not state["Running"]):
            d.post(f"{path}/wait", values=True)
        elif what == "changes":
            answer = d.get(f"{path}/changes", note=False)
            d.note(
                "changes",
                sorted(map(str, answer.json)) if answer.status == 200 and answer.json else d.noted(answer),
            )
        elif what == "stats":
            answer = d.get(f"{path}/stats", query={"stream": "0", "one-shot": "1"}, note=False)
            d.note("stats", sorted(answer.json))
        elif what == "top":
            d.get(f"{path}/top")

    def _commit(self, short: str) -> None:
        d = self._d
        answer = d.post("/commit", query={"container": d.name(short)})
        if answer.status == 201:
            d.made.insert(0, f"/images/{answer.json['Id']}?force=1")

    def _network(self, short: str, verb: str) -> None:
        d = self._d
        if not self._has_network:
            self._has_network = True
            answer = d.post("/networks/create", {"Name": d.name("net"), "Internal": True}, note=False)
            d.made.insert(0, f"/networks/{answer.json['Id']}")
        d.post(f"/networks/{d.name('net')}/{verb}", {"Container": d.name(short)})

    def _volume(self, verb: str) -> None:
        d = self._d
        if verb == "create":
            d.post("/volumes/create", {"Name": d.name("vol")})
            d.made.insert(0, f"/volumes/{d.name('vol')}?force=1")
        else:
            d.delete(f"/volumes/{d.name('vol')}")

    def _note_events(self) -> None:
        if self._programs:
            self._d.events(self._since, type=["container"], container=sorted(filter(None, self._programs)))


def _run(steps: list[Any], d: Side) -> None:
    _Sequence(d).run(steps)


def test_sequences(engine_place: Any, fake_of: Callable[[Any], Any]) -> None:
    fake, real = fake_of(engine_place), engine_place

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(starting, st.lists(step, min_size=STEPS - 2, max_size=STEPS))
    def same(first: tuple[Any, ...], steps: list[Any]) -> None:
        scenario = functools.partial(_run, [*first, *steps])
        functools.update_wrapper(scenario, _run)
        ours = heard(scenario, fake.url.removeprefix("unix://"), fake.api)
        theirs = heard(scenario, real.url.removeprefix("unix://"), real.api)
        found = differences(scenario, ours, theirs)
        assert not found, "\n" + "\n".join(found)

    same()
