"""Hooks and the log: every request and answer, and no secret."""

from __future__ import annotations

import base64
import json
import logging
import pickle
from typing import Any

import pytest

import dockpy
from dockpy import ApiError, Conflict, ConnectionFailed, DockpyError, Hooks
from dockpy.ops import containers, images

SECRET = "correct-horse-battery-staple"


def test_hooks_see_every_request_and_answer(serve: Any, connect: Any, over: str, answer: Any) -> None:
    def handle(peer: Any) -> None:
        while asked := peer.request():
            peer.send(answer("409 Conflict", b"{}") if "kill" in asked.target else answer(body=b"{}"))

    seen: list[Any] = []
    client = connect(serve(handle, over), hooks=Hooks([seen.append], [seen.append]))
    client.info()
    list(client.events(filters={"type": "container"}, reconnect=False))
    with pytest.raises(Conflict):
        client.containers.known("web").kill()
    requests, responses = seen[::2], seen[1::2]
    assert [(event.operation, event.method, event.path) for event in requests] == [
        ("SystemInfo", "GET", "/v1.41/info"),
        ("SystemEvents", "GET", "/v1.41/events"),
        ("ContainerKill", "POST", "/v1.41/containers/web/kill"),
    ]
    assert {event.daemon for event in requests} == {client.daemon}
    assert [(event.request, event.status) for event in responses] == list(
        zip(requests, [200, 200, 409], strict=True)
    )
    assert all(0 <= event.seconds < 10 for event in responses)


def test_hooks_may_be_added_later_and_belong_to_all_views(
    serve: Any, connect: Any, answer: Any, always: Any
) -> None:
    client = connect(serve(always(answer())))
    view = client.with_options(timeout=5)
    seen: list[str] = []
    client.hooks.request.append(lambda event: seen.append(event.operation))
    view.info()
    client.info()
    assert seen == ["SystemInfo", "SystemInfo"]


def test_a_request_that_fails_has_no_answer(connect: Any, tmp_path: Any) -> None:
    seen: list[Any] = []
    hooks = Hooks([seen.append], [seen.append])
    with dockpy.Client(f"unix://{tmp_path}/none.sock", version="1.41", hooks=hooks) as client:
        with pytest.raises(ConnectionFailed):
            client.info()
    assert [event.operation for event in seen] == ["SystemInfo"]


def test_a_hook_that_fails_is_not_hidden(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    def hook(event: Any) -> None:
        raise RuntimeError("the hook's own")

    server = serve(always(answer()))
    client = connect(server, hooks=Hooks([hook]))
    with pytest.raises(RuntimeError, match="the hook's own"):
        client.info()
    assert server.connections == 0
    client = connect(server, hooks=Hooks([], [hook]))
    with pytest.raises(RuntimeError, match="the hook's own"):
        client.events(reconnect=False)  # its connection is closed: an unclosed socket fails the test


def test_the_log_is_off_by_default(serve: Any, connect: Any, answer: Any, always: Any, capfd: Any) -> None:
    connect(serve(always(answer()))).info()
    assert capfd.readouterr() == ("", "")


def test_the_log(
    serve: Any, connect: Any, answer: Any, always: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "dockpy"):
        client = connect(serve(always(answer())))
        client.info()
        list(client.events(reconnect=False))
    lines = [record.getMessage() for record in caplog.records if record.name == "dockpy"]
    assert len(lines) == 2
    assert lines[0].startswith("GET /v1.41/info -> 200 (")
    assert lines[1].startswith("GET /v1.41/events -> 200 (")


def secretive(client: Any) -> list[DockpyError]:
    """Calls that carry secrets, each refused."""
    auth = {"username": "tester", "password": SECRET}
    app = "registry.example:5000/app"
    calls = [
        lambda: client.login("tester", SECRET, "registry.example:5000"),
        lambda: client.images.pull(app, auth_config=auth),
        lambda: client.images.push(app, auth_config=auth),
        lambda: client.images.pull(app, auth_config=dockpy.Credentials("tester", SECRET)),
        lambda: client.api.call(images.BUILD, query={"buildargs": {"TOKEN": SECRET}}, body=b""),
        lambda: client.containers.create("busybox", environment={"TOKEN": SECRET}),
        lambda: client.api.call(containers.CREATE, body={"image": "b", "env": [SECRET], "no_such": SECRET}),
        lambda: client.api.call(containers.CREATE, body={"image": [SECRET]}),
    ]  # fmt: skip
    errors: list[DockpyError] = []
    for call in calls:
        with pytest.raises(DockpyError) as caught:
            call()
        errors.append(caught.value)
    return errors


def forms() -> list[str]:
    """The secret as it stands and as it travels."""
    document = json.dumps({"username": "tester", "password": SECRET}, separators=(",", ":"))
    return [SECRET, base64.urlsafe_b64encode(document.encode()).decode()[:40]]


@pytest.mark.parametrize("status", ["401 Unauthorized", "500 Internal Server Error", "301 Moved"])
def test_no_secret_is_told(
    serve: Any, connect: Any, answer: Any, always: Any, caplog: pytest.LogCaptureFixture, status: str
) -> None:
    seen: list[Any] = []
    server = serve(always(answer(status, b'{"message": "no"}')))
    with caplog.at_level(logging.DEBUG):
        client = connect(server, hooks=Hooks([seen.append], [seen.append]))
        errors = secretive(client)
        told = [*map(repr, seen), *(record.getMessage() for record in caplog.records), repr(client)]
        for error in errors:
            told += [str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))]
            hidden = error.__suppress_context__  # no traceback shows it
            told += [repr(link) for link in (error.__cause__, None if hidden else error.__context__)]
    assert any(SECRET in asked.body.decode() for asked in server.asked)  # it was sent indeed
    assert any(form in asked.headers.get("x-registry-auth", "") for asked in server.asked for form in forms())
    for text in told:
        assert not [form for form in forms() if form in text], text


def test_no_secret_is_told_where_nobody_answers(tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        dockpy.Client(f"unix://{tmp_path}/none.sock", version="1.41") as client,
    ):
        told = [
            text
            for error in secretive(client)
            for text in (str(error), repr(vars(error)), repr(error.__cause__))
        ]
    assert not [text for text in [*told, caplog.text] if SECRET in text]


def test_requests_show_neither_headers_nor_bodies() -> None:
    from dockpy.transport.message import Request

    request = Request("POST", "/auth", {"X-Registry-Auth": SECRET}, SECRET.encode())
    assert SECRET not in repr(request)


def test_an_answer_keeps_its_response_but_no_request(
    serve: Any, connect: Any, answer: Any, always: Any
) -> None:
    client = connect(serve(always(answer("418 Teapot", b"short", X_Custom="yes"))))
    with pytest.raises(ApiError) as caught:
        client.info()
    response = pickle.loads(pickle.dumps(caught.value)).response
    assert (response.status_code, response.reason, response.text) == (418, "Teapot", "short")
    assert response.headers["X-Custom"] == "yes"
