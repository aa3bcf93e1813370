"""Flags of the docker command, each line as of a shell, and keywords that say the same."""

from __future__ import annotations

from typing import Any

Options = dict[str, Any]

CREATED: dict[str, list[Options]] = {
    "": [{}],
    # What runs
    "--name web": [{"name": "web"}],
    "--platform linux/arm64": [{"platform": "linux/arm64"}],
    "--entrypoint sh": [{"entrypoint": "sh"}, {"entrypoint": ["sh"]}],
    "--entrypoint ''": [{"entrypoint": ""}, {"entrypoint": []}, {"entrypoint": [""]}],
    "--env A=1 --env B=x=y --env UNSET_HERE": [
        {"environment": {"A": 1, "B": "x=y", "UNSET_HERE": None}},
        {"environment": ["A=1", "B=x=y", "UNSET_HERE"]},
    ],
    "--env-file env": [{"env_file": "env"}, {"env_file": ["env"]}],
    "--env-file env --env-file env2 --env D=4": [{"environment": {"D": 4}, "env_file": ["env", "env2"]}],
    "--label a=b --label c": [{"labels": {"a": "b", "c": ""}}, {"labels": ["a=b", "c"]}],
    "--label-file labels": [{"label_file": "labels"}, {"label_file": ["labels"]}],
    "--label-file labels --label a=c": [
        {"labels": {"a": "c"}, "label_file": "labels"},
        {"label_file": "labels", "labels": ["a=c"]},
    ],
    "--workdir /srv": [{"working_dir": "/srv"}],
    "--user 0": [{"user": 0}, {"user": "0"}],
    "--user nobody:nogroup": [{"user": "nobody:nogroup"}],
    "--group-add audio --group-add 29": [{"group_add": ["audio", 29]}],
    "--hostname h": [{"hostname": "h"}],
    "--domainname example.org": [{"domainname": "example.org"}],
    "--tty": [{"tty": True}],
    "--interactive": [{"stdin_open": True, "attach": ["stdin", "stdout", "stderr"]}],
    "--interactive --attach stdin --attach stdout": [
        {"stdin_open": True, "attach": ["stdin", "stdout"]},
        {"attach": ["STDIN", "STDOUT"], "stdin_open": True, "stdin_once": True},
    ],
    "--attach stdout": [{"attach": "stdout"}],
    "--init": [{"init": True}],
    "--init=false": [{"init": False}],
    "--stop-signal SIGINT": [{"stop_signal": "SIGINT"}],
    "--stop-timeout 0": [{"stop_timeout": 0}],
    "--rm": [{"auto_remove": True}],
    "--restart always": [{"restart_policy": "always"}, {"restart_policy": {"Name": "always"}}],
    "--restart unless-stopped": [{"restart_policy": "unless-stopped"}],
    "--restart on-failure:5": [
        {"restart_policy": "on-failure:5"},
        {"restart_policy": {"Name": "on-failure", "MaximumRetryCount": 5}},
    ],
    "--restart on-failure": [{"restart_policy": "on-failure"}],
    "--restart no": [{"restart_policy": "no"}],
    "--rm --restart no": [{"auto_remove": True, "restart_policy": "no"}],
    "--health-cmd 'curl -f http://localhost/' --health-interval 1m30s --health-timeout 500ms "
    "--health-retries 3 --health-start-period 1h --health-start-interval 2.5s": [
        {
            "healthcheck": {
                "test": "curl -f http://localhost/",
                "interval": "1m30s",
                "timeout": "500ms",
                "retries": 3,
                "start_period": "1h",
                "start_interval": 2.5,
            }
        },
        {
            "healthcheck": {  # docker-py's
                "Test": ["CMD-SHELL", "curl -f http://localhost/"],
                "Interval": 90 * 10**9,
                "Timeout": 5 * 10**8,
                "Retries": 3,
                "StartPeriod": 3600 * 10**9,
                "StartInterval": 25 * 10**8,
            }
        },
    ],
    "--health-interval 30s": [{"healthcheck": {"interval": 30}}, {"healthcheck": {"interval": "30s"}}],
    "--health-cmd x": [{"healthcheck": {"test": "x"}}, {"healthcheck": "x"}],
    "--no-healthcheck": [
        {"no_healthcheck": True},
        {"healthcheck": "NONE"},
        {"healthcheck": ["NONE"]},
        {"healthcheck": {"test": ["NONE"]}},
    ],
    "--log-driver json-file --log-opt max-size=10m": [
        {"log_driver": "json-file", "log_opts": {"max-size": "10m"}},
        {"log_opts": ["max-size=10m"], "log_driver": "json-file"},
        {"log_config": {"type": "json-file", "config": {"max-size": "10m"}}},
        {"log_config": {"Type": "json-file", "Config": {"max-size": "10m"}}},
    ],
    "--log-driver none": [{"log_driver": "none"}, {"log_config": {"type": "none"}}],
    "--log-opt max-size=10m": [{"log_opts": {"max-size": "10m"}}],
    "--annotation a=b --annotation c=d": [
        {"annotations": {"a": "b", "c": "d"}},
        {"annotations": ["a=b", "c=d"]},
    ],
    # Networks
    "--publish 8080:80": [{"ports": ["8080:80"]}, {"ports": {80: 8080}}, {"ports": {"80/tcp": "8080"}}],
    "--publish 127.0.0.1::80 --publish 53:53/udp": [
        {"ports": ["127.0.0.1::80", "53:53/udp"]},
        {"ports": {"80/tcp": ("127.0.0.1",), "53/udp": 53}},
        {"ports": {"80/tcp": ("127.0.0.1",), "53/udp": (53,)}},
    ],
    "--publish [::1]:8080:80": [{"ports": ["[::1]:8080:80"]}, {"ports": {80: ("::1", 8080)}}],
    "--publish 8000-8001:80-81": [{"ports": ["8000-8001:80-81"]}, {"ports": {80: 8000, 81: 8001}}],
    "--publish 8000-8010:80": [{"ports": ["8000-8010:80"]}, {"ports": {80: "8000-8010"}}],
    "--publish 80": [{"ports": ["80"]}, {"ports": [80]}, {"ports": {"80": None}}],
    "--publish-all": [{"publish_all_ports": True}],
    "--expose 80 --expose 53/udp --expose 8000-8002": [{"expose": [80, "53/udp", "8000-8002"]}],
    "--expose 81 --publish 8080:80": [
        {"expose": [81], "ports": {80: 8080}},
        {"ports": {80: 8080}, "expose": "81"},
    ],
    "--network none": [{"network": "none"}, {"network_mode": "none"}],
    "--network host": [{"network": "host"}, {"network_mode": "host"}],
    "--network bridge": [{"network": "bridge"}, {"networks": ["bridge"]}],
    "--network mynet": [
        {"network": "mynet"},
        {"network_mode": "mynet"},
        {"networks": ["mynet"]},
        {"networks": {"mynet": None}},
        {"networks": {"mynet": {}}},
        {"network": "mynet", "networking_config": {"mynet": {}}},
    ],
    "--network container:web": [{"network_mode": "container:web"}],
    "--network mynet --network-alias a --network-alias b": [
        {"network": "mynet", "network_aliases": ["a", "b"]},
        {"networks": {"mynet": {"aliases": ["a", "b"]}}},
        {"network": "mynet", "networking_config": {"mynet": {"Aliases": ["a", "b"]}}},
        {"network": "mynet", "networking_config": {"EndpointsConfig": {"mynet": {"Aliases": ["a", "b"]}}}},
    ],
    "--network mynet --ip 10.1.2.3 --ip6 2001:db8::3 --link-local-ip 169.254.1.2 --link-local-ip fe80::2": [
        {
            "network": "mynet",
            "ip": "10.1.2.3",
            "ip6": "2001:db8::3",
            "link_local_ips": ["169.254.1.2", "fe80::2"],
        },
        {
            "networks": {
                "mynet": {
                    "ipv4_address": "10.1.2.3",
                    "ipv6_address": "2001:db8::3",
                    "link_local_ips": ["169.254.1.2", "fe80::2"],
                }
            }
        },
        {
            "network": "mynet",
            "networking_config": {
                "mynet": {
                    "IPAMConfig": {
                        "IPv4Address": "10.1.2.3",
                        "IPv6Address": "2001:db8::3",
                        "LinkLocalIPs": ["169.254.1.2", "fe80::2"],
                    }
                }
            },
        },
    ],
    "--network mynet --mac-address 92:d0:c6:0a:29:33": [
        {"network": "mynet", "mac_address": "92:d0:c6:0a:29:33"},
        {"networks": {"mynet": {"mac_address": "92:d0:c6:0a:29:33"}}},
    ],
    "--mac-address 92:d0:c6:0a:29:33": [{"mac_address": "92:d0:c6:0a:29:33"}],
    "--network mynet --link web:db": [
        {"network": "mynet", "links": {"web": "db"}},
        {"links": [("web", "db")], "network_mode": "mynet"},
    ],
    "--link web:db --link cache": [{"links": ["web:db", "cache"]}, {"links": {"web": "db", "cache": None}}],
    "--network name=mynet,ip=10.1.2.3,ip6=2001:db8::3,link-local-ip=169.254.1.2,alias=a,alias=b,"
    "mac-address=92:d0:c6:0a:29:33,driver-opt=x=y,gw-priority=5": [
        {
            "networks": {
                "mynet": {
                    "ipv4_address": "10.1.2.3",
                    "ipv6_address": "2001:db8::3",
                    "link_local_ips": ["169.254.1.2"],
                    "aliases": ["a", "b"],
                    "mac_address": "92:d0:c6:0a:29:33",
                    "driver_opts": {"x": "y"},
                    "gw_priority": 5,
                }
            }
        }
    ],
    "--network mynet --network other": [
        {"networks": ["mynet", "other"]},
        {"networks": {"mynet": None, "other": {}}},
        {"network": "mynet", "networks": ["other"]},
    ],
    "--network name=mynet,alias=a --network name=other,gw-priority=-1 --ip 10.1.2.3": [
        {"networks": {"mynet": {"aliases": ["a"]}, "other": {"gw_priority": -1}}, "ip": "10.1.2.3"},
        {
            "network": "mynet",
            "networks": {
                "other": {"gw_priority": -1},
                "mynet": {"aliases": ["a"], "ipv4_address": "10.1.2.3"},
            },
        },
    ],
    "--add-host db:10.0.0.2": [{"extra_hosts": {"db": "10.0.0.2"}}, {"extra_hosts": ["db:10.0.0.2"]}],
    "--add-host db=10.0.0.2 --add-host v6:[::1] --add-host w6:::1 "
    "--add-host host.docker.internal:host-gateway": [
        {"extra_hosts": ["db=10.0.0.2", "v6:[::1]", "w6:::1", "host.docker.internal:host-gateway"]},
        {
            "extra_hosts": {
                "db": "10.0.0.2",
                "v6": "::1",
                "w6": "[::1]",
                "host.docker.internal": "host-gateway",
            }
        },
    ],
    "--dns 1.1.1.1 --dns 8.8.8.8": [{"dns": ["1.1.1.1", "8.8.8.8"]}],
    "--dns-option ndots:2 --dns-option rotate": [{"dns_opt": ["ndots:2", "rotate"]}],
    "--dns-search example.org --dns-search test": [{"dns_search": ["example.org", "test"]}],
    "--dns-search .": [{"dns_search": "."}],
    # Files
    "--volume /host:/inside:ro --volume data:/data": [{"volumes": ["/host:/inside:ro", "data:/data"]}],
    "--volume /host:/inside:ro": [
        {"volumes": {"/host": {"bind": "/inside", "mode": "ro"}}},
        {"volumes": {"/host": {"bind": "/inside", "ro": True}}},
    ],
    "--volume /anonymous": [{"volumes": ["/anonymous"]}],
    "--volume /host:/inside:ro,z,rslave": [
        {"volumes": ["/host:/inside:ro,z,rslave"]},
        {"volumes": {"/host": {"bind": "/inside", "mode": "ro,z", "propagation": "rslave"}}},
    ],
    "--volume data:/data:nocopy": [{"volumes": ["data:/data:nocopy"]}],
    "--volume ./files:/inside": [{"volumes": ["./files:/inside"]}],
    "--volumes-from web --volumes-from db:ro": [
        {"volumes_from": ["web", "db:ro"]},
        {"volumes_from": "web,db:ro"},
    ],
    "--volume-driver local": [{"volume_driver": "local"}],
    "--tmpfs /run:size=64m": [{"tmpfs": {"/run": "size=64m"}}, {"tmpfs": ["/run:size=64m"]}],
    "--tmpfs /run --tmpfs /tmp:rw,noexec": [
        {"tmpfs": {"/run": "", "/tmp": "rw,noexec"}},
        {"tmpfs": ["/run", "/tmp:rw,noexec"]},
    ],
    "--mount type=bind,src=/host,dst=/inside": [
        {"mounts": [{"type": "bind", "source": "/host", "target": "/inside"}]},
        {"mounts": [{"Type": "bind", "Source": "/host", "Target": "/inside"}]},
    ],
    "--mount type=bind,source=/host,target=/inside,readonly": [
        {"mounts": [{"type": "bind", "source": "/host", "target": "/inside", "read_only": True}]}
    ],
    "--mount type=bind,src=/host,dst=/inside,ro=true,bind-propagation=rslave": [
        {
            "mounts": [
                {
                    "type": "bind",
                    "source": "/host",
                    "target": "/inside",
                    "read_only": True,
                    "propagation": "rslave",
                }
            ]
        }
    ],
    "--mount type=bind,src=/host,dst=/inside,bind-recursive=disabled": [
        {"mounts": [{"type": "bind", "source": "/host", "target": "/inside", "recursive": "disabled"}]}
    ],
    "--mount type=bind,src=/host,dst=/inside,ro,bind-recursive=writable": [
        {
            "mounts": [
                {
                    "type": "bind",
                    "source": "/host",
                    "target": "/inside",
                    "read_only": True,
                    "recursive": "writable",
                }
            ]
        }
    ],
    "--mount type=bind,src=/host,dst=/inside,ro,bind-recursive=readonly,bind-propagation=rprivate": [
        {
            "mounts": [
                {
                    "type": "bind",
                    "source": "/host",
                    "target": "/inside",
                    "read_only": True,
                    "recursive": "readonly",
                    "propagation": "rprivate",
                }
            ]
        }
    ],
    "--mount type=bind,src=/host,dst=/inside,bind-recursive=enabled,consistency=cached": [
        {
            "mounts": [
                {
                    "type": "bind",
                    "source": "/host",
                    "target": "/inside",
                    "recursive": "enabled",
                    "consistency": "cached",
                }
            ]
        }
    ],
    "--mount type=bind,src=./files,dst=/inside": [
        {"mounts": [{"type": "bind", "source": "./files", "target": "/inside"}]}
    ],
    "--mount type=bind,src=/host,dst=/inside,bind-nonrecursive": [],
    "--mount type=bind,src=/host,dst=/inside,bind-nonrecursive=false": [],
    "--mount dst=/inside": [{"mounts": [{"target": "/inside"}]}],
    "--mount source=data,destination=/inside,ro=false": [
        {"mounts": [{"source": "data", "target": "/inside", "read_only": False}]}
    ],
    "--mount type=volume,src=data,dst=/inside,volume-nocopy,volume-subpath=a/b,"
    "volume-label=x=y,volume-label=z": [
        {
            "mounts": [
                {
                    "type": "volume",
                    "source": "data",
                    "target": "/inside",
                    "no_copy": True,
                    "subpath": "a/b",
                    "labels": {"x": "y", "z": ""},
                }
            ]
        }
    ],
    "--mount type=volume,src=data,dst=/inside,volume-nocopy=false": [
        {"mounts": [{"source": "data", "target": "/inside", "no_copy": False}]}
    ],
    "--mount 'type=volume,dst=/inside,volume-driver=local,volume-opt=type=nfs,"
    '"volume-opt=o=addr=1.2.3.4,rw"\'': [
        {
            "mounts": [
                {
                    "target": "/inside",
                    "driver_config": {
                        "name": "local",
                        "options": {"type": "nfs", "o": "addr=1.2.3.4,rw"},
                    },
                }
            ]
        }
    ],
    "--mount dst=/inside,volume-opt=x": [],
    "--mount type=tmpfs,dst=/inside,tmpfs-size=64m,tmpfs-mode=1770": [
        {"mounts": [{"type": "tmpfs", "target": "/inside", "tmpfs_size": "64m", "tmpfs_mode": 0o1770}]},
        {"mounts": [{"type": "tmpfs", "target": "/inside", "tmpfs_size": 64 << 20, "tmpfs_mode": "1770"}]},
    ],
    "--mount type=tmpfs,dst=/inside": [{"mounts": [{"type": "tmpfs", "target": "/inside"}]}],
    "--mount type=image,src=alpine,dst=/inside": [
        {"mounts": [{"type": "image", "source": "alpine", "target": "/inside"}]}
    ],
    "--mount type=image,src=alpine,dst=/inside,image-subpath=etc": [
        {"mounts": [{"type": "image", "source": "alpine", "target": "/inside", "subpath": "etc"}]}
    ],
    "--mount type=cluster,src=data,dst=/inside": [
        {"mounts": [{"type": "cluster", "source": "data", "target": "/inside"}]}
    ],
    "--mount TYPE=Bind,SRC=/host,DST=/inside": [],
    "--read-only": [{"read_only": True}],
    "--storage-opt size=10G": [{"storage_opt": {"size": "10G"}}, {"storage_opt": ["size=10G"]}],
    "--shm-size 1g": [{"shm_size": "1g"}],
    # What it may use
    "--memory 512m": [{"mem_limit": "512m"}, {"mem_limit": 512 * 1024**2}, {"mem_limit": 512.0 * 1024**2}],
    "--memory 64m --memory-swap -1": [{"mem_limit": "64m", "memswap_limit": -1}],
    "--memory 64m --memory-reservation 32m": [{"mem_limit": "64m", "mem_reservation": "32m"}],
    "--memory-swappiness 0": [{"mem_swappiness": 0}],
    "--memory-swappiness 60": [{"mem_swappiness": 60}],
    "--oom-kill-disable": [{"oom_kill_disable": True}],
    "--oom-score-adj -500": [{"oom_score_adj": -500}],
    "--pids-limit 100": [{"pids_limit": 100}],
    "--pids-limit -1": [{"pids_limit": -1}],
    "--cpus 1.5": [{"cpus": 1.5}, {"cpus": "1.5"}, {"nano_cpus": 1_500_000_000}],
    "--cpus .25": [{"cpus": 0.25}, {"cpus": ".25"}],
    "--cpu-shares 512": [{"cpu_shares": 512}],
    "--cpu-period 50000 --cpu-quota 25000": [{"cpu_period": 50000, "cpu_quota": 25000}],
    "--cpu-rt-period 1000000 --cpu-rt-runtime 950000": [
        {"cpu_rt_period": 1000000, "cpu_rt_runtime": 950000},
    ],
    "--cpuset-cpus 0-1 --cpuset-mems 0": [{"cpuset_cpus": "0-1", "cpuset_mems": "0"}],
    "--blkio-weight 300": [{"blkio_weight": 300}],
    "--blkio-weight-device /dev/sda:200": [
        {"blkio_weight_device": ["/dev/sda:200"]},
        {"blkio_weight_device": [{"Path": "/dev/sda", "Weight": 200}]},
    ],
    "--device-read-bps /dev/sda:1mb --device-write-bps /dev/sda:1024": [
        {"device_read_bps": ["/dev/sda:1mb"], "device_write_bps": ["/dev/sda:1024"]},
        {
            "device_read_bps": [{"Path": "/dev/sda", "Rate": 1 << 20}],
            "device_write_bps": [{"Path": "/dev/sda", "Rate": 1024}],
        },
    ],
    "--device-read-iops /dev/sda:100 --device-write-iops /dev/sda:200": [
        {"device_read_iops": ["/dev/sda:100"], "device_write_iops": ["/dev/sda:200"]},
    ],
    "--device /dev/fuse": [{"devices": ["/dev/fuse"]}, {"devices": "/dev/fuse"}],
    "--device /dev/fuse:/dev/other": [{"devices": ["/dev/fuse:/dev/other"]}],
    "--device /dev/fuse:r": [{"devices": ["/dev/fuse:r"]}],
    "--device /dev/fuse:/dev/other:rw": [
        {"devices": ["/dev/fuse:/dev/other:rw"]},
        {
            "devices": [
                {
                    "PathOnHost": "/dev/fuse",
                    "PathInContainer": "/dev/other",
                    "CgroupPermissions": "rw",
                }
            ]
        },
    ],
    "--device vendor.com/gpu=0 --device vendor.com/gpu=1 --device /dev/fuse": [
        {"devices": ["vendor.com/gpu=0", "/dev/fuse", "vendor.com/gpu=1"]},
    ],
    "--device-cgroup-rule 'c 1:3 mr'": [{"device_cgroup_rules": ["c 1:3 mr"]}],
    "--gpus all": [
        {"gpus": "all"},
        {"gpus": -1},
        {"device_requests": [{"Count": -1, "Capabilities": [["gpu"]], "Driver": "", "Options": {}}]},
    ],
    "--gpus 2": [{"gpus": 2}, {"gpus": "2"}, {"gpus": "count=2"}],
    "--gpus device=GPU-1": [{"gpus": "device=GPU-1"}],
    "--gpus '\"device=0,1\"'": [{"gpus": '"device=0,1"'}, {"gpus": "device=0,1"}],
    '--gpus \'driver=nvidia,count=1,"capabilities=compute,utility","options=a=b,c=d"\'': [
        {"gpus": 'driver=nvidia,count=1,"capabilities=compute,utility","options=a=b,c=d"'}
    ],
    "--gpus 'all,\"capabilities=utility\"'": [{"gpus": 'all,"capabilities=utility"'}],
    "--ulimit nofile=1024:2048": [
        {"ulimits": ["nofile=1024:2048"]},
        {"ulimits": {"nofile": (1024, 2048)}},
        {"ulimits": [{"name": "nofile", "soft": 1024, "hard": 2048}]},
        {"ulimits": [{"Name": "nofile", "Soft": 1024, "Hard": 2048}]},
    ],
    "--ulimit nofile=1024": [
        {"ulimits": "nofile=1024"},
        {"ulimits": {"nofile": 1024}},
        {"ulimits": [{"name": "nofile", "soft": 1024}]},
    ],
    "--ulimit core=-1": [{"ulimits": {"core": -1}}],
    "--ulimit nproc=5:-1": [{"ulimits": ["nproc=5:-1"]}],
    # Isolation
    "--privileged": [{"privileged": True}],
    "--cap-add NET_ADMIN --cap-add SYS_TIME": [{"cap_add": ["NET_ADMIN", "SYS_TIME"]}],
    "--cap-drop MKNOD": [{"cap_drop": ["MKNOD"]}, {"cap_drop": "MKNOD"}],
    "--security-opt no-new-privileges": [{"security_opt": ["no-new-privileges"]}],
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined": [
        {"security_opt": ["seccomp=unconfined", "apparmor=unconfined"]},
    ],
    "--security-opt seccomp=seccomp.json": [
        {"security_opt": ["seccomp=seccomp.json"]},
        {"security_opt": ["seccomp:seccomp.json"]},
        {"security_opt": ['seccomp={"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}']},
    ],
    "--security-opt seccomp=builtin": [{"security_opt": ["seccomp=builtin"]}],
    "--security-opt systempaths=unconfined": [
        {"security_opt": ["systempaths=unconfined"]},
        {"masked_paths": [], "readonly_paths": [], "security_opt": []},
    ],
    "--security-opt systempaths=unconfined --security-opt no-new-privileges:true": [
        {"security_opt": ["systempaths=unconfined", "no-new-privileges:true"]},
    ],
    "--security-opt label:disable": [{"security_opt": ["label:disable"]}],
    "--sysctl net.core.somaxconn=128": [
        {"sysctls": {"net.core.somaxconn": 128}},
        {"sysctls": ["net.core.somaxconn=128"]},
    ],
    "--pid host": [{"pid_mode": "host"}],
    "--pid container:web": [{"pid_mode": "container:web"}],
    "--ipc private": [{"ipc_mode": "private"}],
    "--uts host": [{"uts_mode": "host"}],
    "--userns host": [{"userns_mode": "host"}],
    "--cgroupns private": [{"cgroupns": "private"}],
    "--cgroup-parent /parent": [{"cgroup_parent": "/parent"}],
    "--runtime runc": [{"runtime": "runc"}],
    "--isolation default": [{"isolation": "default"}],
}

