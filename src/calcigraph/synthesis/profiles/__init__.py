"""Evidence profiles: what there is on a treatment, weighed, and a plain reading composed from its figures alone."""

from calcigraph.synthesis.profiles.facts import Facts, facts
from calcigraph.synthesis.profiles.make import default_profiles, profile
from calcigraph.synthesis.profiles.values import (
    ClaimRow,
    Contradiction,
    Event,
    Gap,
    Group,
    Harms,
    Profile,
    Tally,
    Trial,
)

__all__ = [
    "ClaimRow",
    "Contradiction",
    "Event",
    "Facts",
    "Gap",
    "Group",
    "Harms",
    "Profile",
    "Tally",
    "Trial",
    "default_profiles",
    "facts",
    "profile",
]
