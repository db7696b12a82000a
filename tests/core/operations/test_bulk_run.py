"""Any number of rows in chunks: each row's fate is told, and one step brings everything back."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Invalid, KnownError, translate
from blogadmin.core.operations.bulk_back import PutBack
from blogadmin.core.operations.bulk_progress import BulkProgress, forward
from blogadmin.core.operations.bulk_run import (
    AddTags,
    Change,
    DeleteMany,
    RemoveTags,
    SetColumn,
    preview,
    server_time,
)
from blogadmin.core.operations.bulk_values import BulkReport, ChunkOutcome, Fate, Rows
from blogadmin.core.operations.operation import Operation, Outcome

Sql = Callable[..., list[tuple[Any, ...]]]
Do = Callable[[Operation], Outcome]
Everything = Callable[[], dict[str, list[tuple[Any, ...]]]]
Bulk = Callable[..., BulkReport]
pytestmark = pytest.mark.usefixtures("blog")


def run(database: Database, change: Change | PutBack, ids: Iterable[int] = ()) -> BulkReport:
    """Do it as the window does, chunk by chunk, without the window."""
    wanted = array("q", ids)
    rows, total = (
        (change.rows(), change.total) if isinstance(change, PutBack) else (forward(wanted), len(wanted))
    )
    progress = BulkProgress(change, rows, total)
    while (rows := progress.next()) is not None or progress.again():
        if rows is not None and not _one_chunk(database, progress, rows):
            break
    return progress.finish()


def _one_chunk(database: Database, progress: BulkProgress, rows: Rows) -> bool:
    def work(session: Session) -> ChunkOutcome:
        return progress.change.apply_chunk(session, rows, keep=progress.keeps)

    try:
        progress.took(database.transact(work), 0.01)
    except (KnownError, DBAPIError) as exc:
        known = translate(exc)
        if known is None:
            raise
        return progress.failed(rows, known)
    return True


@pytest.fixture
def bulk(database: Database) -> Bulk:
    return lambda change, ids=(): run(database, change, ids)


def back(report: BulkReport) -> PutBack:
    assert isinstance(report.inverse, PutBack)
    return report.inverse


def fates(report: BulkReport) -> dict[str, int]:
    return {fate.name: report.count(fate) for fate in Fate if report.count(fate)}


# --- A column


def test_a_status_is_set_where_it_is_another_and_set_back(bulk: Bulk, everything: Everything) -> None:
    before = everything()
    report = bulk(SetColumn("posts", "status", "published"), [4, 3, 2, 1, 99])
    assert fates(report) == {"DONE": 3, "UNCHANGED": 1, "GONE": 1}
    assert report.message == "3 posts published; 1 was so already; 1 was deleted meanwhile"
    assert report.label == "Set status of 5 posts"
    after = everything()
    undone = bulk(back(report))
    assert everything() == before
    assert undone.message == "3 posts set back"
    bulk(back(undone))
    assert everything() == after


@pytest.mark.parametrize(
    ("noun", "column", "value", "words"),
    [
        ("users", "role", "editor", "4 users set to editor"),
        ("users", "is_active", False, "4 users deactivated"),
        ("users", "is_active", True, "1 user activated"),
        ("comments", "status", "spam", "2 comments marked as spam"),
        ("posts", "author_id", 5, "4 posts given to another author"),
    ],
)
def test_every_column_that_can_be_set_comes_back(
    bulk: Bulk, everything: Everything, noun: str, column: str, value: Any, words: str
) -> None:
    before = everything()
    report = bulk(SetColumn(noun, column, value), range(1, 6))
    assert report.message.startswith(words)
    bulk(back(report))
    assert everything() == before


def test_rows_that_moved_since_are_not_set_back(bulk: Bulk, sql: Sql) -> None:
    report = bulk(SetColumn("posts", "status", "review"), [1, 2, 3, 4])
    sql("UPDATE posts SET title = 'Theirs' WHERE id = 1")
    sql("DELETE FROM posts WHERE id = 4")
    undone = bulk(back(report))
    assert fates(undone) == {"DONE": 2, "MOVED": 1, "GONE": 1}
    assert sql("SELECT id, status FROM posts ORDER BY id") == [(1, "review"), (2, "draft"), (3, "published")]


def test_a_way_back_can_be_one_transaction(bulk: Bulk, do: Do, everything: Everything) -> None:
    before = everything()
    outcome = do(back(bulk(SetColumn("posts", "status", "review"), [1, 2, 3, 4])))
    assert everything() == before
    assert outcome.changes == Changes.of("posts", updated=[1, 2, 3, 4])
    assert outcome.inverse is not None


def test_rows_changed_after_they_were_seen_are_left_alone(database: Database, bulk: Bulk, sql: Sql) -> None:
    with database.reader() as session:
        since = server_time(session)
    sql("UPDATE posts SET title = 'Theirs' WHERE id IN (1, 3)")
    report = bulk(SetColumn("posts", "status", "published", since=since), [1, 2, 3, 4])
    assert report.message == ("2 posts published; 1 was so already; 1 changed meanwhile and was left alone")
    tagged = bulk(AddTags(("a",), since=since), [1])
    deleted = bulk(DeleteMany("posts", with_comments=True, since=since), [1])
    assert fates(tagged) == fates(deleted) == {"MOVED": 1}


def test_what_the_column_cannot_take_stops_the_run(bulk: Bulk) -> None:
    report = bulk(SetColumn("posts", "status", "gone"), [1, 2])
    assert report.stopped.startswith("Status is not one of the known choices")
    assert fates(report) == {"LEFT": 2}
    report = bulk(SetColumn("posts", "author_id", 99), [1, 2])
    assert report.stopped == "Author was deleted meanwhile. Choose someone else."


@pytest.mark.parametrize("bad", [[500], [1], [1000], [3, 4, 500, 998], [*range(10, 60)]])
def test_a_row_that_cannot_be_changed_does_not_lose_the_others(bulk: Bulk, sql: Sql, bad: list[int]) -> None:
    many(sql, 1000)
    sql("ALTER TABLE posts DROP CONSTRAINT posts_title_check")
    sql("UPDATE posts SET title = '' WHERE id = ANY(%s)", (bad,))
    sql("ALTER TABLE posts ADD CONSTRAINT posts_title_check CHECK (length(btrim(title)) > 0) NOT VALID")
    report = bulk(SetColumn("posts", "status", "review"), range(1, 1001))
    assert fates(report) == {"DONE": 1000 - len(bad), "REFUSED": len(bad)}
    [(reason, ids)] = report.refused.items()
    assert sorted(ids) == bad
    assert reason.startswith("Title")


def test_rows_that_somebody_holds_are_tried_once_more_and_then_told(database: Database, bulk: Bulk) -> None:
    with database.session_scope() as other:
        other.connection().exec_driver_sql("SELECT 1 FROM posts WHERE id = 2 FOR UPDATE")
        report = bulk(SetColumn("posts", "status", "review"), [1, 2, 3, 4])
    assert fates(report) == {"DONE": 3, "REFUSED": 1}
    assert "is changing it right now" in next(iter(report.refused))


def test_a_lock_that_has_gone_by_then_is_no_matter(database: Database, sql: Sql) -> None:
    change = SetColumn("posts", "status", "review")
    progress = BulkProgress(change, forward(array("q", [1, 2])), 2)
    first = progress.next()
    assert first is not None
    with database.session_scope() as other:
        other.connection().exec_driver_sql("SELECT 1 FROM posts WHERE id = 2 FOR UPDATE")
        progress.took(database.transact(lambda s: change.apply_chunk(s, first)), 0.01)
    assert progress.looked_at == 1
    assert progress.next() is None
    assert progress.again()
    second = progress.next()
    assert second is not None
    progress.took(database.transact(lambda s: change.apply_chunk(s, second)), 0.01)
    assert not progress.again()
    assert fates(progress.finish()) == {"DONE": 2}
    assert sql("SELECT count(*) FROM posts WHERE status = 'review'") == [(2,)]


@pytest.fixture
def limited(database_url: str, sql: Sql) -> Iterable[Database]:
    """The database as a login sees it that may do only what the test grants."""
    name = f"limited_{database_url.rpartition('test_')[2][:12]}"
    sql(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
    sql(f"GRANT {name} TO current_user")
    sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    url = database_url + ("&" if "?" in database_url else "?") + f"options=-crole%3D{name}"
    with closing(Database(url)) as opened:
        yield opened
    sql(f"DROP OWNED BY {name}; DROP ROLE {name}")


def test_a_login_without_the_right_stops_at_once(limited: Database, sql: Sql) -> None:
    report = run(limited, SetColumn("posts", "status", "review"), [1, 2])
    assert fates(report) == {"LEFT": 2}
    assert "may not do this" in report.stopped


def test_rows_that_a_policy_keeps_are_told(limited: Database, sql: Sql) -> None:
    role = sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 'limited_%'")[0][0]
    sql(f"GRANT UPDATE ON posts TO {role}")
    sql("ALTER TABLE posts ENABLE ROW LEVEL SECURITY")
    sql("CREATE POLICY see ON posts FOR SELECT USING (true)")
    sql("CREATE POLICY own ON posts FOR UPDATE USING (author_id <> 1) WITH CHECK (id <> 3)")
    report = run(limited, SetColumn("posts", "status", "review"), [1, 2, 3, 4])
    assert fates(report) == {"DONE": 2, "REFUSED": 2}
    assert {tuple(ids) for ids in report.refused.values()} == {(1,), (3,)}


# --- Tags


def tags(sql: Sql) -> list[Any]:
    return [row[0] for row in sql("SELECT metadata::text FROM posts ORDER BY id")]


def test_tags_are_added_where_they_are_missing_and_taken_back_exactly(
    bulk: Bulk, sql: Sql, everything: Everything
) -> None:
    sql("""UPDATE posts SET metadata = '{"pi": 3.14159265358979323846, "tags": ["x", "b"]}' WHERE id = 3""")
    sql("""UPDATE posts SET metadata = '{"tags": ["b", 1, "a"]}' WHERE id = 4""")
    before = everything()
    report = bulk(AddTags(("a", "b")), [1, 2, 3, 4])
    assert report.message == "3 posts tagged “a”, “b”; 1 was so already"
    assert tags(sql) == [
        '{"n": 1, "tags": ["a", "b"]}',
        '{"tags": ["a", "b"]}',
        '{"pi": 3.14159265358979323846, "tags": ["x", "b", "a"]}',
        '{"tags": ["b", 1, "a"]}',
    ]
    after = everything()
    undone = bulk(back(report))
    assert everything() == before
    bulk(back(undone))
    assert everything() == after


def test_tags_are_removed_wherever_they_stand_and_come_back_there(
    bulk: Bulk, sql: Sql, everything: Everything
) -> None:
    sql("""UPDATE posts SET metadata = '{"tags": ["a", "x", "b", "a", 1]}' WHERE id = 1""")
    sql("""UPDATE posts SET metadata = '{"tags": ["b"]}' WHERE id = 2""")
    sql("""UPDATE posts SET metadata = '{"tags": "a"}' WHERE id = 3""")
    before = everything()
    report = bulk(RemoveTags(("a", "b")), [1, 2, 3, 4])
    assert fates(report) == {"DONE": 2, "UNCHANGED": 2}
    assert report.message.startswith("2 posts no longer tagged “a”, “b”")
    assert tags(sql) == ['{"tags": ["x", 1]}', '{"tags": []}', '{"tags": "a"}', None]
    bulk(back(report))
    assert everything() == before


def test_tags_that_cannot_be_are_told(bulk: Bulk, sql: Sql) -> None:
    sql("""UPDATE posts SET metadata = '{"tags": "a"}' WHERE id = 1""")
    sql("UPDATE posts SET metadata = jsonb_build_object('x', repeat('y', 65500)) WHERE id = 2")
    report = bulk(AddTags(("a tag of some length",)), [1, 2, 3])
    assert {reason: list(ids) for reason, ids in report.refused.items()} == {
        "Its tags are not a list.": [1],
        "Its metadata would become too large.": [2],
    }
    assert fates(report) == {"DONE": 1, "REFUSED": 2}
    for wrong in ((), ("a", "a"), ("",), ("x\ny",)):
        assert bulk(AddTags(wrong), [1]).stopped.startswith("Tags ")


# --- Deleting


def test_deleted_posts_come_back_with_their_comments(bulk: Bulk, do: Do, everything: Everything) -> None:
    before = everything()
    report = bulk(DeleteMany("posts", with_comments=True), [1, 2, 3, 99])
    assert report.message == "3 posts deleted; 1 was deleted meanwhile"
    assert report.inverse is not None
    restored = do(report.inverse)
    assert everything() == before
    assert restored.message == "3 posts and 3 comments restored"
    assert restored.inverse is not None
    assert do(restored.inverse).message == "3 posts and 3 comments deleted"


def test_rows_of_several_chunks_come_back_together(
    bulk: Bulk, do: Do, sql: Sql, everything: Everything
) -> None:
    many(sql, 900)
    before = everything()
    report = bulk(DeleteMany("posts", with_comments=True), range(900, 0, -1))
    assert fates(report) == {"DONE": 900}
    assert report.inverse is not None
    assert do(report.inverse).message == "900 posts and 3 comments restored"
    assert everything() == before


def test_what_others_hang_on_stays(bulk: Bulk, sql: Sql) -> None:
    report = bulk(DeleteMany("posts"), [1, 2, 3, 4])
    assert {reason: list(ids) for reason, ids in report.refused.items()} == {
        "It has comments. Delete them too, or archive it instead.": [2, 3]
    }
    report = bulk(DeleteMany("users", with_comments=True), [1, 3, 5])
    assert fates(report) == {"DONE": 2, "REFUSED": 1}
    assert report.inverse is not None
    assert sql("SELECT id FROM users ORDER BY id") == [(1,), (2,), (4,)]


def test_very_many_deleted_rows_are_not_kept(bulk: Bulk, sql: Sql, database: Database) -> None:
    many(sql, 1200)
    change = DeleteMany("posts", with_comments=True)
    with database.reader() as session:
        assert not preview(session, change, array("q", range(1, 1201))).undoable
        assert preview(session, change, array("q", range(1, 1001))).undoable
    report = bulk(change, range(1, 1201))
    assert fates(report) == {"DONE": 1200}
    assert report.inverse is None
    assert sql("SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM comments)") == [(0, 0)]


# --- Beforehand and afterwards


def told(session: Session, change: Change, **given: Any) -> str:
    return preview(session, change, array("q", [1, 2, 3, 4, 99]), **given).sentence


def test_a_preview_counts_what_would_happen(database: Database, sql: Sql) -> None:
    sql("""UPDATE posts SET metadata = '{"tags": ["a", "b"]}' WHERE id = 1""")
    sql("""UPDATE posts SET metadata = '{"tags": "a"}' WHERE id = 2""")
    with database.reader() as session:
        since = server_time(session)
        sql("UPDATE posts SET title = 'Theirs' WHERE id IN (1, 3)")
        publish = SetColumn("posts", "status", "published")
        shown = preview(session, publish, iter([array("q", [1, 2, 3]).tobytes()]), since)
        assert shown.gone == 3, "packed ids are big-endian"
        assert told(session, publish, since=since) == (
            "5 posts, 2 changed meanwhile, 1 deleted meanwhile, 1 so already"
        )
        shown = preview(session, publish, array("q", [1, 2, 3, 4, 99]))
        assert (shown.would_change, shown.undoable, shown.as_of > since) == (3, True, True)
        assert told(session, AddTags(("b", "a"))) == (
            "5 posts, 1 deleted meanwhile, 1 so already, 1 that cannot be changed"
        )
        assert told(session, RemoveTags(("b", "x"))) == "5 posts, 1 deleted meanwhile, 3 so already"
        assert told(session, DeleteMany("posts")) == (
            "5 posts, 1 deleted meanwhile, 2 that cannot be changed"
        )
        assert told(session, DeleteMany("posts", with_comments=True)) == "5 posts, 1 deleted meanwhile"
        with pytest.raises(Invalid):
            preview(session, SetColumn("users", "role", "king"), array("q"))
        with pytest.raises(KeyError):
            preview(session, DeleteMany("comments"), array("q"))


def test_the_report_has_a_line_for_every_row(bulk: Bulk, sql: Sql, tmp_path: Path) -> None:
    sql("""UPDATE posts SET metadata = '{"tags": 1}' WHERE id = 2""")
    report = bulk(AddTags(("a",)), [1, 2, 99])
    report.write_csv(tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(csv.reader(file)) == [
            ["1", "done", ""],
            ["2", "refused", "Its tags are not a list."],
            ["99", "gone", ""],
            ["id", "result", "reason"],
        ]


def test_the_report_blames_nobody_for_rows_that_moved(
    database: Database, bulk: Bulk, sql: Sql, tmp_path: Path
) -> None:
    with database.reader() as session:
        since = server_time(session)
    bulk(AddTags(("ours",)), [1])
    sql("UPDATE posts SET title = 'Theirs' WHERE id = 2")
    report = bulk(SetColumn("posts", "status", "published", since=since), [1, 2])
    report.write_csv(tmp_path / "report.csv")
    lines = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["1,changed meanwhile,", "2,changed meanwhile,"]


def many(sql: Sql, number: int) -> None:
    """As many posts, the first four as ever."""
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id)"
        " SELECT gen_random_uuid(), 'T', 'p-' || n, '', 1 FROM generate_series(5, %s) n",
        (number,),
    )
