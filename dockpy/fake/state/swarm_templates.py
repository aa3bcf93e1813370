"""Templates in services, secrets and configs, filled in for a task: ``{{.Task.Slot}}`` and its like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockpy.fake.state.swarm_nodes import Node
    from dockpy.fake.state.swarm_task import Task

__all__ = ["BadTemplate", "context_of", "expand"]

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|\S+')


class BadTemplate(ValueError):
    """A text is no template, or names what is not there."""


def context_of(task: Task, node: Node) -> dict[str, Any]:
    """What templates of a task know."""
    return {
        "Service": {
            "ID": task.service_id,
            "Name": task.service_name,
            "Labels": task.service_labels,
        },
        "Node": {
            "ID": node.id,
            "Hostname": node.name,
            "Platform": {"Architecture": "x86_64", "OS": "linux"},
        },
        "Task": {"ID": task.id, "Name": task.name, "Slot": str(task.slot or node.id)},
    }


def expand(
    text: str, context: Mapping[str, Any], functions: Mapping[str, Callable[[str], str]] | None = None
) -> str:
    """Fill in a template.

    Args:
        text: the template.
        context: what the names in it stand for.
        functions: by name, what else may be called, with one text.

    Raises:
        BadTemplate: it is none.
    """

    def filled(match: re.Match[str]) -> str:
        words = _WORD.findall(match[1])
        if not words:
            raise BadTemplate("missing value for command")
        return _shown(_evaluated(words, context, functions or {}))

    if "{{" in _ACTION.sub("", text):
        raise BadTemplate("unclosed action")
    return _ACTION.sub(filled, text)


def _evaluated(
    words: list[str], context: Mapping[str, Any], functions: Mapping[str, Callable[[str], str]]
) -> Any:
    head, *arguments = words
    if head == "index" and len(arguments) == 2:
        value = _value(arguments[0], context)
        return value.get(_value(arguments[1], context), "") if isinstance(value, dict) else ""
    if head in functions and len(arguments) == 1:
        return functions[head](str(_value(arguments[0], context)))
    if arguments or not (head.startswith(".") or head[0] in '"`'):
        raise BadTemplate(f'function "{head}" not defined')
    return _value(head, context)


def _value(word: str, context: Mapping[str, Any]) -> Any:
    if word[0] in '"`':
        return word[1:-1]
    value: Any = context
    for name in word.removeprefix(".").split("."):
        if not name:
            continue
        if not isinstance(value, dict) or (name not in value and value is context):
            raise BadTemplate(f"can't evaluate field {name}")
        value = value.get(name, "")
    return value


def _shown(value: Any) -> str:
    """As Go prints it."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{name}:{_shown(value[name])}' for name in sorted(value))}]"
    return str(value)
