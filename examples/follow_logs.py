"""Follow what a container writes, line by line, while another thread decides when to stop."""

import threading

import dockpy

SCRIPT = "i=0; while true; do i=$((i + 1)); echo line $i; sleep 0.2; done"

with dockpy.from_env() as client:
    container = client.containers.run("busybox", ["sh", "-c", SCRIPT], detach=True, init=True)
    try:
        print(f"following {container.name}")
        with container.log_lines(follow=True, timestamps=True) as lines:
            # Closing from another thread ends the loop, also while the container is silent.
            threading.Timer(2, lines.close).start()
            for line in lines:
                moment, _, text = line.partition(" ")
                print(f"{moment[11:19]}  {text}")
        print("closed")
    finally:
        container.remove(force=True)
