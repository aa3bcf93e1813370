"""The Engine API's payloads, typed: one file a domain.

Nothing is imported here: a domain is loaded when it is first used.
"""
