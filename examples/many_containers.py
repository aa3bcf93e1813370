"""Start several containers, list them in one request, and remove them."""

import secrets

import dockpy

LABEL = f"dockpy.example={secrets.token_hex(4)}"

with dockpy.from_env() as client:
    try:
        for number in range(5):
            client.containers.run(
                "busybox", ["sleep", "60"], detach=True, init=True, labels=[LABEL, f"number={number}"]
            )
        # One request; what is printed here comes from the listing itself.
        for container in client.containers.list(filters={"label": LABEL}):
            print(f"{container.short_id}  {container.name:24} {container.status}", container.labels["number"])

        # The full inspect of each, loaded several at a time.
        for container in client.containers.list(filters={"label": LABEL}, full=True):
            print(f"{container.name:24} process {container.attrs.state.pid} on the daemon's host")
    finally:
        for container in client.containers.list(all=True, filters={"label": LABEL}):
            container.remove(force=True)
