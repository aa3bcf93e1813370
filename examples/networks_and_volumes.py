"""Two containers on a network of their own, and files that outlive a container."""

import secrets

import dockpy

name = f"dockpy-example-{secrets.token_hex(4)}"

with dockpy.from_env() as client:
    network = client.networks.create(name)
    volume = client.volumes.create(name)
    try:
        # On a network of their own, containers find each other by name.
        server = client.containers.run(
            "busybox",
            ["httpd", "-f", "-h", "/www"],
            name=f"{name}-server",
            network=network.name,
            volumes={volume.name: {"bind": "/www", "mode": "ro"}},
            init=True,
            detach=True,
        )
        try:
            client.containers.run(
                "busybox",
                ["sh", "-c", "echo 'served from a volume' > /www/index.html"],
                volumes={volume.name: {"bind": "/www"}},
                remove=True,
            )
            page = client.containers.run(
                "busybox",
                ["wget", "-q", "-O", "-", f"http://{server.name}/"],
                network=network.name,
                remove=True,
            )
            print(page.decode().strip())
        finally:
            server.remove(force=True)
    finally:
        volume.remove()
        network.remove()
