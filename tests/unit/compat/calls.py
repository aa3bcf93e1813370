"""What is asked of docker-py and of dockpy.compat alike, as expressions; and how an outcome is written down.

In an expression, `api` is a low-level client, modules are called as in `MODULES`, and the working folder is the
one that `prepare` filled.
"""

from __future__ import annotations

import base64
import importlib
import io
import json
import os
import re
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.unit.compat.engine import readable, serving

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CALLS", "evaluate", "prepare"]

CONTAINERS = """
api.containers()
api.containers(quiet=True, all=True)
api.containers(trunc=True, latest=True, size=True)
api.containers(since='a', before='b', limit=3, filters={'label': ['a=b'], 'dangling': True, 'exited': 1})
api.create_container('busybox')
api.create_container('busybox', 'sh -c "echo hi"', hostname='h', user=1000, detach=True, name='web')
api.create_container('busybox', ['true'], stdin_open=True, tty=True, ports=[80, (53, 'udp'), (81,)])
api.create_container('busybox', stdin_open=True, detach=True, environment={'A': 1, 'B': None, 'C': b'x'})
api.create_container('busybox', environment=['A=1'], volumes='/data', use_config_proxy=False)
api.create_container('busybox', volumes=['/a', '/b'], entrypoint='sh -c', working_dir='/w', domainname='d')
api.create_container('busybox', labels=['a', 'b'], stop_signal='SIGINT', stop_timeout=3, runtime='runc')
api.create_container('busybox', labels={'a': 'b'}, mac_address='02:42:00:00:00:01', network_disabled=True)
api.create_container('busybox', healthcheck={'test': 'true', 'interval': 1000000000, 'retries': 2})
api.create_container('busybox', platform='linux/arm64', host_config=api.create_host_config(binds=['/a:/b']))
api.create_container('busybox', networking_config=api.create_networking_config({'n': api.create_endpoint_config(aliases=['x'], links={'a': 'b'}, ipv4_address='10.0.0.2', driver_opt={'o': '1'})}))
api.create_container_config('busybox', 'true')
api.create_container_from_config({'Image': 'x', 'Unknown': [1], 'Tty': None}, name='n')
api.create_host_config(port_bindings={80: 8080}, version='1.40')
api.create_host_config()
api.create_host_config(init_path='/init')
api.inspect_container('web')
api.inspect_container({'Id': 'web'})
api.inspect_container(container='web')
api.inspect_container(resource_id='web')
api.inspect_container('')
api.inspect_container(None)
api.inspect_container('a/b c?d')
api.inspect_container('missing')
api.inspect_container('conflict')
api.inspect_container('broken')
api.inspect_container(5)
api.start('web')
api.start('web', binds=[])
api.stop('web')
api.stop('web', timeout=0)
api.stop('missing')
api.restart('web')
api.restart('web', timeout=1)
api.kill('web')
api.kill('web', signal='SIGTERM')
api.kill('web', signal=9)
api.pause('web')
api.unpause('web')
api.rename('web', 'other')
api.resize('web', 20, 80)
api.remove_container('web')
api.remove_container('web', v=True, link=True, force=True)
api.top('web')
api.top('web', 'aux')
api.diff('web')
api.port('web', 80)
api.port('web', '53/udp')
api.port('web', 81)
api.port('web', 9)
api.port('unpublished', 80)
api.wait('web')
api.wait('web', timeout=3, condition='removed')
api.update_container('web', mem_limit='64m', cpu_shares=2, restart_policy={'Name': 'always'}, blkio_weight=0)
api.update_container('web', cpu_period=1, cpu_quota=2, cpuset_cpus='0', cpuset_mems='0', mem_reservation='1k', memswap_limit=-1, kernel_memory='1g')
api.prune_containers()
api.prune_containers(filters={'until': '24h'})
api.commit('web')
api.commit('web', 'repo', 'tag', message='m', author='me', pause=False, changes=['ENV a=b', 'USER x'], conf={'Env': ['a']})
api.export('web')
api.get_archive('web', '/etc/hosts')
api.get_archive('web', '/etc/hosts', chunk_size=3, encode_stream=True)
api.get_archive('missing', '/')
api.put_archive('web', '/tmp', b'tar')
api.put_archive('web', '/tmp', opened('image.tar', 'rb'))
api.put_archive('web', '/tmp', iter([b'a', b'b']))
api.stats('web', stream=False)
api.stats('web', stream=False, one_shot=True)
api.stats('web')
api.stats('web', decode=True)
api.stats('web', one_shot=True)
api.stats('web', stream=False, decode=True)
api.logs('web')
api.logs('tty')
api.logs('web', stream=True)
api.logs('tty', stream=True)
api.logs('web', stream=True, follow=False)
api.logs('web', stdout=False, timestamps=True, tail=5, since=10, until=20.5)
api.logs('web', tail='5', since=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), until=datetime(2025, 1, 1, tzinfo=UTC))
api.logs('web', tail=-1)
api.logs('web', since='yesterday')
api.logs('web', until=0)
api.logs('missing')
api.attach('web')
api.attach('web', demux=True)
api.attach('web', stream=True, logs=True, stderr=False)
api.attach('web', stream=True, demux=True)
api.attach('tty', stream=True)
api.attach('tty')
api.attach('missing')
read_frames(api.attach_socket('web'))
read_frames(api.attach_socket('web', params={'stdin': 1, 'stream': 1}))
api.attach_socket('missing')
api.exec_create('web', 'ls -l "a b"')
api.exec_create('web', ['ls'], stdout=False, stderr=False, stdin=True, tty=True, privileged=True, user='u', environment={'a': 1}, workdir='/w', detach_keys='ctrl-c')
api.exec_create('missing', 'ls')
api.exec_start('e')
api.exec_start({'Id': 'e'}, demux=True)
api.exec_start('e', stream=True)
api.exec_start('e', stream=True, demux=True)
api.exec_start('tty', tty=True)
api.exec_start('tty', tty=True, stream=True)
api.exec_start('e', detach=True)
api.exec_start('missing')
api.exec_start('conflict', socket=True)
api.exec_start('')
read_frames(api.exec_start('e', socket=True))
api.exec_inspect('e')
api.exec_inspect({'Id': 'e'})
api.exec_resize('e', height=1, width=2)
api.exec_resize('e')
"""

