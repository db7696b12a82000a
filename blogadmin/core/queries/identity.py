"""Which database this is, whatever address it was reached by."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from blogadmin.core.database.units import driver_connection

_MAY_ASK = "SELECT has_function_privilege('pg_control_system()', 'EXECUTE'), current_database()"
_SYSTEM = "SELECT system_identifier FROM pg_control_system()"


def database_id(session: Session) -> str:
    """Name the database so that it is known again after a restart, at another address or through a tunnel.

    PostgreSQL gives each cluster a number of its own. Where this login may not read it, the address has to
    do.
    """
    may_ask, name = session.execute(text(_MAY_ASK)).one()
    if may_ask:
        return f"system {session.scalar(text(_SYSTEM))}/{name}"
    info = driver_connection(session.connection()).info
    return f"host {info.host}:{info.port}/{name}"
