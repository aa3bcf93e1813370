"""The daemon itself."""

import os
import time

import docker
from docker.errors import APIError, NotFound

name = os.environ["NAME"]
client = docker.from_env()
print(
    client.ping(),
    type(client.info()).__name__,
    "ServerVersion" in client.info(),
    "ApiVersion" in client.version(),
)
print(sorted({"LayersSize", "Images", "Containers", "Volumes"} - set(client.df())))
print(docker.__version__, client.api.timeout, type(client.api).__name__)
began = int(time.time()) - 1
container = client.containers.run("busybox", "true", detach=True, network_mode="none", name=name)
container.wait()
wanted = {"container": name, "event": ["create", "die"]}
until = int(time.time()) + 1
events = list(client.events(since=began, until=until, filters=wanted, decode=True))
print([(event["Action"], event["Actor"]["Attributes"]["name"] == name) for event in events])
print({type(event).__name__ for event in client.events(since=began, until=until, filters=wanted)})
stream = client.events(filters=wanted, decode=True)
container.remove()
stream.close()
print(list(stream), client.plugins.list() == client.plugins.list())
for get in (client.plugins.get, client.networks.get, client.volumes.get, client.images.get):
    try:
        get("nothing-like-it")
    except NotFound as error:
        print(type(error).__name__, error.status_code)
for broken in ("", None):
    try:
        client.containers.get(broken)
    except docker.errors.NullResource as error:
        print(type(error).__name__, isinstance(error, ValueError))
try:
    client.login("tester", "wrong", registry=os.environ["LOCKED"])
except APIError as error:
    print(error.is_error())
print(client.login("tester", "s3cret", registry=os.environ["LOCKED"])["Status"])
client.close()