IMAGES = """
api.images()
api.images('busybox', quiet=True, all=True)
api.images('busybox', filters={'dangling': False})
api.images(filters={'label': 'a'})
api.inspect_image('registry:5000/a/b:c@sha256:0')
api.inspect_image('no-image')
api.history('busybox')
api.remove_image('busybox')
api.remove_image({'Id': 'busybox'}, force=True, noprune=True)
api.tag('busybox', 'repo')
api.tag('busybox', 'repo', 'tag', force=True)
api.search('busybox')
api.search('busybox', limit=3)
api.prune_images()
api.prune_images(filters={'dangling': False})
api.prune_images(filters={})
api.get_image('busybox')
api.get_image('no-image')
api.load_image(b'tar')
api.load_image(opened('image.tar', 'rb'), quiet=True)
api.pull('busybox')
api.pull('busybox', 'x', stream=True)
api.pull('busybox:1.36', stream=True, decode=True, platform='linux/amd64')
api.pull('busybox@sha256:0')
api.pull('registry.example:5000/a/b:c', all_tags=True)
api.pull('busybox', auth_config={'username': 'u', 'password': 'p'})
api.pull('index.docker.io/library/busybox')
api.pull('http://x/y')
api.pull('-x.y/z')
api.push('registry.example:5000/a/b')
api.push('registry.example:5000/a/b:c', stream=True)
api.push('a/b', 'c', stream=True, decode=True, auth_config={'identitytoken': 't'})
api.push('missing/b')
api.inspect_distribution('busybox')
api.inspect_distribution('busybox', auth_config={'username': 'u'})
api.import_image()
api.import_image(src='image.tar', repository='r', tag='t')
api.import_image(src=iter([b'a', b'b']), repository='r', changes=['USER x'])
api.import_image(src=b'bytes', repository='r')
api.import_image(src='http://x/y.tar', repository='r')
api.import_image(image='busybox', repository='r')
api.import_image_from_data(b'bytes', repository='r', tag='t', changes=['a', 'b'])
api.import_image_from_file('image.tar', repository='r')
api.import_image_from_stream(iter([b'a', b'b']), repository='r')
api.import_image_from_url('http://x/y.tar', tag='t')
api.import_image_from_image('busybox', repository='r', tag='t')
api.build()
api.build(path='nowhere')
api.build(path='ctx')
api.build(path='ctx', tag='a/b:c', quiet=True, nocache=True, rm=True, pull=True, forcerm=True, decode=True)
api.build(path='ctx', tag='A B')
api.build(path='ctx', dockerfile='sub/Other', gzip=True)
api.build(path='ctx', dockerfile=os.path.abspath('ctx/sub/Other'))
api.build(path='ctx', dockerfile='../outside')
api.build(path='ctx', gzip=True, encoding='xz')
api.build(path='ctx', container_limits={'memory': 1, 'cpusetcpus': '0'}, shmsize=1, labels={'a': 'b'}, cache_from=['x'], target='t', network_mode='host', squash=True, extra_hosts={'h': '1.2.3.4'}, platform='linux/arm64', isolation='default')
api.build(path='ctx', container_limits={'disk': 1})
api.build(path='ctx', buildargs={'A': 'b', 'HTTP_PROXY': 'mine'}, use_config_proxy=True)
api.build(path='ctx', buildargs={'A': 'b'}, use_config_proxy=False, extra_hosts=['a:b'])
api.build(path='https://github.com/a/b.git')
api.build(fileobj=io.BytesIO(b'FROM busybox'))
api.build(fileobj=io.StringIO('FROM busybox'))
api.build(fileobj=opened('ctx/Dockerfile', 'rb'))
api.build(fileobj=opened('image.tar', 'rb'), custom_context=True, encoding='gzip', dockerfile='D')
api.build(path='ctx', custom_context=True)
api.prune_builds()
api.prune_builds(filters={'until': '1h'}, keep_storage=5, all=True)
"""

