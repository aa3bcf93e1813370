"""Builtins about jobs and signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.kernel.signals import NAMES, signal_number
from dockpy.fake.sh.builtins.arguments import number, options
from dockpy.fake.sh.errors import Failure
from dockpy.fake.sh.traps import number_of

if TYPE_CHECKING:
    from dockpy.fake.sh.builtins.arguments import Builtin, Steps
    from dockpy.fake.sh.jobs import Job
    from dockpy.fake.sh.shell import Shell

__all__ = ["SIGNALS"]

_CONT = 18


def _trap(shell: Shell, args: list[str]) -> Steps:
    _, words = options(args, "")
    if not words:
        return (yield from shell.say(shell.traps.listing()))
    action: str | None = None
    if len(words) > 1 and not (words[0].isdecimal() and number_of(words[0]) is not None):
        action = None if words[0] == "-" else words[0]
        words = words[1:]
    status = 0
    for word in words:
        signal = number_of(word)
        if signal is None:
            yield from shell.warn(f"{word}: invalid signal specification")
            status = 1
        else:
            shell.traps.set(signal, action)
    return status


def _wait(shell: Shell, args: list[str]) -> Steps:
    _, words = options(args, "")
    try:
        if not words:
            for job in shell.jobs.all:
                if not job.waited:
                    yield from shell.jobs.quietly(job)
            return 0
        status = 0
        for word in words:
            found = shell.jobs.find(word) if word.startswith("%") else shell.jobs.of_pid(number(word))
            status = 127 if found is None else (yield from shell.jobs.until(found))
        return status
    except InterruptedError:
        return 128 + (shell.p.caught[0] if shell.p.caught else 0)


def _jobs(shell: Shell, args: list[str]) -> Steps:
    given, words = options(args, "lp")
    found = [shell.jobs.find(word) for word in words] or shell.jobs.known()[::-1]
    if "p" in given:
        return (yield from shell.say("".join(f"{job.processes[0].pid}\n" for job in found)))
    text = "".join(shell.jobs.line(job, pids="l" in given) for job in found)
    for job in found:
        if job.done:
            job.waited = True
    return (yield from shell.say(text))


def _foreground(shell: Shell, args: list[str]) -> Steps:
    job = _current(shell, args)
    yield from shell.say(f"{job.text}\n" if args[0] == "fg" else f"[{job.number}] {job.text}\n")
    if args[0] == "fg":
        shell.jobs.give_terminal(job.processes[0].pgid)
        job.waited = True
    for process in job.processes:
        process.kill(_CONT)
    if args[0] == "bg":
        return 0
    return (
        yield from shell.jobs.foreground([one for one in job.processes if one.exit_code is None], job=job)
    )


def _current(shell: Shell, args: list[str]) -> Job:
    if len(args) < 2 and not shell.jobs.known():
        raise Failure("No current job")
    return shell.jobs.find(args[1] if len(args) > 1 else "%+")


def _kill(shell: Shell, args: list[str]) -> Steps:
    words, signal = args[1:], 15
    if words[:1] == ["-l"]:
        return (yield from _list(shell, words[1:]))
    if words and words[0].startswith("-") and words[0] != "--":
        name = words.pop(0)[1:]
        if name == "s" and words:
            name = words.pop(0)
        found = 0 if name == "0" else signal_number(name)
        if found is None:
            yield from shell.warn_plainly(f"bad signal name '{name}'")
            return 1
        signal = found
    if words[:1] == ["--"]:
        words.pop(0)
    if not words:
        yield from shell.warn_plainly("you need to specify whom to kill")
        return 1
    status = 0
    for word in words:
        if word.startswith("%"):
            try:
                processes = shell.jobs.find(word).processes
            except Failure as failure:
                yield from shell.warn(str(failure))
                status = 1
                continue
            for process in processes:
                process.kill(signal)
        elif not word.lstrip("-").isdecimal():
            yield from shell.warn_plainly(f"invalid number '{word}'")
            return 1
        elif (message := shell.send(int(word), signal)) is not None:
            yield from shell.warn_plainly(f"can't kill pid {word}: {message}")
            status += 1
    yield None
    return status


def _list(shell: Shell, words: list[str]) -> Steps:
    if not words:
        return (yield from shell.say("".join(f"{n:2}) {NAMES[n]}\n" for n in sorted(NAMES))))
    for word in words:
        if word.isdecimal():
            text = NAMES.get(int(word) & 0x7F, str(int(word) & 0x7F))
        else:
            found = signal_number(word)
            if found is None:
                yield from shell.warn_plainly(f"unknown signal '{word}'")
                return 1
            text = str(found)
        yield from shell.say(text + "\n")
    return 0


SIGNALS: dict[str, Builtin] = {
    "trap": _trap,
    "wait": _wait,
    "jobs": _jobs,
    "fg": _foreground,
    "bg": _foreground,
    "kill": _kill,
}
