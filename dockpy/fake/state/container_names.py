"""Names for containers that were given none: ``quirky_turing``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container
    from random import Random

__all__ = ["random_name"]

_HOW = ["agile", "amber", "ample", "brave", "breezy", "bright", "calm", "candid", "clever", "cosmic", "cozy", "crisp", "curious", "daring", "dazzling", "deft", "eager", "earnest", "elated", "fabled", "fair", "fancy", "fearless", "festive", "fleet", "fond", "frank", "fresh", "gallant", "gentle", "glad", "golden", "graceful", "happy", "hardy", "hearty", "honest", "hopeful", "humble", "jolly", "keen", "kind", "lively", "loyal", "lucid", "lucky", "mellow", "merry", "mighty", "modest", "neat", "nimble", "noble", "patient", "placid", "plucky", "polite", "proud", "quick", "quiet", "quirky", "radiant", "rapid", "ready", "robust", "serene", "sharp", "silent", "sleek", "smart", "snug", "solid", "spry", "stable", "steady", "sturdy", "sunny", "swift", "tender", "thrifty", "tidy", "tranquil", "trusty", "upbeat", "valiant", "vivid", "warm", "wise", "witty", "zealous", "zesty"]
_WHO = ["abel", "ada", "agnesi", "ampere", "archimedes", "avogadro", "babbage", "banach", "bell", "bernoulli", "bohr", "boole", "borg", "bose", "brahe", "cantor", "carson", "cauchy", "cerf", "chandra", "clarke", "copernicus", "cori", "curie", "darwin", "dijkstra", "dirac", "edison", "einstein", "elion", "erdos", "euclid", "euler", "faraday", "fermat", "fermi", "feynman", "fourier", "franklin", "galileo", "galois", "gauss", "germain", "goldberg", "goodall", "hamilton", "hawking", "hertz", "hilbert", "hodgkin", "hopper", "hypatia", "joule", "kepler", "kovalevsky", "lamarr", "laplace", "leavitt", "leibniz", "liskov", "lovelace", "mayer", "maxwell", "meitner", "mendel", "mirzakhani", "napier", "newton", "nobel", "noether", "ohm", "pascal", "pasteur", "pauli", "perlman", "planck", "poincare", "ramanujan", "riemann", "ride", "ritchie", "rubin", "sagan", "shannon", "shockley", "tesla", "thompson", "torvalds", "turing", "volta", "wiles", "wright", "wu", "yalow"]


def random_name(random: Random, taken: Container[str]) -> str:
    """A name that is free.

    Args:
        random: chooses.
        taken: the names that are not free.
    """
    name = f"{random.choice(_HOW)}_{random.choice(_WHO)}"
    while name in taken:
        name = f"{name}{random.randrange(10)}"
    return name
