"""What docker-py's types and helpers are asked for, as expressions: see `calls`."""

from __future__ import annotations

__all__ = ["VALUES"]

TYPES = """
types.LogConfig(type='json-file', config={'max-size': '1m'})
types.LogConfig(Type='syslog')
types.LogConfig(type='x', config=['a'])
[(c := types.LogConfig(type=types.LogConfig.types.GELF, config={'a': 1})).type, c.set_config_value('b', 2), c.unset_config('a'), c.unset_config('z'), c.config, c]
types.Ulimit(name='nofile', soft=1, hard=2)
types.Ulimit(Name='nofile', Soft=1)
types.Ulimit(name=1)
types.Ulimit(name='a', soft='1')
types.Ulimit(name='a', hard='1')
[(u := types.Ulimit(name='a')).soft, setattr(u, 'hard', 5), u.hard, u.name, u]
types.DeviceRequest(count=-1, capabilities=[['gpu']])
types.DeviceRequest(driver='nvidia', device_ids=['0'], options={'a': 'b'})
types.DeviceRequest(Driver='nvidia', DeviceIDs=['0'], Capabilities=[['gpu']])
types.DeviceRequest(count='all')
types.DeviceRequest(driver=5)
types.DeviceRequest(device_ids='0')
types.DeviceRequest(capabilities='gpu')
types.DeviceRequest(options=[])
[(d := types.DeviceRequest()).count, setattr(d, 'driver', 'x'), d]
types.HostConfig('1.44')
types.HostConfig('1.44', binds={'/a': {'bind': '/b', 'mode': 'ro'}, 'v': '/c', b'/x': {'bind': b'/y', 'ro': True}}, port_bindings={80: 8080, '53/udp': ('127.0.0.1', 53), 81: None, 82: [1, ('0.0.0.0',), (5,)], 83: {'HostPort': 3, 'HostIp': 'h'}})
types.HostConfig('1.44', binds=['/a:/b'], links={'b': 'c', 'a': None}, dns=['1.1.1.1'], dns_search=['x'], dns_opt=['y'], volumes_from='a,b', network_mode='none', restart_policy={'Name': 'always'})
types.HostConfig('1.44', cap_add=['A'], cap_drop=['B'], devices=['/dev/a:/dev/b:r', '/dev/c', {'PathOnHost': 'x'}], extra_hosts={'b': '2', 'a': '1'}, read_only=False, pid_mode='host', ipc_mode='host', security_opt=['x'], ulimits=[{'name': 'n', 'soft': 1}, types.Ulimit(name='m')])
types.HostConfig('1.44', log_config={'type': 'none'}, mem_limit='64m', memswap_limit=-1, mem_reservation='1k', kernel_memory='1g', mem_swappiness=0, cgroup_parent='c', group_add=[1, 'g'], cpu_quota=1, cpu_period=2, blkio_weight=3, shm_size='64M')
types.HostConfig('1.44', log_config=types.LogConfig(type='none'), shm_size=0, mem_limit=0, mem_reservation=0, cpu_quota=0, blkio_weight=0)
types.HostConfig('1.44', blkio_weight_device=[{'Path': 'a', 'Weight': 1}], device_read_bps=[{'Path': 'a', 'Rate': 1}], device_write_bps=[{}], device_read_iops=[{}], device_write_iops=[{}], oom_kill_disable=True, sysctls={'a': 1}, tmpfs={'/a': 'size=1'}, oom_score_adj=5)
types.HostConfig('1.44', tmpfs=['/a', '/b:size=1,x:y'], cpu_shares=1, cpuset_cpus='0', userns_mode='host', uts_mode='host', pids_limit=5, isolation='default', auto_remove=True, storage_opt={'size': '1'}, init=False, volume_driver='v', cpu_count=1, cpu_percent=2, nano_cpus=3)
types.HostConfig('1.44', cpuset_mems='0', runtime='r', mounts=[types.Mount('/a', 'b')], cpu_rt_period=1, cpu_rt_runtime=2, device_cgroup_rules=['a'], device_requests=[{'count': 1}, types.DeviceRequest()], cgroupns='host', publish_all_ports=True, privileged=True)
types.HostConfig('1.44', lxc_conf={'a': 1})
types.HostConfig('1.44', lxc_conf=[{'Key': 'a', 'Value': 'b'}], links=[('x', 'y')], dns=[], binds=[], ulimits=[], security_opt=[], volumes_from=[], devices=[], cap_add=[], sysctls={}, tmpfs={})
types.HostConfig('1.28', init_path='/x')
types.HostConfig('1.44', init_path='/x')
types.HostConfig('1.44', network_mode='host', port_bindings={80: 80})
types.HostConfig('1.44', userns_mode='x')
types.HostConfig('1.44', uts_mode='x')
types.HostConfig('1.44', restart_policy='always')
types.HostConfig('1.44', mem_limit='5x')
types.HostConfig('1.44', mem_limit='xm')
types.HostConfig('1.44', mem_swappiness='1')
types.HostConfig('1.44', oom_score_adj='1')
types.HostConfig('1.44', security_opt='x')
types.HostConfig('1.44', sysctls=['x'])
types.HostConfig('1.44', ulimits='x')
types.HostConfig('1.44', ulimits=[{'name': 1}])
types.HostConfig('1.44', log_config='x')
types.HostConfig('1.44', cpu_quota='1')
types.HostConfig('1.44', cpuset_mems=1)
types.HostConfig('1.44', device_requests={'count': 1})
types.HostConfig('1.44', device_cgroup_rules='x')
types.HostConfig('1.44', isolation=5)
types.HostConfig('1.44', pids_limit='1')
types.HostConfig('1.44', blkio_weight_device={})
types.HostConfig('1.44', blkio_weight_device={'a': 1})
types.HostConfig('1.44', tmpfs='x')
types.HostConfig('1.44', tmpfs=[5])
types.HostConfig('1.44', devices=[5])
types.HostConfig('1.44', port_bindings={80: {'HostIp': 'x'}})
types.HostConfig('1.44', binds={'/a': {'bind': '/b', 'mode': 'ro', 'ro': True}})
types.HostConfig('1.44', nothing=1)
types.HostConfig('1.24', auto_remove=True)
types.HostConfig('1.24', nano_cpus=1)
types.HostConfig('1.24', cpu_count=1)
types.HostConfig('1.24', device_cgroup_rules=['a'])
types.HostConfig('1.39', device_requests=[])
types.ContainerConfig('1.44', 'busybox', None)
types.ContainerConfig('1.44', 'busybox', 'a "b c"', user=0, ports={'80/tcp': {}}, volumes={'/a': {}}, labels={'a': 'b'}, tty=True, stdin_open=True)
types.ContainerConfig('1.28', 'busybox', None, healthcheck={'StartPeriod': 1})
types.ContainerConfig('1.44', 'busybox', None, healthcheck=types.Healthcheck(test=['CMD', 'x']))
types.Healthcheck(test='true', interval=1, timeout=2, retries=3, start_period=4)
types.Healthcheck(Test=['NONE'], Interval=5, Timeout=6, Retries=7, StartPeriod=8)
types.Healthcheck()
[(h := types.Healthcheck()).test, setattr(h, 'test', 'x'), setattr(h, 'retries', 1), h.interval, h]
types.EndpointConfig('1.44')
types.EndpointConfig('1.44', aliases=['a'], links=[('a', 'b')], ipv4_address='1', ipv6_address='2', link_local_ips=[], driver_opt={'a': 'b'}, mac_address='3')
types.EndpointConfig('1.44', driver_opt='x')
types.EndpointConfig('1.31', driver_opt={'a': 'b'})
types.NetworkingConfig()
types.NetworkingConfig({'a': types.EndpointConfig('1.44')})
types.IPAMConfig()
types.IPAMConfig(driver='d', pool_configs=[types.IPAMPool()], options={'a': 'b'})
types.IPAMConfig(options='a')
types.IPAMPool('s', 'r', 'g', {'a': 'b'})
types.SwarmSpec('1.44')
types.SwarmSpec('1.44', 1, 2, 3, 4, 5, 6, 7, 8, [{'URL': 'a'}], 'n', {'a': 'b'}, 'cert', 'key', 9, True, {'Name': 'x'})
types.SwarmSpec('1.44', keep_old_snapshots=0, heartbeat_tick=1, autolock_managers=False, ca_force_rotate=0)
types.SwarmSpec('1.24', external_cas=[1])
types.SwarmSpec('1.24', external_cas=[1, 2])
types.SwarmSpec('1.24', autolock_managers=True)
types.SwarmSpec('1.24', log_driver={})
types.SwarmSpec('1.29', signing_ca_key='x')
types.SwarmSpec('1.29', signing_ca_cert='x')
types.SwarmSpec('1.29', ca_force_rotate=1)
types.SwarmExternalCA('u', 'p', {'a': 'b'}, 'c')
types.TaskTemplate({'Image': 'x'})
types.TaskTemplate({'Image': 'x'}, resources={'a': 1}, restart_policy=types.RestartPolicy(), placement=['a==b'], log_driver={'Name': 'x'}, networks=['n', {'Target': 'm'}], force_update=0)
types.TaskTemplate({}, placement=types.Placement(), networks=[])
types.TaskTemplate({}, force_update='1')
types.TaskTemplate({}, networks='n')
[(t := types.TaskTemplate({'a': 1}, {'b': 2}, {'c': 3}, {'d': 4})).container_spec, t.resources, t.restart_policy, t.placement]
types.ContainerSpec('x')
types.ContainerSpec('x', 'a "b c"', ['d'], 'h', {'A': 1, 'B': None}, '/w', 'u', {'l': '1'}, ['v:/a:ro', '/b', types.Mount('/c', None)], 5, [1], True, ['g'], True, False, 'SIGINT', {'Test': ['x']}, {'b': '2', 'a': '1'}, types.DNSConfig(), [2], types.Privileges(), 'default', True, ['A'], ['B'], {'c': '1'})
types.ContainerSpec('x', env=['A=1'], labels={}, mounts=[], secrets=[], tty=False, init=False)
types.ContainerSpec('x', secrets='a')
types.ContainerSpec('x', configs={})
types.ContainerSpec('x', cap_add='a')
types.ContainerSpec('x', cap_drop='a')
types.ContainerSpec('x', sysctls=['a'])
types.Mount('/a', 'b')
types.Mount('/a', '/b', type='bind', read_only=True, consistency='cached', propagation='rslave')
types.Mount('/a', None, no_copy=True, labels={'a': 'b'}, driver_config=types.DriverConfig('d'), subpath='s')
types.Mount('/a', None, type='tmpfs', tmpfs_size='1m', tmpfs_mode=0o755)
types.Mount('/a', None, type='tmpfs')
types.Mount('/a', None, type='tmpfs', subpath='x')
types.Mount('/a', 'p', type='npipe', no_copy=True)
types.Mount('/a', None, type='image')
types.Mount('/a', 'b', type='bind', no_copy=True)
types.Mount('/a', 'b', type='bind', subpath='x')
types.Mount('/a', 'b', propagation='x')
types.Mount('/a', 'b', tmpfs_size=1)
types.Mount('/a', None, type='tmpfs', labels={'a': 'b'})
types.Mount('/a', None, type='tmpfs', tmpfs_mode='755')
types.Mount.parse_mount_string('/a')
types.Mount.parse_mount_string('v:/a')
types.Mount.parse_mount_string('/v:/a:rw')
types.Mount.parse_mount_string('/v:/a:ro')
types.Mount.parse_mount_string('a:b:c:d')
types.Resources()
types.Resources(1, 2, 3, 4, {'gpu': 2, 'kind': 'a'})
types.Resources(generic_resources=[{'a': 1}])
types.Resources(generic_resources='x')
types.Resources(generic_resources={'x': 1.5})
types.UpdateConfig()
types.UpdateConfig(2, 3, 'rollback', 4, 0.5, 'start-first')
types.UpdateConfig(failure_action='x')
types.UpdateConfig(monitor='x')
types.UpdateConfig(max_failure_ratio='x')
types.UpdateConfig(max_failure_ratio=2)
types.UpdateConfig(order='x')
types.RollbackConfig(parallelism=2, failure_action='pause')
types.RestartPolicy('on-failure', 1, 2, 3)
types.RestartPolicy(types.RestartPolicy.condition_types.ANY)
types.RestartPolicy('x')
types.DriverConfig('d')
types.DriverConfig('d', {'a': 'b'})
types.EndpointSpec()
types.EndpointSpec('vip', {80: 8080, 81: (8081, 'udp'), 82: (8082, None, 'host'), 83: (8083,)})
types.EndpointSpec(ports=[{'a': 1}])
types.EndpointSpec(ports='x')
types.EndpointSpec(ports={80: (1, 2, 3, 4)})
types.ServiceMode('replicated', 3)
types.ServiceMode('replicated')
types.ServiceMode('global')
types.ServiceMode('replicated-job', 3, 2)
types.ServiceMode('replicated-job', 3)
types.ServiceMode('global-job')
types.ServiceMode('x')
types.ServiceMode('global', 1)
types.ServiceMode('global-job', concurrency=1)
[types.ServiceMode(m, r).replicas for m, r in [('replicated', 2), ('replicated-job', 3), ('global', None)]]
[types.ServiceMode('global-job').mode, types.ServiceMode('replicated').replicas]
types.SecretReference('id', 'name')
types.SecretReference({'ID': 'id'}, 'name', 'file', '1', '2', 0o400)
types.SecretReference(None, 'name')
types.ConfigReference('id', 'name')
types.ConfigReference({'ID': 'id'}, 'name', 'file', '1', '2', 0o400)
types.Placement()
types.Placement(['a==b'], [('spread', 'node.labels.x'), types.PlacementPreference('spread', 'y')], [('amd64', 'linux')], 3)
types.PlacementPreference('binpack', 'y')
types.DNSConfig(['1'], ['2'], ['3'])
types.Privileges(credentialspec_file='f', selinux_disable=True, selinux_user='u')
types.Privileges(credentialspec_registry='r', selinux_role='r', selinux_type='t', selinux_level='l')
types.Privileges('f', 'r')
types.NetworkAttachmentConfig('n', ['a'], {'b': 'c'})
services.convert_service_ports({80: 1})
types.CancellableStream.__name__
"""

