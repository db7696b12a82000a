"""A database behind a proxy that fails on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.faults.proxy import FaultProxy

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database


@pytest.fixture
def wired(proxy: FaultProxy) -> Iterator[Database]:
    """The test's database, reached through the proxy."""
    from blogadmin.core.database.engine import Database

    with closing(Database(proxy.url)) as database:
        yield database
