"""What adopting a database would do, as a value that can be shown."""

from __future__ import annotations

from dataclasses import dataclass

from blogadmin.core.database.errors import KnownError


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that adopting must not change by itself. ``count`` is the number of rows it concerns.

    ``column`` is empty where the table as a whole does not fit.
    """

    table: str
    column: str
    problem: str
    count: int = 0

    def __str__(self) -> str:
        place = f"{self.table}.{self.column}" if self.column else self.table
        rows = f" ({self.count:,} {'row' if self.count == 1 else 'rows'})" if self.count else ""
        return f"{place} {self.problem}{rows}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements that adopt a database, or the reasons why it cannot be adopted as it is."""

    statements: tuple[str, ...] = ()
    """SQL in the order of execution, without the semicolon at the end."""
    misfits: tuple[Misfit, ...] = ()
    """While there are any, nothing is changed."""
    needs_timezone: tuple[str, ...] = ()
    """Columns (``table.column``) with times of an unknown zone; nothing is changed until it is told."""
    notes: tuple[str, ...] = ()
    """What a person should know beside the SQL: what stays different, and what others must expect."""

    @property
    def is_empty(self) -> bool:
        """Whether the database is as it should be already."""
        return not (self.statements or self.misfits or self.needs_timezone)

    @property
    def can_apply(self) -> bool:
        """Whether ``apply`` would change something rather than refuse."""
        return bool(self.statements) and not (self.misfits or self.needs_timezone)

    def as_sql(self) -> str:
        """The plan as a script for psql that does all of it or nothing."""
        if not self.statements:
            return ""
        return "".join(f"{line};\n\n" for line in ("BEGIN", *self.statements, "COMMIT"))


class Refused(KnownError):
    """The database was not adopted, and nothing in it was changed. ``plan`` holds the reasons."""

    def __init__(self, message: str, plan: Plan | None = None) -> None:
        super().__init__(message)
        self.plan = plan or Plan()
