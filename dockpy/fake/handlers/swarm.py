"""Handlers of the swarm itself."""

from __future__ import annotations

import re

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.ops import swarm as ops

__all__ = ["read_version"]

_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


def read_version(call: Call, what: str) -> int:
    """The parameter ``version``: from which state of an object on it is changed.

    Raises:
        Failure: 400, it is none.
    """
    text = call.text("version")
    if not re.fullmatch(r"\d+", text):
        if what in ("secret", "config"):
            raise Failure(400, f"invalid {what} version")
        problem = f'strconv.ParseUint: parsing "{text}": invalid syntax'
        raise Failure(400, f"invalid {what} version '{text}': {problem}")
    return int(text)


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    return Answer(json=call.engine.swarm.manager().as_json())


@handles(ops.INIT)
def _init(call: Call) -> Answer:
    return Answer(json=call.engine.swarm.init(call.json()))


@handles(ops.JOIN)
def _join(call: Call) -> None:
    call.engine.swarm.join(call.json())


@handles(ops.LEAVE)
def _leave(call: Call) -> None:
    call.engine.swarm.leave(force=call.flag("force"))


@handles(ops.UPDATE)
def _update(call: Call) -> None:
    spec = call.json()
    version = read_version(call, "swarm")
    call.engine.swarm.manager().update(
        version,
        spec,
        worker=_strict_flag(call, "rotateWorkerToken"),
        manager=_strict_flag(call, "rotateManagerToken"),
        unlock_key=_strict_flag(call, "rotateManagerUnlockKey"),
    )


def _strict_flag(call: Call, name: str) -> bool:
    text = call.text(name)
    if text and text not in (*_TRUE, *_FALSE):
        raise Failure(400, f"invalid value for {name}: {text}")
    return text in _TRUE


@handles(ops.UNLOCK_KEY)
def _unlock_key(call: Call) -> Answer:
    return Answer(json={"UnlockKey": call.engine.swarm.manager().unlock_key})


@handles(ops.UNLOCK)
def _unlock(call: Call) -> None:
    call.engine.swarm.unlock(call.json().get("UnlockKey") or "")