REST = """
api.networks()
api.networks(names=['a'], ids=['b'], filters={'driver': 'bridge'})
api.create_network('n')
api.create_network('n', driver='bridge', options={'o': 1}, ipam=types.IPAMConfig(pool_configs=[types.IPAMPool(subnet='10.0.0.0/8', gateway='10.0.0.1')]), check_duplicate=True, internal=True, labels={'a': 'b'}, enable_ipv6=True, attachable=False, scope='local', ingress=False)
api.create_network('n', options=[])
api.create_network('n', labels=['a'])
api.inspect_network('n')
api.inspect_network('n', verbose=True, scope='swarm')
api.inspect_network({'Id': 'n'})
api.inspect_network('')
api.remove_network('n')
api.remove_network(net_id='missing')
api.connect_container_to_network('web', 'n')
api.connect_container_to_network('web', 'n', ipv4_address='10.0.0.2', ipv6_address='fe80::1', aliases=['a'], links=[('x', 'y')], link_local_ips=['169.254.0.1'], driver_opt={'a': 'b'}, mac_address='02:00:00:00:00:01')
api.connect_container_to_network('web', 'n', driver_opt=['a'])
api.disconnect_container_from_network('web', 'n')
api.disconnect_container_from_network('web', 'n', force=True)
api.prune_networks()
api.prune_networks({'label': 'a'})
api.volumes()
api.volumes(filters={'dangling': True})
api.create_volume()
api.create_volume('v', driver='local', driver_opts={'type': 'tmpfs'}, labels={'a': 'b'})
api.create_volume('v', driver_opts=['a'])
api.create_volume('v', labels=['a'])
api.inspect_volume('v')
api.remove_volume('v')
api.remove_volume('v', force=True)
api.prune_volumes()
api.prune_volumes(filters={'all': True})
api.info()
api.version()
api.version(api_version=False)
api.ping()
api.df()
api.events()
api.events(decode=True, since=5, until=datetime(2024, 1, 1, tzinfo=UTC), filters={'type': 'container'})
api.login('tester', 'secret')
api.login('tester', 'secret', email='e', registry='registry.example:5000')
api.login('known', 'other', registry='registry.example:5000')
api.login('known', 'other', registry='registry.example:5000', reauth=True)
api.login('known', dockercfg_path='other.json', registry='elsewhere')
[api.login('new', 'pass', registry='new.example'), api.pull('new.example/x')]
[api.reload_config('other.json'), api.pull('elsewhere/x'), api.pull('else.where/x')]
api.configure_plugin('p', {'A': 'b'})
api.configure_plugin('p', ['A=b'])
api.configure_plugin('', [])
api.create_plugin('p', 'plug')
api.create_plugin('p', 'plug', gzip=True)
api.disable_plugin('p')
api.disable_plugin('p', force=True)
api.enable_plugin('p')
api.enable_plugin('p', timeout=3)
api.inspect_plugin('vieux/sshfs:latest')
api.pull_plugin('vieux/sshfs', [{'Name': 'network', 'Value': ['host']}], name='p')
api.pull_plugin('registry.example:5000/p', [])
api.plugins()
api.plugin_privileges('vieux/sshfs')
api.push_plugin('vieux/sshfs')
api.remove_plugin('p')
api.remove_plugin('p', force=True)
api.upgrade_plugin('p', 'vieux/sshfs:next', [])
api.create_secret('s', 'text')
api.create_secret('s', b'bytes', labels={'a': 'b'}, driver=types.DriverConfig('d', {'o': '1'}))
api.secrets()
api.secrets(filters={'name': 's'})
api.inspect_secret('s')
api.remove_secret('s')
api.inspect_secret('')
api.create_config('c', 'text')
api.create_config('c', b'bytes', labels={'a': 'b'}, templating={'Name': 'golang'})
api.configs()
api.configs(filters={'name': 's'})
api.inspect_config('c')
api.remove_config(id='c')
api.remove_config({'ID': 'c'})
api.create_swarm_spec(snapshot_interval=5, external_ca=types.SwarmExternalCA('https://x', protocol='cfssl'), autolock_managers=True, name='n', labels={'a': 'b'})
api.get_unlock_key()
api.init_swarm()
api.init_swarm('10.0.0.1', '10.0.0.1:2377', True, types.SwarmSpec('1.44', task_history_retention_limit=3, node_cert_expiry=1), ['10.1.0.0/16'], 28, '10.0.0.2', 4789)
api.init_swarm(subnet_size=20)
api.init_swarm(default_addr_pool=['10.1.0.0/16'])
api.init_swarm(swarm_spec='x')
api.inspect_swarm()
api.join_swarm(['10.0.0.1'], 'token')
api.join_swarm(['10.0.0.1'], 'token', listen_addr='0.0.0.0:1', advertise_addr='a', data_path_addr='b')
api.leave_swarm()
api.leave_swarm(force=True)
api.unlock_swarm('key')
api.unlock_swarm({'UnlockKey': 'key'})
api.unlock_swarm({'Key': 'key'})
api.update_swarm(5)
api.update_swarm(5, swarm_spec={'Name': 'n'}, rotate_worker_token=True, rotate_manager_token=True, rotate_manager_unlock_key=True)
api.nodes()
api.nodes(filters={'role': 'manager'})
api.inspect_node('n')
api.remove_node('n')
api.remove_node('n', force=True)
api.update_node('n', 5, {'Availability': 'drain'})
api.update_node(node_id='n', version=5)
api.create_service(types.TaskTemplate(types.ContainerSpec('busybox', ['true'])))
api.create_service(types.TaskTemplate(types.ContainerSpec('registry.example:5000/a')), name='s', labels={'a': 'b'}, mode='global', update_config=types.UpdateConfig(parallelism=1), networks=['n', {'Target': 'm'}], endpoint_spec=types.EndpointSpec(ports={80: 8080}), rollback_config=types.RollbackConfig(order='stop-first'))
api.create_service({'ContainerSpec': {}})
api.create_service({})
api.create_service({'ContainerSpec': {'Image': 'x'}}, networks='n')
api.services()
api.services(filters={'name': 's'}, status=True)
api.inspect_service('s')
api.inspect_service('s', insert_defaults=False)
api.remove_service('s')
api.service_logs('s', stdout=True)
api.service_logs('s', stdout=True, stderr=True, follow=True, details=True, since=5, timestamps=True, tail=3, is_tty=False)
api.tasks()
api.tasks({'service': 's'})
api.inspect_task('t')
api.update_service('s', 5, task_template=types.TaskTemplate(types.ContainerSpec('busybox')), name='s')
api.update_service('s', 5, fetch_current_spec=True)
api.update_service('s', 5, fetch_current_spec=True, task_template={'ContainerSpec': {'Image': 'new', 'Args': None}, 'ForceUpdate': 2}, labels={}, mode='global', networks=['m'], rollback_config={'Parallelism': 2}, endpoint_spec={'Mode': 'dnsrr'}, update_config={'Parallelism': 3})
api._result(api._get(api._url('/containers/{0}/json', 'web')), True)
api._result(api._post_json(api._url('/x'), data={'a': None, 'b': 0}), True)
api._result(api._post(api._url('/x'), params={'a': [1, 2]}), json=True)
api._result(api._put(api._url('/containers/web/archive'), data=b'x'))
api._result(api._delete(api._url('/containers/web')), binary=True)
api._result(api._get(api._url('/containers/missing/json')))
api._stream_helper(api._get(api._url('/events'), stream=True))
api._url('/a/{0}/{1}', 'b c', 'd/e:f', versioned_api=False)
api._url('/a/{0}', 3)
[api.api_version, api._version, api.timeout, api.headers['User-Agent']]
"""

