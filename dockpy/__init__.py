"""dockpy: the Docker Engine from Python."""
