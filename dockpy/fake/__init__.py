"""The fake daemon: the Engine API answered in this process, by state that behaves as an engine's does."""
