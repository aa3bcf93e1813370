"""POSIX regular expressions, basic and extended, as glibc has them: leftmost, longest, no hang.

Texts are of one character a byte. An expression that Python's `re` matches alike becomes one of those; for
others, where greedy is not longest or backtracking would explode, there is an automaton.
"""

from dockpy.fake.applets.regex.compiled import Match, Regex
from dockpy.fake.applets.regex.parser import BadRegex

__all__ = ["BadRegex", "Match", "Regex"]
