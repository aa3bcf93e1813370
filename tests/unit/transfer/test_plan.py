"""Plans: what they say, the order of doing and undoing, and what becomes of errors on the way."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from dockpy.errors import ConnectionFailed, DockpyError, TransferError
from dockpy.transfer.plan import Plan, Step, Transfer
from dockpy.transfer.progress import CopyProgress, Meter


class Log(list[str]):
    """What was done and undone, in order."""

    def step(self, transfer: Transfer, name: str, **options: Any) -> None:
        failure = options.pop("fails", None)
        unfailure = options.pop("undo_fails", None)

        def do(meter: Meter) -> None:
            self.append(f"do {name}")
            if failure is not None:
                raise failure

        def undo() -> None:
            self.append(f"undo {name}")
            if unfailure is not None:
                raise unfailure

        transfer.step(name, f"make {name}", "unix:///b.sock", do, undo=undo, **options)


@pytest.fixture
def log() -> Log:
    return Log()


def test_steps_are_done_in_order(log: Log) -> None:
    transfer = Transfer("copy")
    for name in "abc":
        log.step(transfer, name)
    assert log == []
    transfer.run()
    assert log == ["do a", "do b", "do c"]


def test_a_failure_undoes_from_the_failed_one_backwards(log: Log) -> None:
    transfer = Transfer("copy it")
    log.step(transfer, "a")
    transfer.step("keeper", "look", "unix:///a.sock", lambda meter: log.append("do keeper"))
    log.step(transfer, "b", fails=ConnectionFailed("it is gone", daemon="unix:///b.sock"))
    log.step(transfer, "c")
    with pytest.raises(TransferError, match=r"Step 3 of 4 failed, make b: it is gone") as caught:
        transfer.run()
    assert log == ["do a", "do keeper", "do b", "undo b", "undo a"]
    assert caught.value.step == "b"
    assert caught.value.plan == transfer.plan
    assert isinstance(caught.value.__cause__, ConnectionFailed)
    assert caught.value.left == ()
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.step, again.plan, str(again)) == ("b", transfer.plan, str(caught.value))


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), ValueError("mine"), SystemExit(3)])
def test_what_is_no_error_of_ours_comes_as_it_is(log: Log, failure: BaseException) -> None:
    transfer = Transfer("copy")
    log.step(transfer, "a", undo_fails=DockpyError("no daemon"))
    log.step(transfer, "b", fails=failure)
    with pytest.raises(type(failure)) as caught:
        transfer.run()
    assert caught.value is failure
    assert log == ["do a", "do b", "undo b", "undo a"]
    assert failure.__notes__ == ["It was not undone: make a on unix:///b.sock: no daemon"]


def test_undoing_goes_on_where_it_fails_and_masks_nothing(log: Log) -> None:
    transfer = Transfer("copy")
    log.step(transfer, "a")
    log.step(transfer, "b", undo_fails=ValueError("broken"))
    log.step(transfer, "c", fails=DockpyError("first"))
    with pytest.raises(TransferError, match="first") as caught:
        transfer.run()
    assert log[-3:] == ["undo c", "undo b", "undo a"]
    assert caught.value.left == ("It was not undone: make b on unix:///b.sock: broken",)
    assert caught.value.__notes__ == [*caught.value.left]


def test_an_interrupt_while_undoing_ends_it_and_tells_what_is_left(log: Log) -> None:
    transfer = Transfer("copy")
    log.step(transfer, "a")
    log.step(transfer, "b", undo_fails=KeyboardInterrupt())
    log.step(transfer, "c", fails=DockpyError("first"))
    with pytest.raises(TransferError) as caught:
        transfer.run()
    assert log[-2:] == ["undo c", "undo b"]
    assert caught.value.left == (
        "It was not undone: make b on unix:///b.sock: KeyboardInterrupt",
        "It was not undone: make a on unix:///b.sock",
    )


@pytest.mark.parametrize("failing", ["last", "after"])
def test_nothing_is_undone_once_a_final_step_began(log: Log, failing: str) -> None:
    transfer = Transfer("move")
    log.step(transfer, "a")
    log.step(transfer, "last", final=True, fails=DockpyError("no") if failing == "last" else None)
    log.step(transfer, "after", fails=DockpyError("no"))
    with pytest.raises(TransferError):
        transfer.run()
    assert [text for text in log if text.startswith("undo")] == []


def test_who_watches_is_told(log: Log) -> None:
    told: list[CopyProgress] = []
    transfer = Transfer("copy", progress=told.append)
    log.step(transfer, "a", bytes=10)
    log.step(transfer, "b", fails=DockpyError("no"))
    with pytest.raises(TransferError):
        transfer.run()
    assert [(each.phase, each.step, each.number, each.steps, each.total) for each in told] == [
        ("started", "a", 1, 2, 10),
        ("done", "a", 1, 2, 10),
        ("started", "b", 2, 2, None),
        ("undone", "b", 2, 2, None),
        ("undone", "a", 1, 2, 10),
    ]


def test_one_who_watches_and_fails_ends_it_and_all_is_undone(log: Log) -> None:
    def progress(told: CopyProgress) -> None:
        if (told.step, told.phase) != ("a", "started"):
            raise RuntimeError("full")

    transfer = Transfer("copy", progress=progress)
    log.step(transfer, "a")
    with pytest.raises(RuntimeError, match="full") as caught:
        transfer.run()
    assert log == ["do a", "undo a"]
    assert not hasattr(caught.value, "__notes__")


def test_bytes_are_counted_and_told_of_now_and_then() -> None:
    told: list[CopyProgress] = []
    now = [0.0]
    meter = Meter("a", 1, 1, 9, told.append, clock=lambda: now[0])
    for piece in meter.counted([b"abc", b"de", b"fghi"]):
        now[0] += 0.06
        assert piece
    assert meter.current == 9
    assert [(each.phase, each.current) for each in told] == [("progress", 9)]


def test_a_plan_reads_well() -> None:
    plan = Plan(
        "copy the volume data from unix:///a to unix:///b",
        (
            Step("volume", "create the volume data", "unix:///b"),
            Step("files", "copy", "unix:///b", 1_500_000),
        ),
    )
    assert str(plan) == (
        "copy the volume data from unix:///a to unix:///b\n"
        " 1. create the volume data on unix:///b\n"
        " 2. copy on unix:///b (1.5 MB)"
    )
    assert plan.bytes == 1_500_000
    assert str(Plan("copy it")) == "copy it\n    nothing is to be done"
    assert str(Step("x", "copy", "unix:///b", 999)).endswith("(999 bytes)")
    assert str(Step("x", "copy", "unix:///b", 5 * 10**15)).endswith("(5000.0 TB)")
