"""Run a command in a container and take its output; then one that fails."""

import dockpy

with dockpy.from_env() as client:
    output = client.containers.run("busybox", ["echo", "hi"], remove=True)
    print(output)

    result = client.containers.run(
        "busybox",
        ["sh", "-c", 'echo "$GREETING"; echo careful >&2'],
        environment={"GREETING": "hello"},
        remove=True,
    )
    print("stdout:", result.stdout, "stderr:", result.stderr, "exit status:", result.exit_status)

    try:
        client.containers.run("busybox", ["ls", "/nowhere"], remove=True)
    except dockpy.ContainerError as error:
        print(f"exit status {error.exit_status}: {(error.stderr or b'').decode().strip()}")
