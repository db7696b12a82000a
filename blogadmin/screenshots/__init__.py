"""Draws every page and dialog on the sample blog to PNG files, light and dark.

The real window on a real private server, shown and photographed; for the README, for reviews, and for
anyone who wants to see what a change did to the look.
"""

from blogadmin.screenshots.director import Director
from blogadmin.screenshots.studio import stage

__all__ = ["Director", "stage"]
