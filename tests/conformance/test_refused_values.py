"""Values that are refused before anything is sent, and inputs that are not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import InvalidArgument

if TYPE_CHECKING:
    from dockpy import Client


@pytest.mark.parametrize("image", [None, 5])
def test_an_image_that_is_none_is_shown(engine: Client, image: Any) -> None:
    with pytest.raises(InvalidArgument, match=rf"image={image!r}"):
        engine.containers.create(image)


def test_an_empty_condition_is_none(engine: Client) -> None:
    with pytest.raises(InvalidArgument, match="condition=''"):
        engine.containers.known("0" * 64).wait(condition="")  # type: ignore[arg-type]


def test_exec_input_of_every_other_byte(engine: Client, start: Any) -> None:
    container = start(engine, ["sleep", "600"])
    assert container.exec_run(["cat"], input=memoryview(b"a-b-c-")[::2]).output == b"abc"


def test_an_interrupted_exec_closes_its_connection(
    engine: Client, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dockpy.resources.exec import ExecStream

    container = start(engine, ["sleep", "600"])
    made: list[ExecStream] = []
    begin = threading.Thread.start

    def interrupt(thread: threading.Thread) -> None:
        if thread.name == "dockpy-input":
            raise KeyboardInterrupt
        begin(thread)

    init = ExecStream.__init__

    def keep(self: ExecStream, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        made.append(self)

    monkeypatch.setattr(ExecStream, "__init__", keep)
    monkeypatch.setattr(threading.Thread, "start", interrupt)
    with pytest.raises(KeyboardInterrupt):
        container.exec_run(["cat"], input=b"x")
    assert made[0]._connection.closed