# Of an engine on Windows

WINDOWS: dict[str, list[Options]] = {
    "--cpu-count 2 --cpu-percent 50": [{"cpu_count": 2, "cpu_percent": 50}],
    "--io-maxbandwidth 10m --io-maxiops 100": [{"io_maximum_bandwidth": "10m", "io_maximum_iops": 100}],
    "--isolation hyperv": [{"isolation": "hyperv"}],
    "--mount type=npipe,src=//./pipe/a,dst=//./pipe/b": [
        {"mounts": [{"type": "npipe", "source": "//./pipe/a", "target": "//./pipe/b"}]}
    ],
    "--device class/5B45201D-F2F2-4F3B-85BB-30FF1F953599": [
        {"devices": ["class/5B45201D-F2F2-4F3B-85BB-30FF1F953599"]}
    ],
}

# What both refuse

REFUSED: dict[str, list[Options]] = {
    "--env-file bad-name": [{"env_file": "bad-name"}],
    "--env-file bad-space": [{"env_file": "bad-space"}],
    "--env-file bad-bytes": [{"env_file": "bad-bytes"}],
    "--env-file missing": [{"env_file": "missing"}],
    "--env =x": [{"environment": ["=x"]}],
    "--label =x": [{"labels": ["=x"]}],
    "--label-file bad-name": [{"label_file": "bad-name"}],
    "--label-file missing": [{"label_file": "missing"}],
    "--attach nowhere": [{"attach": "nowhere"}],
    "--rm --restart always": [{"auto_remove": True, "restart_policy": "always"}],
    "--restart on-failure:x": [{"restart_policy": "on-failure:x"}],
    "--no-healthcheck --health-interval 30s": [{"no_healthcheck": True, "healthcheck": {"interval": 30}}],
    "--no-healthcheck --health-cmd x": [{"no_healthcheck": True, "healthcheck": "x"}],
    "--health-cmd x --health-interval -1s": [
        {"healthcheck": {"test": "x", "interval": "-1s"}},
        {"healthcheck": {"test": "x", "interval": -1}},
    ],
    "--health-cmd x --health-interval 30": [{"healthcheck": {"test": "x", "interval": "30"}}],
    "--health-cmd x --health-retries -1": [{"healthcheck": {"test": "x", "retries": -1}}],
    "--log-driver none --log-opt a=b": [{"log_driver": "none", "log_opts": {"a": "b"}}],
    "--publish http": [{"ports": ["http"]}],
    "--publish 80:70000": [{"ports": ["80:70000"]}],
    "--expose http": [{"expose": ["http"]}],
    "--expose 2-1": [{"expose": ["2-1"]}],
    "--network mynet --network mynet": [{"networks": ["mynet", "mynet"]}],
    "--network mynet --network host": [{"networks": ["mynet", "host"]}],
    "--network mynet --mac-address 92:d0": [{"network": "mynet", "mac_address": "92:d0"}],
    "--network name=mynet,color=red": [{"networks": {"mynet": {"color": "red"}}}],
    "--network name=mynet,gw-priority=x": [{"networks": {"mynet": {"gw_priority": "x"}}}],
    "--network alias=a": [{"networks": {"": {"aliases": ["a"]}}}],
    "--add-host db": [{"extra_hosts": ["db"]}],
    "--add-host db:10.0.0": [{"extra_hosts": {"db": "10.0.0"}}, {"extra_hosts": ["db:10.0.0"]}],
    "--dns one": [{"dns": ["one"]}],
    "--link a:b:c": [{"links": ["a:b:c"]}],
    "--volume ''": [{"volumes": [""]}],
    "--volume /host:/inside:/else:ro": [{"volumes": ["/host:/inside:/else:ro"]}],
    "--mount type=bind,src=/host": [{"mounts": [{"type": "bind", "source": "/host"}]}],
    "--mount type=bind,src=/host,dst=/inside,volume-nocopy": [
        {"mounts": [{"type": "bind", "source": "/host", "target": "/inside", "no_copy": True}]}
    ],
    "--mount type=volume,dst=/inside,bind-propagation=private": [
        {"mounts": [{"type": "volume", "target": "/inside", "propagation": "private"}]}
    ],
    "--mount type=volume,dst=/inside,tmpfs-size=1m": [
        {"mounts": [{"type": "volume", "target": "/inside", "tmpfs_size": "1m"}]}
    ],
    "--mount type=tmpfs,dst=/inside,image-subpath=a": [
        {"mounts": [{"type": "tmpfs", "target": "/inside", "subpath": "a"}]}
    ],
    "--mount type=tmpfs,dst=/inside,tmpfs-size=lots": [
        {"mounts": [{"type": "tmpfs", "target": "/inside", "tmpfs_size": "lots"}]}
    ],
    "--mount type=tmpfs,dst=/inside,tmpfs-mode=rwx": [
        {"mounts": [{"type": "tmpfs", "target": "/inside", "tmpfs_mode": "rwx"}]}
    ],
    "--mount type=tmpfs,dst=/inside,tmpfs-mode=9": [
        {"mounts": [{"type": "tmpfs", "target": "/inside", "tmpfs_mode": "9"}]}
    ],
    "--mount type=bind,src=/host,dst=/inside,bind-recursive=perhaps": [
        {"mounts": [{"type": "bind", "source": "/host", "target": "/inside", "recursive": "perhaps"}]}
    ],
    "--mount type=bind,src=/host,dst=/inside,bind-recursive=writable": [
        {"mounts": [{"type": "bind", "source": "/host", "target": "/inside", "recursive": "writable"}]}
    ],
    "--mount type=bind,src=/host,dst=/inside,bind-recursive=readonly,ro": [
        {
            "mounts": [
                {
                    "type": "bind",
                    "source": "/host",
                    "target": "/inside",
                    "read_only": True,
                    "recursive": "readonly",
                }
            ]
        }
    ],
    "--mount type=bind,src=/host,dst=/inside,ro=perhaps": [
        {"mounts": [{"type": "bind", "source": "/host", "target": "/inside", "read_only": "perhaps"}]}
    ],
    "--mount type=bind,src=/host,dst=/inside,color=red": [
        {"mounts": [{"type": "bind", "source": "/host", "target": "/inside", "color": "red"}]}
    ],
    "--mount type=bind,src=/host,dst=/inside,color": [],
    "--mount ''": [{"mounts": [{}]}],
    "--mount '\"type=bind'": [],
    "--mount 'type=bi\"nd,dst=/a,src=/b'": [],
    "--memory lots": [{"mem_limit": "lots"}],
    "--memory-swappiness 101": [{"mem_swappiness": 101}],
    "--cpus 0.0000000001": [{"cpus": 0.0000000001}, {"cpus": "0.0000000001"}],
    "--cpus lots": [{"cpus": "lots"}],
    "--blkio-weight-device sda:200": [{"blkio_weight_device": ["sda:200"]}],
    "--blkio-weight-device /dev/sda:5": [{"blkio_weight_device": ["/dev/sda:5"]}],
    "--blkio-weight-device /dev/sda": [{"blkio_weight_device": ["/dev/sda"]}],
    "--device-read-bps /dev/sda": [{"device_read_bps": ["/dev/sda"]}],
    "--device-read-bps sda:1m": [{"device_read_bps": ["sda:1m"]}],
    "--device-read-iops /dev/sda:1m": [{"device_read_iops": ["/dev/sda:1m"]}],
    "--device-read-iops /dev/sda:-1": [{"device_read_iops": ["/dev/sda:-1"]}],
    "--device /dev/fuse:/dev/other:x": [{"devices": ["/dev/fuse:/dev/other:x"]}],
    "--device /dev/fuse:inside": [{"devices": ["/dev/fuse:inside"]}],
    "--device a:b:c:d": [{"devices": ["a:b:c:d"]}],
    "--device-cgroup-rule 'x 1:3 mr'": [{"device_cgroup_rules": ["x 1:3 mr"]}],
    "--device-cgroup-rule 'c 1 mr'": [{"device_cgroup_rules": ["c 1 mr"]}],
    "--gpus lots": [{"gpus": "lots"}],
    "--gpus color=red": [{"gpus": "color=red"}],
    "--gpus driver=a,driver=b": [{"gpus": "driver=a,driver=b"}],
    "--ulimit nofile": [{"ulimits": ["nofile"]}],
    "--ulimit color=1": [{"ulimits": ["color=1"]}, {"ulimits": {"color": 1}}],
    "--ulimit nofile=2:1": [{"ulimits": ["nofile=2:1"]}, {"ulimits": {"nofile": (2, 1)}}],
    "--ulimit nofile=-1:5": [{"ulimits": ["nofile=-1:5"]}],
    "--ulimit nofile=1:2:3": [{"ulimits": ["nofile=1:2:3"]}],
    "--ulimit nofile=x": [{"ulimits": ["nofile=x"]}],
    "--security-opt color": [{"security_opt": ["color"]}],
    "--security-opt seccomp=missing.json": [{"security_opt": ["seccomp=missing.json"]}],
    "--security-opt seccomp=env": [{"security_opt": ["seccomp=env"]}],
    "--sysctl net": [{"sysctls": ["net"]}],
    "--storage-opt size": [{"storage_opt": ["size"]}],
    "--pid container": [{"pid_mode": "container"}],
    "--uts private": [{"uts_mode": "private"}],
    "--userns private": [{"userns_mode": "private"}],
    "--cgroupns shared": [{"cgroupns": "shared"}],
}

# Flags of `docker run` that are not recorded, and why

ELSEWHERE: dict[str, str] = {
    "cidfile": "recorded with a path that is another one each time: `cidfile` has a test of its own",
    "detach": "`run(detach=True)`",
    "detach-keys": "of who attaches",
    "disable-content-trust": "the docker command checks signatures before it pulls; engines do not",
    "help": "of the docker command",
    "kernel-memory": "the docker command leaves it out: engines have forgotten it",
    "pull": "no part of the request: `pull` has a test of its own",
    "quiet": "of the docker command, which shows the progress of a pull",
    "sig-proxy": "of the docker command, which hands on the signals that it gets",
    "use-api-socket": "experimental: a bind of the socket, and the caller's credentials in the container",
}
