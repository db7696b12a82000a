"""The Big List of Naughty Strings: each is stored and found exactly as it is, or refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blogadmin.core import queries, values
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Invalid
from blogadmin.core.operations.posts import EditPost
from blogadmin.core.queries.spec import ListSpec

LIST = Path(__file__).parents[4] / "shared" / "data" / "blns.json"
Sql = Callable[..., list[tuple[Any, ...]]]

pytestmark = [
    pytest.mark.usefixtures("blog"),
    pytest.mark.skipif(not LIST.is_file(), reason="the list of naughty strings is not beside the checkout"),
]


@pytest.fixture(scope="module")
def naughty() -> list[str]:
    return json.loads(LIST.read_text(encoding="utf-8"))


def test_texts_are_kept_exactly_and_found_or_refused(database: Database, naughty: list[str]) -> None:
    titles: list[str] = []
    refused: list[str] = []
    with database.session_scope() as session:
        version = 1
        for text in naughty:
            new: dict[str, Any] = {"body": text, "metadata": {"key": text, text: []}}
            if values.line_problem(text, values.TITLE_MAX) is None:
                new["title"] = text
                titles.append(text)
            try:
                EditPost(1, version, {}, new).apply(session)
            except Invalid:
                refused.append(text)
                continue
            kept = queries.posts.detail(session, 1)
            assert kept is not None
            assert {name: getattr(kept, name) for name in new} == new
            version = kept.version
            if "title" in new:
                assert 1 in [row.id for row in queries.posts.LISTING.first(session, ListSpec(text))]
    assert len(titles) > 400
    assert len(refused) < 10
    assert all(values.text_problem(text, multiline=True) for text in refused)


def test_searching_for_anything_only_searches(database: Database, sql: Sql, naughty: list[str]) -> None:
    with database.reader() as session:
        for text in naughty:
            queries.comments.LISTING.first(session, ListSpec(text))
            queries.users.suggest(session, text)
    assert sql("SELECT count(*) FROM posts") == [(4,)]
