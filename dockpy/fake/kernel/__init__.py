"""A small simulated kernel: processes as generators, pipes, signals, timers, a clock. It knows no Docker."""
