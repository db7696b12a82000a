"""``python -m blogadmin``, and both entry points of the installed package."""

from __future__ import annotations

import sys

from blogadmin.cli import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
