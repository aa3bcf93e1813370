"""What becomes of services and their tasks; the clock goes on when it is told to."""

from __future__ import annotations

import base64

import pytest

from tests.fake.asking import answer, ask
from tests.fake.swarm.services import change, replicas, serve, settle, spec, states, tasks

RUNNING = ("running", "running")
GONE = ("shutdown", "shutdown")


@pytest.mark.parametrize(
    ("wanted", "status", "text"),
    [
        ({}, 400, "mismatched Runtime and *Spec fields"),
        (spec("a b"), 400, "name must be valid as a DNS name component"),
        (spec("x" * 64), 400, "name must be 63 characters or fewer"),
        (spec("x", container={"Image": ""}), 400, "ContainerSpec: image reference must be provided"),
        (spec("x", container={"Image": "bad image"}), 400, '"bad image" is not a valid repository/tag'),
        (spec("x", Mode={"Replicated": {}, "Global": {}}), 400, "must specify only one service mode"),
        (spec("x", task={"RestartPolicy": {"Condition": "bad"}}), 400, 'invalid RestartCondition: "bad"'),
        (spec("x", task={"Placement": {"Constraints": ["foo"]}}), 500, "constraint expected one operator"),
        (spec("x", UpdateConfig={"FailureAction": "bad"}), 400, "unrecognized update failure action bad"),
        (spec("x", UpdateConfig={"MaxFailureRatio": 2}), 400, "cannot be less than 0 or bigger than 1"),
        (spec("x", EndpointSpec={"Mode": "bad"}), 400, 'invalid resolution mode: "bad"'),
        (
            spec("x", Mode={"ReplicatedJob": {}}, UpdateConfig={"Parallelism": 1}),
            400,
            "Jobs may not have an update config",
        ),
        (
            spec("x", task={"Resources": {"Limits": {"NanoCPUs": 1}}}),
            400,
            "invalid cpu value 1e-09: Must be at least 0.001",
        ),
        (spec("x", task={"Networks": [{"Target": "nonet"}]}), 500, "network nonet not found"),
    ],
)
def test_services_that_cannot_be(daemon, wanted, status, text):
    answered, told = ask(daemon, "POST", "/services/create", wanted)
    assert answered == status
    assert text in told
    assert ask(daemon, "GET", "/services") == (200, [])


def test_tasks_that_fail_are_replaced_after_a_while(daemon):
    serve(daemon, "s", ["sh", "-c", "sleep 1; exit 3"], task={"RestartPolicy": {"Delay": 2 * 10**9}})
    assert states(daemon, "s") == [RUNNING]
    daemon.clock.advance(1)
    assert states(daemon, "s") == [("shutdown", "failed"), ("ready", "ready")]
    assert tasks(daemon, "s")[0]["Status"]["Err"] == "task: non-zero exit (3)"
    daemon.clock.advance(2)
    assert states(daemon, "s") == [("shutdown", "failed"), RUNNING]
    daemon.clock.advance(60)
    assert len(states(daemon, "s")) <= 6  # five of them are kept


@pytest.mark.parametrize(
    ("policy", "code", "made"),
    [
        ({"Condition": "none"}, 1, 1),
        ({"Condition": "on-failure"}, 0, 1),
        ({"Condition": "on-failure", "MaxAttempts": 2}, 1, 3),
        ({"Condition": "any", "MaxAttempts": 1}, 0, 2),
    ],
)
def test_restart_policies(daemon, policy, code, made):
    serve(daemon, "s", ["sh", "-c", f"exit {code}"], task={"RestartPolicy": {"Delay": 1, **policy}})
    daemon.clock.advance(30)
    ended = "failed" if code else "complete"
    assert states(daemon, "s") == [("shutdown", ended)] * made


def test_what_keeps_a_task_from_running(daemon):
    for name, task, text in (
        (
            "a",
            {"Placement": {"Constraints": ["node.role!=manager"]}},
            "scheduling constraints not satisfied on 1 node",
        ),
        ("b", {"Resources": {"Reservations": {"NanoCPUs": 10**15}}}, "insufficient resources on 1 node"),
        ("c", {"Placement": {"Platforms": [{"OS": "windows"}]}}, "unsupported platform on 1 node"),
    ):
        serve(daemon, name, task=task)
        (found,) = tasks(daemon, name)
        assert found["Status"]["Err"] == f"no suitable node ({text})"
        assert found["Status"]["State"] == "pending"


def test_images_and_programs_that_are_not_there(daemon):
    serve(daemon, "a", container={"Image": "no-such-image:1"}, task={"RestartPolicy": {"Condition": "none"}})
    serve(daemon, "b", ["no-such-program"], task={"RestartPolicy": {"Condition": "none"}})
    status = tasks(daemon, "a")[0]["Status"]
    assert (status["State"], status["Err"]) == ("rejected", "No such image: no-such-image:1")
    assert status["ContainerStatus"] == {"ContainerID": "", "PID": 0, "ExitCode": 0}
    status = tasks(daemon, "b")[0]["Status"]
    assert (status["State"], status["ContainerStatus"]["ExitCode"]) == ("failed", 127)
    assert status["Err"].startswith("starting container failed: ")


