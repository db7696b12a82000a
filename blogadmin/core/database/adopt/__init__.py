"""Taking over a database that the blog's own application made: compare, plan, rehearse, change.

``plan`` and ``apply`` do the same work in one transaction and differ only in how it ends, so a plan that
is shown has run. What is missing is added; naive times are converted when the caller says which zone they
are in; everything else stays as it was. What cannot be made to fit is reported, and then nothing changes.
"""

from __future__ import annotations

from blogadmin.core.database.adopt.plan import Misfit, Plan, Refused
from blogadmin.core.database.adopt.run import apply, plan

__all__ = ["Misfit", "Plan", "Refused", "apply", "plan"]
