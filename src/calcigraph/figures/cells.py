"""The cells of the evidence map: what studies found of a treatment in a condition, or whether that was looked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from calcigraph.synthesis import Patients, patients_once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calcigraph.figures.data import Data, Level
    from calcigraph.synthesis import Counted


class State(StrEnum):
    """What there is in a cell."""

    STUDIED = "studied"
    COMBINED = "studied in combination only"
    TOGETHER = "counted with other conditions only"
    EMPTY = "searched, none found"
    NEVER = "never searched"


SIGNS = {State.TOGETHER: "*", State.EMPTY: "0", State.NEVER: ""}
"""What stands in a cell without patients of its own."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A treatment or class in a condition: the findings of studies, their patients once, and the best level.

    more are the patients in findings on combinations with the treatment, where there are findings on itself, too.
    """

    treatment: str
    condition: str
    state: State
    findings: tuple[Counted, ...]
    patients: Patients
    level: Level | None
    more: Patients | None

    @property
    def number(self) -> str:
        """The patients as they are shown, at most; a question mark where none is given."""
        if self.state in SIGNS:
            return SIGNS[self.state]
        return str(self.patients.most) if self.patients.told else "?"


class Cells:
    """Makes cells; what is the same for all of them is fetched once."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self._whole = {one.finding: one for one in data.evidence.counts}
        self._searches = data.rows("searches")

    def cell(self, treatment: str, condition: str) -> Cell:
        """Return the cell of a treatment and a condition, each with what is below it.

        A finding on patients with several conditions that were counted together belongs to what covers all of them;
        each of them is told to have one.
        """
        here = [one for one in self.data.findings if condition in one.whole]
        on_it = tuple(one for one in here if treatment in one.classes)
        combined = tuple(one for one in here if treatment in self.data.components[one.finding])
        findings = on_it or combined
        state = State.STUDIED if on_it else State.COMBINED if combined else self._without(treatment, condition)
        beside = [one for one in combined if one not in on_it] if on_it else []
        return Cell(
            treatment=treatment,
            condition=condition,
            state=state,
            findings=findings,
            patients=self.patients(findings),
            level=self.data.best_level(findings),
            more=self.patients(beside) if beside else None,
        )

    def patients(self, findings: Iterable[Counted]) -> Patients:
        """Return how many patients findings have, each once."""
        return patients_once(findings, self.data.beside, self._whole)

    def _without(self, treatment: str, condition: str) -> State:
        """Tell what there is instead; a search counts in the condition or in one above or below it."""
        if self._together(treatment, condition):
            return State.TOGETHER
        treatments, conditions = self.data.below(treatment), self.data.below(condition)
        for search in self._searches:
            about: str = search["condition"]
            if search["treatment"] in treatments and (about in conditions or condition in self.data.below(about)):
                return State.EMPTY
        return State.NEVER

    def _together(self, treatment: str, condition: str) -> bool:
        """Tell whether patients with the condition were counted together with others."""
        return any(
            condition in one.touched and (treatment in one.classes or treatment in self.data.components[one.finding])
            for one in self.data.findings
        )