HELPERS = """
[utils.parse_repository_tag(x) for x in ('a', 'a:b', 'r:5/a', 'r:5/a:b', 'a@sha256:0', 'a:b@sha256:0', '')]
[utils.parse_bytes(x) for x in ('', '5', '5b', '5k', '5KB', '1.5m', '2G', 7, 1.5, '3mb', '-1')]
utils.parse_bytes('5t')
utils.parse_bytes('m')
utils.parse_bytes('127.0.0.1K')
[utils.parse_host(x) for x in (None, '', 'unix://', 'unix:///a/b', 'unix://a/b', 'http+unix:///a', '1.2.3.4:5', 'tcp://h:1', 'tcp://:7777', 'http://h:1/p/', 'https://h:1', ':5', 'ssh://u@h', 'ssh://h:33', 'npipe:////./pipe/x', '[::1]:5', 'tcp://[::1]:5/x')]
[utils.parse_host(None, is_win32=True), utils.parse_host('tcp://h:1', tls=True)]
utils.parse_host('h:1', tls=True)
[sorted(utils.kwargs_from_env({'DOCKER_CERT_PATH': 'certs', 'DOCKER_TLS_VERIFY': v})) for v in ('', '1')]
utils.parse_host('tcp://')
utils.parse_host('tcp://h')
utils.parse_host('0.0.0.0')
utils.parse_host('udp://h:1')
utils.parse_host('fd://x')
utils.parse_host('ssh://h/path')
utils.parse_host('tcp://h:1?x=y')
utils.parse_host('tcp://u:p@h:1')
utils.parse_env_file('env.list')
utils.parse_env_file('bad.list')
utils.parse_devices(['/dev/a', '/dev/a:/dev/b', '/dev/a:/dev/b:r', {'x': 1}])
utils.parse_devices([5])
utils.kwargs_from_env({})
utils.kwargs_from_env({'DOCKER_HOST': 'tcp://h:1', 'DOCKER_TLS_VERIFY': ''})
utils.kwargs_from_env({'DOCKER_HOST': 'tcp://h:1', 'DOCKER_CERT_PATH': 'nowhere'})
[utils.convert_filters(x) for x in ({}, {'a': True, 'b': False}, {'a': 'x'}, {'a': ['x', 1]}, {'a': 1}, {'a': None})]
utils.convert_port_bindings({'80': None, '1/udp': 5, 2: ('h', None), 3: ('h', 4), 5: [{'HostPort': None}]})
utils.convert_volume_binds({'/a': {'bind': '/b'}, '/c': {'bind': '/d', 'mode': 'z', 'propagation': 'rshared'}, '/e': {'bind': '/f', 'propagation': 'x'}, '/g': {'bind': '/h', 'mode': '', 'propagation': 'slave'}, '/i': b'/j'})
utils.convert_volume_binds(['a'])
helpers.convert_tmpfs_mounts(['/a', '/b:x'])
helpers.convert_tmpfs_mounts({'a': 'b'})
[utils.convert_service_networks(x) for x in (None, [], ['a', {'Target': 'b'}])]
utils.convert_service_networks('a')
utils.format_environment({'A': 1, 'B': None, 'C': b'x', 'D': ''})
[utils.format_extra_hosts({'b': '2', 'a': '1'}), utils.format_extra_hosts({'b': '2', 'a': '1'}, task=True)]
[utils.normalize_links({'b': 'x', 'a': None}), utils.normalize_links([('b', 'y'), ('a', '')])]
utils.split_command('a "b c" d\\\\ e')
[utils.datetime_to_timestamp(datetime(2024, 1, 2, 3, 4, 5, 999999, tzinfo=UTC)), utils.datetime_to_timestamp(datetime(1960, 1, 1, tzinfo=UTC))]
[utils.compare_version(a, b) for a, b in (('1.9', '1.10'), ('1.10', '1.9'), ('1.9', '1.9'), ('1.9', '1.9.0'), ('1', '1.1'))]
[utils.version_lt('1.9', '1.10'), utils.version_gte('1.9', '1.10'), utils.version_gte('1.9', '1.9')]
utils.decode_json_header('eyJhIjogMX0=')
utils.create_ipam_config()
utils.create_ipam_pool()
utils.create_host_config(None)
[utils.match_tag(x) for x in ('a', 'a/b:c', 'A', 'a:', 'a b', 'r.x:5/a_b/c-d:E.f', 'a//b', '-a')]
utils.tar('ctx')
utils.tar('ctx', exclude=['*'], dockerfile=('Dockerfile', None))
utils.tar('ctx', exclude=['sub'], dockerfile=('elsewhere', 'FROM x'))
utils.tar('ctx', dockerfile=('elsewhere', 'FROM x'), gzip=True)
utils.mkbuildcontext(io.BytesIO(b'FROM x'))
utils.mkbuildcontext(io.StringIO('FROM x'))
utils.create_archive('plug')
utils.create_archive('plug', files=['config.json'], extra_files=[('x', 'y')])
utils.create_archive('plug', files=['nothing'])
[utils.exclude_paths('ctx', patterns) for patterns in ([], ['*'], ['sub'], ['sub/*'], ['**/secret*'], ['*.txt', '!a.txt'], ['sub', '!sub/Other'], ['/a.txt'], ['./a.txt'], ['sub/../a.txt'], ['..'], ['S?B'], ['[ab].*'], ['[!a].txt'], ['**'], ['**/Other'], ['sub/**'])]
utils.exclude_paths('ctx', ['*'], dockerfile='sub/Other')
sorted(files.walk('ctx', ['sub']))
files.split_path('a//b/./c/')
[fnmatch.fnmatch(n, p) for n, p in (('a/b', '*'), ('a/b', '**'), ('a/b/c', 'a/**/c'), ('a/c', 'a/**/c'), ('A', 'a'), ('a', '?'), ('/', '?'), ('b', '[!a]'), (']', '[]]'), ('[', '['), ('a]', '[a]]'), ('^', '[^a]'), ('a.b', 'a.b'), ('axb', 'a.b'))]
[fnmatch.translate(p) for p in ('a*b', '**', '**/a', 'a/**', '[a-z]', '[', '[!x]', '[^x]', '?')]
list(json_stream.json_stream([b'{"a":1}\\r\\n{"b"', b':2} [1]', b' "x" ']))
list(json_stream.json_stream([b'{"a":1} {"b"']))
list(json_stream.split_buffer([b'a\\nb', 'c\\n', b'd']))
list(json_stream.stream_as_text([b'a', 'b', b'\\xff']))
[json_stream.json_splitter('{"a":1} x'), json_stream.json_splitter('{"a"'), json_stream.line_splitter('a'), json_stream.line_splitter('a;b', ';')]
[ports.split_port(x) for x in ('80', 80, '80/udp', '8080:80', '1-2:3-4', '127.0.0.1:1:2', '127.0.0.1::2', '[::1]:1:2/tcp', '1-2')]
ports.split_port('a')
ports.split_port('1-3:5')
ports.split_port(':2')
ports.split_port('127.0.0.1:1-3:5')
ports.split_port('1-2:3-5')
ports.split_port('h:1-2:3')
ports.build_port_bindings(['80', '8080:80', '1-2:3-4/udp', '127.0.0.1:5:6'])
ports.port_range('1', '3', '/tcp')
proxy.ProxyConfig.from_dict({'httpProxy': 'a', 'httpsProxy': 'b', 'ftpProxy': 'c', 'noProxy': 'd'}).get_environment()
[proxy.ProxyConfig.from_dict({'httpProxy': 'a'}).inject_proxy_environment(x) for x in (None, [], ['A=1'])]
[proxy.ProxyConfig().inject_proxy_environment(x) for x in (None, ['A=1'])]
str(proxy.ProxyConfig(http='a'))
[socket.demux_adaptor(1, b'a'), socket.demux_adaptor(2, b'b')]
socket.demux_adaptor(3, b'a')
socket.consume_socket_output([b'a', b'b'])
[socket.consume_socket_output(x, demux=True) for x in ([], [(b'a', None), (b'b', None)], [(None, b'c'), (b'd', None)])]
[configuration.load_general_config('other.json').keys() == {'auths'}, configuration.load_general_config('nowhere'), configuration.load_general_config('image.tar')]
[configuration.DOCKER_CONFIG_FILENAME, configuration.LEGACY_DOCKER_CONFIG_FILENAME]
configuration.find_config_file('other.json')
builds.process_dockerfile(None, 'ctx')
builds.process_dockerfile('sub/Other', 'ctx')
builds.process_dockerfile(os.path.abspath('ctx/sub/Other'), os.path.abspath('ctx'))
builds.process_dockerfile('../outside', 'ctx')
builds.process_dockerfile('nothing', 'ctx')
"""

