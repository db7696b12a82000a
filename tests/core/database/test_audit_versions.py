"""From the history and the row as it is, each version that ever was can be put together again."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2.extensions
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extras import Json

from tests.conftest import connect

COLUMNS = ("title", "body", "slug", "status", "metadata", "author_id")
Row = dict[str, Any]
words = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)
edits = st.dictionaries(
    st.sampled_from(COLUMNS),
    st.integers(0, 3),
    min_size=1,
).flatmap(
    lambda chosen: st.fixed_dictionaries(
        {
            name: {
                "title": words.map(lambda t: "T" + t),
                "body": st.one_of(words, words.map(lambda t: t * 2_000)),
                "slug": st.integers(0, 10**6).map(lambda n: f"slug-{n}"),
                "status": st.sampled_from(["draft", "review", "published"]),
                "metadata": st.none() | st.dictionaries(words, st.integers() | words, max_size=3),
                "author_id": st.sampled_from([1, 2]),
            }[name]
            for name in chosen
        }
    )
)


def row_now(cursor: psycopg2.extensions.cursor, post: int) -> Row:
    cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM posts WHERE id = %s", (post,))
    return dict(zip(COLUMNS, cursor.fetchall()[0], strict=True))


def versions_from_history(cursor: psycopg2.extensions.cursor, post: int, now: Row | None) -> list[Row]:
    """Every version, the newest first: from the row, or what was deleted, back to its creation."""
    cursor.execute(
        "SELECT op, old, new FROM audit_log WHERE noun = 'posts' AND row_id = %s ORDER BY id DESC", (post,)
    )
    found = [] if now is None else [now]
    for op, old, new in cursor.fetchall():
        if op == "created":
            # Only the body comes from what followed.
            assert {k: new[k] for k in COLUMNS if k != "body"} == {
                k: v for k, v in found[-1].items() if k != "body"
            }
            break
        if op == "deleted":
            found.append({name: old[name] for name in COLUMNS})
        else:
            assert all(found[-1][name] == value for name, value in new.items()), "what it became"
            found.append({**found[-1], **old})
    return found


@pytest.fixture
def raw(database_url: str, small_blog: None) -> Any:
    with closing(connect(database_url)) as connection:
        yield connection


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(edits, max_size=6), delete=st.booleans())
def test_each_version_of_a_post_can_be_put_together_again(
    raw: psycopg2.extensions.connection, changes: list[Row], delete: bool
) -> None:
    with raw.cursor() as cursor:
        cursor.execute(
            "INSERT INTO posts (public_id, title, body, slug, author_id)"
            " SELECT gen_random_uuid(), 'First', 'Body', 'new-' || count(*), 1 FROM audit_log RETURNING id"
        )
        post = cursor.fetchall()[0][0]
        seen = [row_now(cursor, post)]
        for change in changes:
            given_values = {
                name: Json(value) if name == "metadata" and value is not None else value
                for name, value in change.items()
            }
            if "slug" in given_values:
                given_values["slug"] = f"{given_values['slug']}-{post}"
            assignments = ", ".join(f"{name} = %({name})s" for name in given_values)
            cursor.execute(f"UPDATE posts SET {assignments} WHERE id = {post}", given_values)
            now = row_now(cursor, post)
            if now != seen[-1]:
                seen.append(now)
        if delete:
            cursor.execute("DELETE FROM posts WHERE id = %s", (post,))
        found = versions_from_history(cursor, post, None if delete else seen[-1])
    assert found == seen[::-1]
