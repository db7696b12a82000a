"""Runs a benchmark by name: ``python -m tests.benchmarks [NAME] [--posts N] [--json FILE]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import open_page
from tests.benchmarks.harness import Report

BENCHMARKS: dict[str, Callable[[int, Path | None], Report]] = {
    "open": open_page.measure,
}


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument(
        "name", nargs="?", default="open", choices=sorted(BENCHMARKS), help="which (default: open)"
    )
    parser.add_argument("--posts", type=int, default=100_000, help="size of the blog (default: 100,000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--home", type=Path, metavar="DIR", help="keep the test blogs there")
    chosen = parser.parse_args(arguments)
    report = BENCHMARKS[chosen.name](chosen.posts, chosen.home)
    report.print_table()
    report.write(chosen.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