def test_scaling_keeps_the_lowest_places(daemon):
    serve(daemon, "s", Mode=replicas(3))
    assert states(daemon, "s") == [RUNNING] * 3
    first = tasks(daemon, "s")[0]["ID"]
    change(daemon, "s", lambda wanted: wanted.update(Mode=replicas(1)))
    assert [(task["ID"], task["Slot"]) for task in tasks(daemon, "s")] == [(first, 1)]
    assert len(ask(daemon, "GET", "/containers/json?all=1")[1]) == 1


def test_stopping_takes_its_grace(daemon):
    ignoring = ["sh", "-c", "trap '' TERM; while true; do sleep 1; done"]
    serve(daemon, "s", ignoring, container={"StopSignal": "SIGTERM", "StopGracePeriod": 5 * 10**9})
    (task,) = tasks(daemon, "s")
    ask(daemon, "DELETE", "/services/s")
    settle(daemon)
    assert ask(daemon, "GET", f"/tasks/{task['ID']}")[1]["DesiredState"] == "remove"
    daemon.clock.advance(6)
    settle(daemon)
    assert ask(daemon, "GET", f"/tasks/{task['ID']}") == (404, f"task {task['ID']} not found")
    assert ask(daemon, "GET", "/containers/json?all=1") == (200, [])


def test_a_rolling_update(daemon):
    config = {"Parallelism": 1, "Delay": 10 * 10**9, "Monitor": 10**9}
    serve(daemon, "s", Mode=replicas(2), UpdateConfig=config)
    settle(daemon)

    def alter(wanted):
        wanted["TaskTemplate"]["ContainerSpec"]["Env"] = ["A=2"]

    assert change(daemon, "s", alter) == (200, {"Warnings": None})
    new = [task for task in tasks(daemon, "s") if "Env" in task["Spec"]["ContainerSpec"]]
    assert [task["Status"]["State"] for task in new] == ["running"]
    assert ask(daemon, "GET", "/services/s")[1]["UpdateStatus"]["State"] == "updating"
    daemon.clock.advance(10)
    assert states(daemon, "s").count(RUNNING) == 2
    daemon.clock.advance(1)
    told = ask(daemon, "GET", "/services/s")[1]
    assert told["UpdateStatus"]["State"] == "completed"
    assert "Env" not in told["PreviousSpec"]["TaskTemplate"]["ContainerSpec"]


