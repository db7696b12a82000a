"""What a prepared statement gives is what SQLAlchemy itself gives, for every list."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from blogadmin.core.models import Post
from blogadmin.core.queries import comments, history, posts, users
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.prepared import prepared
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort

LISTINGS = [posts.LISTING, users.LISTING, comments.LISTING, history.LISTING]
SPECS = [
    ListSpec(),
    ListSpec(search="a"),
    ListSpec(
        where=Group((Condition("updated_at", "after", "2024-01-01"), Condition("tags", "contains", "x")))
    ),
    ListSpec(where=Group((Condition("status", "any_of", ("draft", "published")),))),
    ListSpec(search="one", bodies=True),
    ListSpec(sort=(Sort("author"), Sort("title", descending=True))),
]


def agree(session: Session, statement: sa.Select[Any], values: dict[str, Any]) -> int:
    """How many rows both ways give; the test fails unless they are the same."""
    connection = session.connection()
    ready = prepared(statement, connection.dialect)
    assert ready is not None
    found = ready.rows(connection, values)
    assert [tuple(row) for row in connection.execute(statement, values)] == [tuple(row) for row in found]
    return len(found)


@pytest.mark.usefixtures("blog")
@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.noun)
def test_the_rows_of_every_list_are_the_same(session: Session, listing: Listing[Any]) -> None:
    asked = listing.statements.asked(ListSpec(), session)
    assert asked is not None
    statement = listing.statements.first(asked[0])
    assert agree(session, statement, {**asked[1], "most": 3}) == 3
    ids = [row.id for row in listing.first(session, ListSpec(), 3)]
    assert agree(session, listing.statements.rows(asked[0]), {"ids": ids}) == 3


@pytest.mark.usefixtures("blog")
@pytest.mark.parametrize("spec", SPECS)
def test_so_they_are_whatever_is_asked(session: Session, spec: ListSpec) -> None:
    asked = posts.LISTING.statements.asked(spec, session)
    assert asked is not None
    agree(session, posts.LISTING.statements.first(asked[0]), {**asked[1], "most": 3})


def test_values_take_the_way_that_their_types_have(session: Session) -> None:
    said = {"said": ["it's", 5]}
    statement = sa.select(sa.cast(sa.bindparam("thing", type_=sa.JSON), sa.JSON), sa.literal(said, sa.JSON))
    ready = prepared(statement, session.connection().dialect)
    assert ready is not None
    [row] = ready.rows(session.connection(), {"thing": [1, {"a": None}], "unknown": 1})
    assert json.loads(json.dumps(row)) == [[1, {"a": None}], said]


def test_a_statement_is_compiled_once(session: Session) -> None:
    statement = sa.select(Post.id)
    dialect = session.connection().dialect
    assert prepared(statement, dialect) is prepared(statement, dialect)


def test_one_whose_text_depends_on_its_parameters_is_left_to_sqlalchemy(session: Session) -> None:
    dialect = session.connection().dialect
    assert prepared(sa.select(Post.id).where(Post.id.in_([1, 2])), dialect) is None
    assert (
        prepared(sa.select(Post.id).where(Post.id.in_(sa.bindparam("ids", expanding=True))), dialect) is None
    )
