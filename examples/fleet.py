"""Ask several daemons at once, put a container where there is room, and move one from there to another.

The second and the third daemon are fakes in this process; ``Fleet({"b": "ssh://user@host"})`` has real ones.
"""

import dockpy

with dockpy.from_env() as client, dockpy.FakeDaemon() as fake, dockpy.FakeDaemon() as spare:
    fleet = dockpy.Fleet({"mine": client, "fake": fake.client(), "spare": spare.client()})
    print(f"{len(fleet.ping().succeeded)} of {len(fleet)} daemons answer")
    fleet.images.pull("busybox").raise_errors()

    container = fleet.select("mine").run(
        "busybox",
        ["sh", "-c", "echo started; exec sleep 1000"],
        detach=True,
        network_mode="none",
        stop_signal="SIGKILL",
    )
    try:
        container.exec_run(["sh", "-c", "echo kept > /note"])
        print(container.move(to=fleet["fake"], dry_run=True))
        container = container.move(to=fleet["fake"])
        print(f"{container.short_id} runs on the fake now: {container.exec_run(['cat', '/note']).output!r}")

        for message in fleet.logs(container.name, follow=False):
            if isinstance(message, dockpy.FleetItem):
                print(f"  {message.daemon}: {message.value.text}")
    finally:
        container.remove(force=True)