CREDENTIALS = """
[auth.resolve_repository_name(x) for x in ('a', 'a/b', 'localhost/a', 'r.x/a/b', 'r:5/a', 'index.docker.io/a')]
auth.resolve_repository_name('http://a/b')
auth.resolve_repository_name('a-.x-/b')
[auth.resolve_index_name(x) for x in ('https://index.docker.io/v1/', 'http://a/b', 'x')]
auth.decode_auth('YTpiOmM=')
auth.encode_header({'a': 'b'})
auth.parse_auth({'a': {'auth': 'YTpi', 'email': 'e'}, 'b': {}, 'c': {'identitytoken': 't'}})
auth.parse_auth({'a': 5})
auth.parse_auth({'a': 5}, raise_on_error=True)
auth.load_config('rich/config.json')
auth.load_config('other.json')
auth.load_config('legacy')
auth.load_config('image.tar')
auth.load_config(config_dict={'auths': {'a': {'auth': 'YTpi'}}, 'credsStore': 'x', 'credHelpers': {'b': 'y'}})
auth.load_config(config_dict={'a': {'auth': 'YTpi'}})
[(c := auth.AuthConfig({'auths': {'https://r.x/v1': {'username': 'u'}, 'docker.io': {'username': 'h'}}})).resolve_authconfig('r.x'), c.resolve_authconfig(), c.resolve_authconfig('nothing'), c.is_empty, c.creds_store, c.cred_helpers, c.auths, c.add_auth('n', {}), c.get_all_credentials()]
[auth.AuthConfig({}).is_empty, auth.AuthConfig({'credsStore': 'x'}).is_empty, auth.AuthConfig({})]
[auth.get_credential_store({'credHelpers': {'a': 'x'}, 'credsStore': 'y'}, r) for r in ('a', 'b', None)]
auth.resolve_authconfig({'auths': {'a': {'username': 'u'}}}, 'a')
[auth.INDEX_NAME, auth.INDEX_URL, auth.TOKEN_USERNAME]
errors.create_unexpected_kwargs_error('f', {'b': 1, 'a': 2})
str(errors.create_unexpected_kwargs_error('f', ['a']))
str(errors.ContainerError('c', 3, 'cmd', 'img', b'err'))
[vars(errors.BuildError('r', [1])), str(errors.BuildError('r', [1]))]
[str(errors.ContextNotFound('x')), str(errors.ContextAlreadyExists('x')), str(errors.MissingContextParameter('x')), str(errors.ContextException('x'))]
[errors.APIError('m').status_code, errors.APIError('m').is_error(), str(errors.APIError('m', explanation='e'))]
tls.TLSConfig(client_cert=('nowhere', 'nowhere'))
tls.TLSConfig(client_cert=('a',))
tls.TLSConfig(ca_cert='nowhere', verify=True)
vars(tls.TLSConfig(client_cert=('ctx/a.txt', 'ctx/b.log'), ca_cert='ctx/a.txt', verify=True))
vars(tls.TLSConfig())
[context.ContextAPI.contexts(), context.ContextAPI.get_context(), context.ContextAPI.inspect_context(), contexts.get_current_context_name()]
[context.ContextAPI.create_context('made', host='tcp://h:1'), context.ContextAPI.get_context('made').Host, context.ContextAPI.kwargs_from_context('made'), context.ContextAPI.set_current_context('made'), contexts.get_current_context_name(), context.ContextAPI.inspect_context('made')['Endpoints'], len(context.ContextAPI.contexts()), context.ContextAPI.remove_context('made'), contexts.get_current_context_name(), context.ContextAPI.get_context('made')]
[context.ContextAPI.create_context('secure', host='https://h:1', tls_cfg=tls.TLSConfig(client_cert=('certs/cert.pem', 'certs/key.pem'), ca_cert='certs/ca.pem', verify=True)), sorted(vars(context.ContextAPI.get_context('secure').TLSConfig)), context.ContextAPI.inspect_context('secure')['TLSMaterial'], sorted(context.ContextAPI.kwargs_from_context('secure')), context.ContextAPI.remove_context('secure')]
context.ContextAPI.create_context('default')
context.ContextAPI.create_context('')
context.ContextAPI.remove_context('nowhere')
context.ContextAPI.remove_context('default')
context.ContextAPI.remove_context('')
context.ContextAPI.inspect_context('nowhere')
context.ContextAPI.set_current_context('nowhere')
context.ContextAPI.kwargs_from_context('nowhere')
context.Context('')
[str(context.Context('a', host='tcp://h:1')), repr(context.Context('a')), context.Context('a').is_docker_host(), context.Context('a', 'kubernetes').Host, context.Context('a').Orchestrator]
[sorted(n for n in vars(constants) if n.isupper()), constants.DEFAULT_USER_AGENT, constants.MINIMUM_DOCKER_API_VERSION]
{n: v for n, v in vars(constants).items() if n.isupper() and 'INSECURE' not in n}
"""

VALUES: list[str] = [
    line for text in (TYPES, HELPERS, CREDENTIALS) for line in text.splitlines() if line
]
"""Expressions that ask no engine."""
