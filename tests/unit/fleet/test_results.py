"""What daemons answered, and the error that several of them are."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import ConnectionFailed, DockpyError, FleetError, NotFound, TimedOut
from dockpy.fleet import FleetList, FleetResults, Outcome

LATE = TimedOut("too late", daemon="unix:///c")
GONE = ConnectionFailed("nobody there", daemon="unix:///b")


def results() -> FleetResults[list[int]]:
    return FleetResults(
        {
            "z": Outcome([1, 2]),
            "b": Outcome(error=GONE),
            "a": Outcome([]),
            "c": Outcome(error=LATE),
            "d": Outcome([3]),
        }
    )


def test_results_by_name() -> None:
    found = results()
    assert list(found) == ["z", "b", "a", "c", "d"]
    assert len(found) == 5
    assert found["z"].value == [1, 2]
    assert found["z"].ok
    assert found["z"].error is None
    assert found["b"].error is GONE
    assert not found["b"].ok
    with pytest.raises(ConnectionFailed, match="nobody there") as caught:
        _ = found["b"].value
    assert caught.value is GONE
    assert found.succeeded == {"z": [1, 2], "a": [], "d": [3]}
    assert list(found.succeeded) == ["z", "a", "d"]
    assert found.errors == {"b": GONE, "c": LATE}
    assert "nobody" not in found
    with pytest.raises(KeyError):
        found["nobody"]


def test_results_say_what_they_are() -> None:
    assert repr(results()) == "<FleetResults: 3 of 5 daemons answered, failed: b, c>"
    assert repr(FleetResults({"a": Outcome(1)})) == "<FleetResults: 1 of 1 daemons answered>"
    assert repr(Outcome(1)) == "Outcome(value=1)"
    assert repr(Outcome(error=ValueError("x"))) == "Outcome(error=ValueError('x'))"


def test_a_value_may_be_none() -> None:
    found: FleetResults[None] = FleetResults({"a": Outcome(None)})
    assert found["a"].ok
    assert found["a"].value is None
    assert found.succeeded == {"a": None}
    assert found.raise_errors() is found


def test_raising() -> None:
    with pytest.raises(FleetError) as caught:
        results().raise_errors()
    error = caught.value
    assert error.errors == {"b": GONE, "c": LATE}
    assert error.exceptions == (GONE, LATE)
    assert str(error) == ("2 of 5 daemons failed: b: ConnectionFailed: nobody there; c: TimedOut: too late")


def test_a_list_of_all() -> None:
    found = FleetList(results())
    assert found == [1, 2, 3]
    assert isinstance(found, list)
    assert found.errors == {"b": GONE, "c": LATE}
    assert found.by_daemon() == {"z": [1, 2], "a": [], "d": [3]}
    found.by_daemon()["a"].append(4)
    assert found.by_daemon()["a"] == []
    with pytest.raises(FleetError, match=r"^2 of 5 daemons failed: b: "):
        found.raise_errors()
    whole = FleetList(FleetResults({"a": Outcome([1]), "b": Outcome([2])}))
    assert whole.raise_errors() is whole
    assert whole.errors == {}


def test_all_of_it_pickles() -> None:
    for again in (pickle.loads(pickle.dumps(results())), copy.deepcopy(results())):
        assert again.succeeded == results().succeeded
        assert list(again) == list(results())
        assert str(again.errors["b"]) == str(GONE)
    listed = pickle.loads(pickle.dumps(FleetList(results())))
    assert listed == [1, 2, 3]
    assert listed.by_daemon() == {"z": [1, 2], "a": [], "d": [3]}
    assert list(listed.errors) == ["b", "c"]


# FleetError


def test_the_text_names_the_first_few() -> None:
    errors = {f"d{number}": ConnectionFailed("gone") for number in range(7)}
    text = str(FleetError.of(errors, 7))
    assert text.startswith("7 of 7 daemons failed: d0: ConnectionFailed: gone; d1: ")
    assert text.endswith("; d4: ConnectionFailed: gone; and 2 more")
    assert str(FleetError.of({"a": KeyError()}, 1)) == "1 of 1 daemon failed: a: KeyError"
    assert str(FleetError.of({"a": ValueError("x\ny")}, 2)) == "1 of 2 daemons failed: a: ValueError: x"


def test_the_traceback_names_each_daemon() -> None:
    error = FleetError.of({"a": ConnectionFailed("gone", daemon="unix:///a"), "b": ValueError("no")}, 2)
    error.errors["b"].add_note("It happened on 'b' of the fleet.")
    text = "".join(traceback.format_exception(error))
    assert "gone [on unix:///a]" in text
    assert "It happened on 'b' of the fleet." in text


def test_except_star_takes_out_what_it_names() -> None:
    other = NotFound("no such thing", status_code=404)
    seen = list[BaseExceptionGroup]()
    try:
        raise FleetError.of({"a": GONE, "b": other, "c": LATE}, 3)
    except* ConnectionFailed as failed:
        seen.append(failed)
    except* NotFound as failed:
        seen.append(failed)
    assert [part.errors for part in seen if isinstance(part, FleetError)] == [
        {"a": GONE, "c": LATE},
        {"b": other},
    ]


def test_it_is_caught_as_any_error_of_ours() -> None:
    with pytest.raises(DockpyError):
        raise FleetError.of({"a": GONE}, 1)
    with pytest.raises(ExceptionGroup):
        raise FleetError.of({"a": GONE}, 1)


def test_groups_within_keep_their_names() -> None:
    inner = ExceptionGroup("two", [ValueError(1), KeyError(2)])
    error = FleetError.of({"a": inner, "b": ValueError(3), "c": KeyError(4)}, 3)
    values, rest = error.split(ValueError)
    assert isinstance(values, FleetError)
    assert isinstance(rest, FleetError)
    assert list(values.errors) == ["a", "b"]
    assert list(rest.errors) == ["a", "c"]
    assert values.errors["b"] is error.errors["b"]
    assert list(values.exceptions) == list(values.errors.values())


KINDS: list[type[Exception]] = [ValueError, KeyError, OSError]


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 2), min_size=1, max_size=8), st.booleans())
def test_splitting_loses_nobody(kinds: dict[str, int], shared: bool) -> None:
    same = [kind("shared") for kind in KINDS]
    errors = {name: same[kind] if shared else KINDS[kind](name) for name, kind in kinds.items()}
    error = FleetError.of(errors, len(errors))
    matched, rest = error.split(KINDS[0])
    for part, wanted in ((matched, True), (rest, False)):
        names = [name for name, kind in kinds.items() if (kind == 0) is wanted]
        if part is None:
            assert names == []
        else:
            assert isinstance(part, FleetError)
            assert list(part.errors) == names
            assert list(part.exceptions) == [errors[name] for name in names]


def test_it_pickles_as_it_is() -> None:
    error = FleetError.of({"a": GONE, "c": LATE}, 3)
    error.add_note("a note")
    error.at(operation="ContainerList")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is FleetError
        assert str(again) == str(error)
        assert again.__notes__ == ["a note"]
        assert list(again.errors) == ["a", "c"]
        assert list(again.exceptions) == list(again.errors.values())
        assert [type(each) for each in again.exceptions] == [ConnectionFailed, TimedOut]
