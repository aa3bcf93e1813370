"""How containers start and end, their events, restart policies and the words for what cannot be."""

from __future__ import annotations

import pytest

from dockpy.errors import APIError, Conflict, NotFound

NONE = {"network": "none"}


def modern(daemon) -> bool:
    return daemon._engine.api == "1.51"


def test_it_runs_and_tells_how_it_ended(client, happened):
    container = client.containers.create("app", ["out:hi\n", "exit:3"], **NONE)
    assert container.attrs.state.status == "created"
    container.start()
    assert container.wait().status_code == 3
    container.reload()
    assert (container.attrs.state.status, container.attrs.state.exit_code) == ("exited", 3)
    assert container.attrs.state.finished_at >= container.attrs.state.started_at
    assert container.logs() == b"hi\n"
    assert happened(container, "exitCode") == ["create", "start", "die 3"]


def test_stop_asks_first_and_kills_then(client, daemon, clock, happened):
    clock.auto = True
    container = client.containers.create("app", ["sleep:1000"], **NONE)
    container.start()
    before = clock.now()
    container.stop(timeout=7)
    assert clock.now() - before == 7_000_000_000
    assert container.attrs.state.exit_code == 137
    ended = ["stop", "die 137"] if modern(daemon) else ["die 137", "stop"]
    assert happened(container, "signal", "exitCode") == ["create", "start", "kill 15", "kill 9", *ended]


def test_who_heeds_the_stop_signal_ends_by_itself(client, happened):
    container = client.containers.create("app", ["trap:10=5", "sleep:1000"], stop_signal="SIGUSR1", **NONE)
    container.start()
    container.stop()
    assert container.attrs.state.exit_code == 5
    assert "kill 10" in happened(container, "signal")


def test_pause_stands_still_and_unpause_goes_on(client, clock, happened):
    container = client.containers.create("app", ["sleep:5", "out:done\n"], **NONE)
    container.start()
    container.pause()
    clock.advance(60)
    assert container.attrs.state.status == "paused"
    assert container.logs() == b""
    with pytest.raises(Conflict, match="is already paused"):
        container.pause()
    with pytest.raises(Conflict, match="cannot start a paused container, try unpause instead"):
        container.start()
    container.unpause()
    assert container.wait().status_code == 0
    assert container.logs() == b"done\n"
    assert happened(container)[2:4] == ["pause", "unpause"]


def test_a_failed_one_is_restarted_so_often_and_later_each_time(client, clock, happened):
    policy = {"Name": "on-failure", "MaximumRetryCount": 3}
    container = client.containers.create("app", ["exit:4"], restart_policy=policy, **NONE)
    container.start()
    states = []
    for seconds in (0.05, 0.06, 0.2, 0.4, 60):
        container.reload()
        states.append((container.attrs.state.status, container.attrs.restart_count))
        clock.advance(seconds)
    container.reload()
    assert states == [("restarting", n) for n in (1, 1, 2, 3)] + [("exited", 3)]
    assert happened(container).count("start") == 4


def test_told_to_stop_it_is_not_restarted(client, clock, happened):
    container = client.containers.create("app", ["exit:1"], restart_policy={"Name": "always"}, **NONE)
    container.start()
    container.reload()
    assert container.attrs.state.status == "restarting"
    assert container.attrs.state.running
    container.stop()
    assert container.attrs.state.status == "exited"
    clock.advance(600)
    assert happened(container).count("start") == 1


def test_restart_counts_from_zero(client, clock):
    container = client.containers.create(
        "app", ["sleep:1", "exit:1"], restart_policy={"Name": "always"}, **NONE
    )
    container.start()
    clock.advance(30)
    container.reload()
    assert container.attrs.restart_count > 3
    container.restart(timeout=0)
    container.reload()
    assert container.attrs.restart_count == 0
    container.remove(force=True)


def test_auto_remove_leaves_nothing(client, happened):
    container = client.containers.create("app", ["sleep:3"], auto_remove=True, **NONE)
    container.start()
    container.kill()
    with pytest.raises(NotFound):
        client.containers.get(container.id)
    assert happened(container)[-1] == "destroy"


def test_names_are_unique_and_change(client, happened):
    one = client.containers.create("app", name="one", **NONE)
    two = client.containers.create("app", name="two", **NONE)
    with pytest.raises(Conflict) as caught:
        client.containers.create("app", name="one", **NONE)
    assert f'The container name "/one" is already in use by container "{one.id}".' in str(caught.value)
    with pytest.raises(Conflict, match="Error when allocating new name: Conflict"):
        two.rename("one")
    two.rename("three")
    assert client.containers.get("three").id == two.id
    with pytest.raises(NotFound):
        client.containers.get("two")
    assert "rename /two" in happened(two, "oldName")


