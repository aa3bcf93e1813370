"""The two ways into a fake daemon: in this process, and over a socket."""