@pytest.mark.parametrize(
    ("action", "state", "image"),
    [
        ("pause", "paused", "nothing"),
        ("rollback", "rollback_completed", "busybox"),
        ("continue", "completed", "nothing"),
    ],
)
def test_an_update_that_fails(daemon, action, state, image):
    serve(daemon, "s", UpdateConfig={"FailureAction": action, "Monitor": 10**9})
    settle(daemon)
    change(daemon, "s", lambda wanted: wanted["TaskTemplate"]["ContainerSpec"].update(Image="nothing"))
    daemon.clock.advance(60)
    told = ask(daemon, "GET", "/services/s")[1]
    assert told["UpdateStatus"]["State"] == state
    assert told["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == image
    assert (RUNNING in states(daemon, "s")) == (action == "rollback")


def test_rolling_back_by_hand(daemon):
    serve(daemon, "s")
    none = ask(daemon, "GET", "/services/s")[1]["ID"]
    refused = change(daemon, "s", lambda wanted: None, "&rollback=previous")
    text = f"service {none} does not have a previous spec"
    assert refused == (400, f"rpc error: code = FailedPrecondition desc = {text}")
    change(daemon, "s", lambda wanted: wanted["TaskTemplate"]["ContainerSpec"].update(Env=["A=1"]))
    daemon.clock.advance(10)
    assert change(daemon, "s", lambda wanted: None, "&rollback=previous")[0] == 200
    assert ask(daemon, "GET", "/services/s")[1]["UpdateStatus"]["Message"] == "manually requested rollback"
    daemon.clock.advance(10)
    told = ask(daemon, "GET", "/services/s")[1]
    assert told["UpdateStatus"]["State"] == "rollback_completed"
    assert "Env" not in told["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert states(daemon, "s")[-1] == RUNNING


def test_start_first_never_has_none(daemon):
    serve(daemon, "s", UpdateConfig={"Order": "start-first", "Monitor": 1})
    settle(daemon)
    before = daemon._engine.events.last
    change(daemon, "s", lambda wanted: wanted["TaskTemplate"].update(ForceUpdate=1))
    settle(daemon)
    happened = [one.action for one in daemon._engine.events.kept() if one.number > before]
    assert happened.index("start") < happened.index("die")


def test_draining_a_node(daemon):
    serve(daemon, "s")
    serve(daemon, "g", Mode={"Global": {}})
    settle(daemon)
    (node,) = ask(daemon, "GET", "/nodes")[1]
    path = f"/nodes/{node['ID']}/update?version="
    assert (
        ask(daemon, "POST", f"{path}{node['Version']['Index']}", {**node["Spec"], "Availability": "drain"})[0]
        == 200
    )
    waiting = tasks(daemon, "s")[-1]["Status"]
    assert waiting["Err"] == "no suitable node (1 node not available for new tasks)"
    assert states(daemon, "g") == [GONE]
    (node,) = ask(daemon, "GET", "/nodes")[1]
    assert (
        ask(daemon, "POST", f"{path}{node['Version']['Index']}", {**node["Spec"], "Availability": "active"})[
            0
        ]
        == 200
    )
    assert states(daemon, "s") == [GONE, RUNNING]
    assert states(daemon, "g") == [GONE, RUNNING]


def test_jobs(daemon):
    serve(daemon, "j", ["sleep", "5"], Mode={"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 3}})
    assert states(daemon, "j") == [("complete", "running")]
    daemon.clock.advance(5)
    assert states(daemon, "j") == [("complete", "complete"), ("complete", "running")]
    daemon.clock.advance(10)
    assert states(daemon, "j") == [("complete", "complete")] * 3
    (told,) = ask(daemon, "GET", "/services?status=1")[1]
    assert told["ServiceStatus"] == {"RunningTasks": 0, "DesiredTasks": 1, "CompletedTasks": 3}
    assert told["JobStatus"]["JobIteration"] == {}
    change(daemon, "j", lambda wanted: wanted["TaskTemplate"].update(ForceUpdate=1))
    assert states(daemon, "j")[-1] == ("complete", "running")
    assert ask(daemon, "GET", "/services/j")[1]["JobStatus"]["JobIteration"] == {"Index": 1}


def test_an_unhealthy_task_is_replaced(daemon):
    health = {"Test": ["CMD", "false"], "Interval": 10**9, "Retries": 2}
    policy = {"RestartPolicy": {"Condition": "none"}}
    serve(daemon, "s", container={"Healthcheck": health}, task=policy)
    assert states(daemon, "s") == [("running", "starting")]
    daemon.clock.advance(3)
    (task,) = tasks(daemon, "s")
    assert task["Status"]["Err"] == "task: non-zero exit (137): dockerexec: unhealthy container"


def test_files_and_templates(daemon):
    def create(kind, name, data, **more):
        body = {"Name": name, "Data": base64.b64encode(data.encode()).decode(), **more}
        return ask(daemon, "POST", f"/{kind}/create", body)[1]["ID"]

    secret = create("secrets", "sec", "hush")
    text = '{{.Service.Name}} {{.Task.Slot}} {{secret "key"}} {{env "A"}}'
    config = create("configs", "con", text, Templating={"Name": "golang"})
    container = {
        "Env": ["A={{.Node.Hostname}}", "L={{.Service.Labels}}"],
        "Hostname": "{{.Service.Name}}-h",
        "Secrets": [
            {
                "SecretID": secret,
                "SecretName": "sec",
                "File": {"Name": "key", "UID": "1", "GID": "2", "Mode": 0o400},
            }
        ],
        "Configs": [
            {
                "ConfigID": config,
                "ConfigName": "con",
                "File": {"Name": "/etc/conf", "UID": "0", "GID": "0", "Mode": 0o440},
            }
        ],
    }
    stat = "stat -c '%a %u %g' /run/secrets/key"
    script = f"{stat}; cat /run/secrets/key; echo; cat /etc/conf; echo; hostname; echo $A $L"
    serve(
        daemon,
        "w",
        ["sh", "-c", f"{script}; touch /etc/conf; sleep 1000"],
        container=container,
        Labels={"x": "y"},
    )
    settle(daemon)
    reply = answer(daemon, "GET", "/services/w/logs?stdout=1")
    lines = b"".join(reply.stream)
    host = daemon._engine.name
    for line in ("400 1 2", "hush", f"w 1 hush {host}", "w-h", f"{host} map[x:y]"):
        assert f"{line}\n".encode() in lines
    stderr = b"".join(answer(daemon, "GET", "/services/w/logs?stderr=1").stream)
    assert b"Read-only file system" in stderr


def test_logs_of_services(daemon):
    serve(daemon, "s", ["sh", "-c", "echo a; echo b >&2; sleep 1000"])
    (task,) = tasks(daemon, "s")
    whose = (
        f"com.docker.swarm.node.id={task['NodeID']},com.docker.swarm.service.id={task['ServiceID']},"
        f"com.docker.swarm.task.id={task['ID']} "
    )
    data = b"".join(answer(daemon, "GET", "/services/s/logs?stdout=1&details=1").stream)
    assert data[8:] == f"{whose}a\n".encode()
    assert b"".join(answer(daemon, "GET", f"/tasks/{task['ID']}/logs?stderr=1").stream)[8:] == b"b\n"
    for query, text in (
        ("", "Bad parameters: you must choose at least one stream"),
        ("stdout=1&tail=x", 'tail value must be a positive integer or "all"'),
        ("stdout=1&tail=-1", "negative tail values not supported"),
        (
            "stdout=1&since=x",
            'could not parse since timestamp: strconv.ParseInt: parsing "x": invalid syntax',
        ),
    ):
        assert ask(daemon, "GET", f"/services/s/logs?{query}") == (500, text)
    assert ask(daemon, "GET", "/services/no/logs?stdout=1") == (404, "service no not found")