def test_what_runs_is_only_removed_by_force(client, daemon, happened):
    container = client.containers.create("app", ["sleep:100"], **NONE)
    container.start()
    text = (
        f'cannot remove container "{container.id}": container is running: '
        "stop the container before removing or force remove"
        if modern(daemon)
        else f"You cannot remove a running container {container.id}. "
        "Stop the container before attempting removal or force remove"
    )
    with pytest.raises(Conflict) as caught:
        container.remove()
    assert text in str(caught.value)
    container.remove(force=True)
    assert happened(container, "signal", "exitCode")[-3:] == ["kill 9", "die 137", "destroy"]


def test_what_does_not_run_cannot_be_killed(client, daemon):
    container = client.containers.create("app", **NONE)
    with pytest.raises(Conflict) as caught:
        container.kill()
    word = "container" if modern(daemon) else "Container"
    assert f"{word} {container.id} is not running" in str(caught.value)


def test_an_unknown_program_fails_as_with_runc(client, daemon):
    container = client.containers.create("app", entrypoint=["nosuch"], **NONE)
    with pytest.raises(APIError) as caught:
        container.start()
    assert 'exec: "nosuch": executable file not found in $PATH' in str(caught.value)
    container.reload()
    state = container.attrs.state
    assert (state.status, state.exit_code) == ("created", 127)
    assert state.error.startswith("failed to create task" if modern(daemon) else "failed to create shim task")


def test_wait_for_removal_and_for_the_next_exit(client, clock):
    clock.auto = True
    container = client.containers.create("app", ["sleep:2", "exit:6"], **NONE)
    container.start()
    assert container.wait(condition="next-exit").status_code == 6
    assert container.wait(condition="not-running").status_code == 6


def test_update_changes_limits_and_policy(client, daemon):
    container = client.containers.create("app", **NONE)
    container.update(restart_policy={"Name": "always"}, mem_limit="64m", memswap_limit="128m")
    container.reload()
    assert container.attrs.host_config.memory == 64 * 1024 * 1024
    assert container.attrs.host_config.restart_policy.name == "always"
    container.update(nano_cpus=500_000_000)
    with pytest.raises(Conflict, match="CPU Period cannot be updated as NanoCPUs has already been set"):
        container.update(cpu_period=50_000)


def test_prune_removes_what_does_not_run(client):
    gone = client.containers.create("app", labels={"round": "1"}, **NONE)
    kept = client.containers.create("app", labels={"round": "2"}, **NONE)
    result = client.containers.prune(filters={"label": "round=1"})
    assert result.containers_deleted == [gone.id]
    assert [one.id for one in client.containers.list(all=True)] == [kept.id]


def test_lists_are_filtered_and_newest_first(client, clock):
    first = client.containers.create("app", ["sleep:100"], name="first", labels={"a": "1"}, **NONE)
    clock.advance(2)
    second = client.containers.create("app", ["exit:2"], name="second", **NONE)
    first.start()
    second.start()
    second.wait()
    clock.advance(90)
    listed = client.containers.list(all=True)
    assert [one.id for one in listed] == [second.id, first.id]
    assert [one.id for one in client.containers.list()] == [first.id]
    for filters, expected in (
        ({"label": "a=1"}, [first.id]),
        ({"name": "sec"}, [second.id]),
        ({"exited": "2"}, [second.id]),
        ({"status": ["running", "exited"]}, [second.id, first.id]),
        ({"since": "first"}, [second.id]),
        ({"before": "second"}, [first.id]),
        ({"ancestor": "app"}, [second.id, first.id]),
    ):
        assert [one.id for one in client.containers.list(all=True, filters=filters)] == expected, filters
    with pytest.raises(APIError, match="nvalid filter 'nosuch'"):
        client.containers.list(filters={"nosuch": "1"})


def test_memory_that_does_not_suffice_ends_it(client, daemon, happened):
    def hungry(p):
        p.allocate(100 * 1024 * 1024)
        yield from p.sleep(1)
        return 0

    daemon._engine.programs.register("app", hungry)
    container = client.containers.create("app", mem_limit="6m", **NONE)
    container.start()
    assert container.wait().status_code == 137
    container.reload()
    assert container.attrs.state.oom_killed
    assert happened(container, "exitCode") == ["create", "start", "oom", "die 137"]
