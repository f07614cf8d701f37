"""Synthesis: what the findings on a treatment add up to, with all that they rest on and all that was left out.

>>> from calcigraph.synthesis import Switches
>>> Switches(single_patients=True).primary_only
True
"""

from calcigraph.synthesis.counts import counted
from calcigraph.synthesis.patients import Patients, patients_once
from calcigraph.synthesis.pools import default_pools, pool
from calcigraph.synthesis.scopes import scope, scopes
from calcigraph.synthesis.values import (
    Counted,
    Excluded,
    Gathered,
    LeftOut,
    NoPool,
    Pool,
    Reason,
    Response,
    Scope,
    Stratum,
    StudyRow,
    Summary,
    Switches,
    Term,
)

__all__ = [
    "Counted",
    "Excluded",
    "Gathered",
    "LeftOut",
    "NoPool",
    "Patients",
    "Pool",
    "Reason",
    "Response",
    "Scope",
    "Stratum",
    "StudyRow",
    "Summary",
    "Switches",
    "Term",
    "counted",
    "default_pools",
    "patients_once",
    "pool",
    "scope",
    "scopes",
]
