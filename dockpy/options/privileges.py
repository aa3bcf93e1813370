"""What a plugin wants to be allowed, and what of it is granted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from dockpy.errors import InvalidArgument
from dockpy.options.values import is_list, is_text

if TYPE_CHECKING:
    from dockpy.wire.plugins import PluginPrivilege

__all__ = ["Grants", "check_granted", "setting_list"]

Grants: TypeAlias = (
    "bool | Sequence[str | Mapping[str, Any] | PluginPrivilege] | Callable[[list[PluginPrivilege]], bool]"
)
"""True for all that a plugin wants; names of privileges, or privileges with their values; or who decides."""

_FORMS = (
    "it takes True, a list of names (['network']) or of privileges "
    "([{'Name': 'network', 'Value': ['host']}]), or a function that says whether they are granted"
)


def check_granted(remote: str, wanted: list[PluginPrivilege], grants: Grants) -> None:
    """Refuse a plugin that wants more than it is granted.

    Args:
        remote: the plugin's name, for the error.
        wanted: what the plugin wants.
        grants: what it may have.

    Raises:
        InvalidArgument: it wants more, or the grants are none of the known forms.
    """
    if callable(grants):
        refused = [] if not wanted or grants(wanted) else wanted
    elif isinstance(grants, bool):
        refused = [] if grants else wanted
    elif is_list(grants):
        granted = [_granted(item) for item in grants]
        refused = [privilege for privilege in wanted if not _covered(privilege, granted)]
    else:
        raise InvalidArgument(f"privileges={grants!r}: {_FORMS}")
    if refused:
        listed = "; ".join(_line(privilege) for privilege in refused)
        raise InvalidArgument(
            f"{remote} wants privileges that it was not granted: {listed}",
            hint="Grant them with privileges=…, all of them with privileges=True.",
        )


def _granted(item: Any) -> tuple[str, set[str] | None]:
    """A privilege's name, and its values; None for any."""
    if is_text(item):
        return item, None
    name, values = (item.get("Name"), item.get("Value")) if hasattr(item, "get") else (None, None)
    if not is_text(name) or not (values is None or (is_list(values) and all(map(is_text, values)))):
        raise InvalidArgument(f"privileges: {item!r}: {_FORMS}")
    return name, None if values is None else set(values)


def _covered(wanted: PluginPrivilege, granted: Sequence[tuple[str, set[str] | None]]) -> bool:
    """Whether each value that is wanted is granted under the privilege's name."""
    name, values = wanted.get("Name"), set(wanted.get("Value") or ())
    of_name = [allowed for other, allowed in granted if other == name]
    if not of_name:
        return False
    return None in of_name or values <= set().union(*(allowed or set() for allowed in of_name))


def _line(privilege: PluginPrivilege) -> str:
    return f"{privilege.get('Name')} {', '.join(privilege.get('Value') or ())}".strip()


def setting_list(value: Mapping[str, str] | Sequence[str]) -> list[str]:
    """A plugin's settings as the engine takes them: ``NAME=value``, ``NAME.source=/path``.

    Raises:
        InvalidArgument: it is neither a mapping of str to str nor a list of such texts.
    """
    items: Any = value
    if isinstance(value, Mapping):
        items = [f"{name}={text}" for name, text in value.items() if is_text(name) and is_text(text)]
    fits = is_list(items) and all(is_text(item) and "=" in item for item in items)
    if not fits or len(items) != len(value):
        raise InvalidArgument("settings: it takes {'NAME': 'value'} or ['NAME=value']")  # no value shown
    return list(items)