OLD = """
api.create_container('busybox', stop_timeout=3)
api.create_container('busybox', platform='linux')
api.create_host_config(init=True)
api.create_host_config(mounts=[])
api.create_host_config(runtime='runc')
api.create_endpoint_config(mac_address='x')
api.logs('web', until=5)
api.stats('web', stream=False, one_shot=True)
api.wait('web', condition='removed')
api.exec_create('web', 'ls', workdir='/')
api.exec_create('web', 'ls', environment=['a=b'])
api.prune_containers()
api.prune_builds()
api.df()
api.images('busybox')
api.inspect_distribution('x')
api.pull('busybox', platform='linux')
api.build(path='ctx', target='t')
api.build(path='ctx', cache_from=['t'])
api.build(path='ctx', platform='t')
api.inspect_network('n', verbose=True)
api.create_network('n', ingress=True)
api.remove_volume('v', force=True)
api.create_secret('a', 'b')
api.configs()
api.plugins()
api.init_swarm(subnet_size=1)
api.services(status=True)
api.inspect_service('s', insert_defaults=True)
api.create_service({'ContainerSpec': {'Image': 'x', 'TTY': True}})
api.create_service({'ContainerSpec': {'Image': 'x'}, 'Networks': ['n']})
api.create_service({'ContainerSpec': {'Image': 'x'}, 'Placement': {'Preferences': [1]}})
api.create_service({'ContainerSpec': {'Image': 'x'}}, update_config={'Order': 'start-first'})
api.create_service({'ContainerSpec': {'Image': 'x'}}, rollback_config={'Parallelism': 1}, update_config={})
api.create_service({'ContainerSpec': {'Image': 'x'}}, endpoint_spec={'Ports': [{'PublishMode': 'host'}]})
api.update_service('s', 5, networks=['m'])
api.update_service('s', 5, fetch_current_spec=True)
"""


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


