"""What dockpy costs, beside its peers: ``python -m benchmarks``.

A *work* is something to be done, such as to list 1,000 containers; its *subjects* are those who do it
(dockpy, docker-py, curl, …). `table` holds the works and their goals as data, `measure` runs subjects, one
file for each kind of work says what they do.
"""
