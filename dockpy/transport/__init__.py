"""How bytes reach a daemon, and how answers become typed values.

connectors   a connection to the daemon: unix, tcp, tls, ssh, in-process
channels     a connection for streams and upgrades: half-close, and close from another thread
session      the first road: unary calls over a pool of connections
exchange     the second road: streams and upgrades on a connection of their own
transport    both roads to one daemon
caller       operations: version negotiation, errors, typed answers
"""
