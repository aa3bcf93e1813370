"""Templates that are filled in for tasks."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.state.swarm_templates import BadTemplate, expand

CONTEXT = {"Task": {"Slot": "1", "Name": "s.1.x"}, "Service": {"Labels": {"b": "2", "a": "1"}}}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("a{{.Task.Slot}}b", "a1b"),
        ("{{ .Task.Slot }}-{{.Task.Name}}", "1-s.1.x"),
        ("{{.Service.Labels}}", "map[a:1 b:2]"),
        ('{{index .Service.Labels "a"}}', "1"),
        ('{{index .Service.Labels "none"}}', ""),
        ('{{"}"}}', "}"),
        ('{{up "x"}}', "X"),
    ],
)
def test_templates(text, filled):
    assert expand(text, CONTEXT, {"up": str.upper}) == filled


@pytest.mark.parametrize(
    "text", ["{{", "{{}}", "{{.Nothing}}", "{{foo}}", "{{.Task.Slot.More}}", '{{up "x" "y"}}']
)
def test_what_is_no_template(text):
    with pytest.raises(BadTemplate):
        expand(text, CONTEXT, {"up": str.upper})


@given(st.text(alphabet='{}."` aTaskSlotindex-\n', max_size=40))
def test_any_text_is_filled_in_or_refused(text):
    with contextlib.suppress(BadTemplate):
        expand(text, CONTEXT)
