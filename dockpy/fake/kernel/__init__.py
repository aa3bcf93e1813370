"""A small simulated kernel: processes as generators, pipes, signals, timers and a clock. It knows no Docker."""
