"""Figures, what they must reach, and the table of them for people and for programs."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must reach: ``words`` for people, ``bound`` of the limit in the figure's unit."""

    words: str
    bound: Callable[[float], float]
    at_least: bool = False

    def is_met(self, value: float, limit: float | None) -> bool:
        """Whether ``value`` reaches it. A target that follows from a limit needs one."""
        bound = self.bound(limit or 0.0)
        return value >= bound if self.at_least else value <= bound


def times(factor: float, plus: float = 0.0) -> Target:
    """At most ``factor`` times the limit, and ``plus`` milliseconds."""
    words = f"<= {factor:g} x" + (f" + {plus:g} ms" if plus else "")
    return Target(words, lambda limit: factor * limit + plus)


def at_most(bound: float, unit: str = "ms") -> Target:
    """An absolute bound."""
    return Target(f"<= {bound:g} {unit}", lambda _limit: bound)


def at_least(bound: float, unit: str) -> Target:
    """An absolute bound from below."""
    return Target(f">= {bound:g} {unit}", lambda _limit: bound, at_least=True)


def one_in(factor: float) -> Target:
    """At least the limit divided by ``factor``, where more is better."""
    return Target(f">= limit / {factor:g}", lambda limit: limit / factor, at_least=True)


def at_most_or_times(bound: float, factor: float) -> Target:
    """``bound`` milliseconds, or ``factor`` times the limit where that is more."""
    return Target(f"<= {bound:g} ms or {factor:g} x", lambda limit: max(bound, factor * limit))


def ahead() -> Target:
    """Less than the limit, which is what the best of others needs."""
    return Target("< the best of them", lambda limit: limit)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``limit`` was measured beside ``value`` in the same run, in the same unit."""

    value: float | None
    unit: str = "ms"
    limit: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""


@dataclass(slots=True)
class Report:
    """The figures of a run, and on what they were taken. A dot in a key marks a detail of the row before."""

    name: str
    posts: int
    about: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)

    def add(
        self,
        key: str,
        value: float | None,
        *,
        unit: str = "ms",
        limit: float | None = None,
        target: Target | None = None,
        note: str = "",
    ) -> None:
        """Add a figure; its ratio to the limit and whether it is met follow. ``None``: not measured."""
        ratio = round(value / limit, 3) if limit and value is not None else None
        met = target.is_met(value, limit) if target is not None and value is not None else None
        self.figures[key] = Figure(
            None if value is None else round(value, 3),
            unit,
            None if limit is None else round(limit, 3),
            ratio,
            "" if target is None else target.words,
            met,
            note,
        )

    def missed(self) -> list[str]:
        """Keys of the figures that do not reach their target."""
        return [key for key, figure in self.figures.items() if figure.met is False]

    def as_json(self) -> str:
        """The whole report as JSON."""
        figures = {key: asdict(figure) for key, figure in self.figures.items()}
        head = {"name": self.name, "posts": self.posts, **machine(), **self.about}
        return json.dumps({**head, "figures": figures}, indent=2)

    def print_table(self) -> None:
        """Print the figures for a person."""
        print(f"\n{self.name}, {self.posts:,} posts, {machine()['qt_platform']}")
        print(f"  {'':<40} {'value':>12}     {'limit':>10} {'ratio':>7}  target")
        for key, figure in self.figures.items():
            print(_line(key, figure))

    def as_markdown(self) -> str:
        """The table as documents have it."""
        rows = ["| key | value | limit | ratio | target | |", "|---|---:|---:|---:|---|---|"]
        for key, f in self.figures.items():
            value = "not measured" if f.value is None else f"{f.value:,.2f} {f.unit}".rstrip()
            limit = "" if f.limit is None else f"{f.limit:,.2f}"
            ratio = "" if f.ratio is None else f"{f.ratio:,.2f}"
            met = {None: "", True: "met", False: "**missed**"}[f.met]
            words = f"{met}; {f.note}" if met and f.note else met or f.note
            rows.append(f"| `{key}` | {value} | {limit} | {ratio} | {f.target} | {words} |")
        return "\n".join(rows) + "\n"

    def write(self, file: Path | None) -> None:
        """Write the JSON to ``file``, if one was named."""
        if file is not None:
            file.write_text(self.as_json() + "\n", "utf-8")


def _line(key: str, f: Figure) -> str:
    value = "not measured" if f.value is None else f"{f.value:,.2f}"
    limit = "" if f.limit is None else f"{f.limit:,.2f}"
    ratio = "" if f.ratio is None else f"{f.ratio:,.2f}"
    met = {None: "", True: "met", False: "MISSED"}[f.met]
    name = f"  {key}" if "." in key else key
    figures = f"{name:<40} {value:>12} {f.unit:<4}{limit:>10} {ratio:>7}"
    return f"  {figures}  {f.target:<22} {met:<7}{f.note}".rstrip()


def _platform_to_be() -> str:
    return os.environ.get("QT_QPA_PLATFORM", "")


def machine() -> dict[str, Any]:
    """On what the figures are taken, as far as it matters for them."""
    return {
        "python": platform.python_version(),
        "qt": qVersion(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2) if sys.platform != "win32" else None,
        "qt_platform": QApplication.platformName() if QApplication.instance() else _platform_to_be(),
    }
