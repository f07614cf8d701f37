"""Measure steps in fresh processes, and show what came out as Markdown.

`python measure.py MODULE:FUNCTION [ARGUMENT …]` runs one step and writes a JSON object; `in_child` starts that.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_LIBRARIES = ("pyoxigraph", "pyshifty", "rdflib", "pyshacl", "owlrl", "PyYAML")
_NOISY = 1.25
_KILOBYTE = 1024
_LONG = 1000


@dataclass(frozen=True, slots=True)
class Step:
    """One step in one process: its seconds, its processor seconds, its peak memory in bytes, and what it returned.

    Processor seconds count all threads and children, and tell the same story when other programs keep the
    machine busy. With worker processes the memory is an upper bound: that of the process, and for each
    worker that of the largest one.
    """

    seconds: float
    cpu: float
    memory: int
    value: Any


class StepFailed(RuntimeError):
    """A step that ended with an error; the message is the last line that it wrote."""


def in_child(step: str, *arguments: object, workers: int = 0, limit: float | None = None) -> Step:
    """Run `module:function` of this folder in a fresh process and return what it took.

    Raises StepFailed if it ends with an error, and TimeoutExpired if it takes more than `limit` seconds.
    """
    command = [sys.executable, __file__, step, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=limit)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise StepFailed(lines[-1] if lines else f"{step} ended with {done.returncode}")
    told = json.loads(done.stdout.splitlines()[-1])
    memory = told["own"] + workers * told["child"] if workers else max(told["own"], told["child"])
    return Step(told["seconds"], told["cpu"], memory * _KILOBYTE, told["value"])


def best(steps: Iterable[Step]) -> Step:
    """Return the least that the steps took, and what the last one returned."""
    every = list(steps)
    return Step(
        min(step.seconds for step in every),
        min(step.cpu for step in every),
        min(step.memory for step in every),
        every[-1].value,
    )


def side_by_side(calls: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Return the seconds of each call; the calls take turns, so that what disturbs one disturbs all."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - start)
    return taken


def calcigraph_command() -> list[str]:
    """Return the command that a user types: the script beside this Python, if it is installed there."""
    script = Path(sys.executable).with_name("calcigraph")
    return [str(script)] if script.exists() else [sys.executable, "-m", "calcigraph"]


def process(command: Sequence[str]) -> Callable[[], object]:
    """Return a call that runs the command to its end and throws its output away."""
    # As users run it: a shell that forbids Python to keep what it compiled would make every start compile again.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run(command, check=True, capture_output=True, env=environment)


def growth(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the exponent with which the values grow, by least squares on logarithms.

    >>> round(growth([10, 100, 1000], [1, 100, 10000]), 6)
    2.0
    """
    return statistics.linear_regression([math.log(s) for s in sizes], [math.log(v) for v in values]).slope


def spread(seconds: Sequence[float]) -> str:
    """Return "noisy" if the median lies far above the minimum."""
    return "noisy" if statistics.median(seconds) > _NOISY * min(seconds) else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table.

    >>> print(table(["step", "s"], [["build", 1.5]]))
    | step | s |
    | --- | ---: |
    | build | 1.5 |
    """
    lines = ["| " + " | ".join(columns) + " |", "| --- |" + " ---: |" * (len(columns) - 1)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)


def shown(seconds: float) -> str:
    """Return a time as people read it.

    >>> shown(0.0123), shown(3.456), shown(1234)
    ('12.3 ms', '3.46 s', '1,234 s')
    """
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < _LONG else f"{seconds:,.0f} s"


def verdict(value: float, target: float, *, at_most: bool) -> str:
    """Return whether a value keeps its target."""
    return "kept" if (value <= target if at_most else value >= target) else "MISSED"


def versions() -> str:
    """Return the versions of what is measured."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"Python {platform.python_version()}, {libraries}"


def _run(step: str, arguments: Sequence[str]) -> None:
    module, _, function = step.partition(":")
    call = getattr(importlib.import_module(module), function)
    before, start = _cpu(), time.perf_counter()
    value = call(*arguments)
    told = {"seconds": time.perf_counter() - start, "cpu": _cpu() - before}
    if isinstance(value, dict) and "seconds" in value:
        told |= {"seconds": value.pop("seconds"), "cpu": value.pop("cpu")}
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    sys.stdout.write(json.dumps(told | {"own": own, "child": child, "value": value}) + "\n")


def _cpu() -> float:
    """Return the processor seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    _run(sys.argv[1], sys.argv[2:])