AUTHENTICATED = re.compile(
    r"pull|push|build\(path='ctx'\)|buildargs|login|distribution|create_service|privileges|upgrade|reload"
)
CONFIGURED = """
api.create_container('busybox')
api.create_container('busybox', environment={'A': 'b'})
api.exec_create('web', 'ls')
api.exec_start('e')
api.info()
read_frames(api.attach_socket('web'))
"""

CALLS: list[tuple[str, str, str]] = [
    *(("1.44", "plain", line) for line in lines(CONTAINERS + IMAGES + REST)),
    *(("1.44", "rich", line) for line in lines(IMAGES + REST) if AUTHENTICATED.search(line)),
    *(("1.44", "rich", line) for line in lines(CONFIGURED)),
    *(("1.24", "plain", line) for line in lines(OLD)),
]
"""The API version, the configuration, and the expression."""


def prepare(folder: Path) -> None:
    """The files that expressions name, and both configurations."""
    files = {
        "ctx/Dockerfile": "FROM busybox\n",
        "ctx/.dockerignore": "# no\n\n*.log\nsub/secret*\n!sub/secret-not\n",
        "ctx/a.txt": "a",
        "ctx/b.log": "b",
        "ctx/sub/Other": "FROM busybox\nRUN true\n",
        "ctx/sub/secret-a": "s",
        "ctx/sub/secret-not": "s",
        "outside": "FROM outside\n",
        "plug/config.json": "{}",
        "plug/rootfs/bin/x": "x",
        "env.list": "# no\nA=1\n\nB=x=y\n",
        "bad.list": "A\n",
        "certs/ca.pem": "ca",
        "certs/cert.pem": "cert",
        "certs/key.pem": "key",
        "image.tar": "no real tar",
        "plain/config.json": "{}",
        "rich/config.json": json.dumps(
            {
                "auths": {
                    "https://index.docker.io/v1/": {"auth": coded("hub", "p:w"), "email": "e@x"},
                    "registry.example:5000": {"auth": coded("known", "pw")},
                    "token.example": {"identitytoken": "tok"},
                    "nothing.example": {},
                },
                "HttpHeaders": {"X-Meta": "yes"},
                "detachKeys": "ctrl-x",
                "proxies": {"default": {"httpProxy": "http://proxy:1", "noProxy": "localhost"}},
            }
        ),
        "other.json": json.dumps({"auths": {"else.where": {"auth": coded("known", "there")}}}),
        "legacy": f"auth = {coded('old', 'pw')}\nemail = e@x\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def coded(name: str, password: str) -> str:
    return base64.b64encode(f"{name}:{password}".encode()).decode()


def evaluate(
    library: str, version: str, configuration: str, expression: str, pause: float = 0
) -> dict[str, Any]:
    """The outcome of an expression, and the requests that it made.

    Args:
        library: the package, ``docker`` or ``dockpy.compat``.
        version: the API version to speak.
        configuration: the folder that DOCKER_CONFIG names.
        expression: the expression.
        pause: as of `serving`.
    """
    os.environ["DOCKER_CONFIG"] = os.path.abspath(configuration)
    with ExitStack() as stack, serving(pause) as (url, asked):
        api = importlib.import_module(f"{library}.api").APIClient(base_url=url, version=version, timeout=20)
        stack.enter_context(api)

        def opened(path: str, mode: str) -> Any:
            return stack.enter_context(open(path, mode))

        outcome = outcome_of(expression, {**names(library), "api": api, "opened": opened})
        text = json.dumps({**outcome, "requests": asked})
        text = re.sub(r"\.dockerfile\.[0-9a-f]+", ".dockerfile.RANDOM", text.replace(url[6:], "ENGINE"))
        recorded: dict[str, Any] = json.loads(text)
    return recorded


MODULES = {
    **{name: name for name in ("auth", "constants", "context", "errors", "tls", "types", "utils")},
    **{name: f"utils.{name}" for name in ("fnmatch", "json_stream", "ports", "proxy", "socket")},
    "helpers": "utils.utils",
    "files": "utils.build",
    "configuration": "utils.config",
    "builds": "api.build",
    "contexts": "context.config",
    "services": "types.services",
}
"""The modules of either library by their names in expressions."""


def names(library: str) -> dict[str, Any]:
    """What expressions may use."""
    found = {name: importlib.import_module(f"{library}.{path}") for name, path in MODULES.items()}

    def read_frames(sock: Any) -> list[Any]:
        try:
            return list(found["socket"].frames_iter(sock, tty=False))
        finally:
            sock.close()

    return {**found, "read_frames": read_frames, "datetime": datetime, "UTC": UTC, "os": os, "io": io}


def outcome_of(expression: str, variables: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": written(eval(expression, variables))}
    except Exception as error:
        ours = [kind.__name__ for kind in type(error).__mro__ if kind.__module__.endswith(".errors")]
        raised: dict[str, Any] = {"raises": ours or [type(error).__name__]}
        if hasattr(error, "explanation"):
            raised |= {"status": error.status_code, "explanation": error.explanation, "text": str(error)}
        return raised


def written(value: Any) -> Any:
    """A value as JSON; what JSON cannot tell apart is named."""
    if isinstance(value, bytes):
        return {"bytes": value.decode()}
    if isinstance(value, tuple):
        return {"tuple": [written(item) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(written(item) for item in value)}
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return {str(key): written(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if hasattr(value, "read"):
        with value:
            return {"tar": readable("", value.read())}
    if hasattr(value, "__next__"):
        return {type(value).__name__.replace("_", ""): [written(item) for item in value]}
    return {"object": type(value).__name__, "text": str(value)}
