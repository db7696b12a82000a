"""Runs a benchmark by name: ``python -m tests.benchmarks [lists] [--posts N] [--json FILE]``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

# Before Qt: the person's own remembered window, columns and page shall not take part.
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false;qt.text.font.*=false")


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 0 if every target is met, 1 if not, 2 if something failed."""
    from tests.benchmarks import lists
    from tests.benchmarks.data import Size, blog_of
    from tests.benchmarks.report import Report
    from tests.benchmarks.run import Run, running

    chosen = _parser(lists.KEYS).parse_args(arguments)
    size = Size.of(chosen.posts, chosen.users, chosen.comments, short=chosen.short)
    report = Report("lists", size.posts)
    report.about |= {
        "users": size.users,
        "comments": size.comments,
        "short": size.short,
        "effort": chosen.effort,
    }
    with (
        blog_of(size, chosen.data_dir) as blog,
        running(Run(blog, report, chosen.effort, chosen.data_dir, chosen.peers)) as run,
    ):
        complete = lists.measure(run, chosen.only, chosen.json)
        report.print_table()
        if chosen.markdown is not None:
            chosen.markdown.write_text(report.as_markdown(), "utf-8")
    missed = report.missed()
    if missed:
        print(f"\nmissed: {', '.join(missed)}")
    return 2 if not complete else int(bool(missed))


def _parser(keys: tuple[str, ...]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench", description="Measure the lists.")
    add = parser.add_argument
    add("name", nargs="?", default="lists", choices=["lists"], help="which (default: lists)")
    add("--posts", type=int, default=1_000_000, metavar="N", help="default: 1,000,000")
    add("--users", type=int, metavar="N", help="default: a tenth of the posts")
    add("--comments", type=int, metavar="N", help="default: three times the posts")
    add("--short", action="store_true", help="posts of about 0.5 kB instead of 0.9")
    add("--json", type=Path, metavar="FILE", help="write the figures there, too")
    add("--markdown", type=Path, metavar="FILE", help="write the table as documents have it")
    add("--only", type=lambda text: text.split(","), default=[], metavar="KEY,…", help=", ".join(keys))
    add("--data-dir", type=Path, metavar="DIR", help="where the blogs are kept between runs")
    add("--peers", type=Path, metavar="DIR", help="folder with programs that measure others")
    add("--effort", type=float, default=1.0, metavar="X", help="0.1: a tenth of the repetitions, to try")
    return parser


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="blogadmin-bench-") as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        code = main(sys.argv[1:])
    sys.exit(code)
