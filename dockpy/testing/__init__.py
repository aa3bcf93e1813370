"""The pytest plugin: fixtures for tests that need a Docker daemon, and run on a fake one unless told.

    pytest                                               on a fake daemon, in the test's own process
    pytest --dockpy-host unix:///var/run/docker.sock     the same tests on a real engine

Installed with dockpy, it needs no import. `dockpy.testing.plugin` has the fixtures, `dockpy.testing.session`
what makes sure that nothing stays behind on a real engine.
"""
