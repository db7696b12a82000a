"""What is done in random sequences of changes: by people with the program, and by the blog's application."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from blogadmin.core.operations.bulk_run import AddTags, Change, DeleteMany, RemoveTags, SetColumn
from blogadmin.core.operations.comments import SetCommentStatus
from blogadmin.core.operations.operation import Operation
from blogadmin.core.operations.posts import CreatePost, DeletePosts, EditPost, SetStatus
from blogadmin.core.operations.users import CreateUser, DeleteUsers, EditUser, SetActive, SetRole
from tests.gui.control.ledger import Ledger

ROLES = ("user", "editor", "moderator", "admin")
STATUSES = ("draft", "review", "published")
DECISIONS = ("pending", "approved", "spam")
METADATA: tuple[dict[str, Any] | None, ...] = (
    None,
    {},
    {"tags": ["a", "b"], "n": 1},
    {"tags": ["c", 1, "a", "a"]},
    {"tags": "a"},
)
FIELDS = {
    "users": ("name", "email", "role", "is_active"),
    "posts": ("title", "body", "slug", "status", "author_id", "metadata"),
}
NEVER_TYPED = itertools.count(1)


class Act(NamedTuple):
    """What somebody does to some rows: ``rows`` and ``value`` say which, of those that there are."""

    what: str
    rows: frozenset[int]
    value: int

    def ids(self, ledger: Ledger, table: str, most: int = 99) -> tuple[int, ...]:
        """The rows that are meant, at least one; nothing in an empty table."""
        here = ledger.rows(table)
        return tuple(sorted({here[row % len(here)] for row in self.rows})[:most]) if here else ()

    def of(self, choices: Iterable[Any]) -> Any:
        """The value that is meant."""
        known = list(choices)
        return known[self.value % len(known)]


# What is done with the program


def _create_user(_ledger: Ledger, act: Act) -> Operation:
    number = next(NEVER_TYPED)
    return CreateUser(_email(act, number), f"User {number}", act.of(ROLES), bool(act.value % 2), "hash")


def _create_post(ledger: Ledger, act: Act) -> Operation | None:
    number = next(NEVER_TYPED)
    authors = ledger.rows("users")
    return (
        CreatePost(
            f"Post {number}",
            _slug(act, number),
            f"Body {number}",
            act.of(STATUSES),
            act.of(authors),
            act.of(METADATA),
        )
        if authors
        else None
    )


def _edit(table: str, kind: type[EditUser] | type[EditPost]) -> Callable[[Ledger, Act], Operation | None]:
    def edit(ledger: Ledger, act: Act) -> Operation | None:
        for id_ in act.ids(ledger, table, 1):
            seen = ledger.state[table, id_]
            base = {name: seen[name] for name in FIELDS[table]}
            names = sorted({FIELDS[table][row % len(FIELDS[table])] for row in act.rows})
            values = {name: _value(ledger, act, name) for name in names}
            return kind(id_, ledger.version(table, id_), base, values)
        return None

    return edit


def _value(ledger: Ledger, act: Act, name: str) -> Any:
    number = next(NEVER_TYPED)
    choices = {
        "role": ROLES,
        "is_active": (True, False),
        "status": STATUSES,
        "author_id": ledger.rows("users"),
        "metadata": METADATA,
        "slug": (_slug(act, number),),
        "email": (_email(act, number),),
    }
    return act.of(choices.get(name, (f"{name} {number}",)))


def _slug(act: Act, number: int) -> str:
    """Now and then one that another post may have."""
    return "wanted" if act.value % 7 == 0 else f"slug-{number}"


def _email(act: Act, number: int) -> str:
    return "wanted@example.org" if act.value % 7 == 0 else f"u{number}@example.org"


def _password(ledger: Ledger, act: Act) -> Operation | None:
    for id_ in act.ids(ledger, "users", 1):
        values = {"password_hash": f"hash {next(NEVER_TYPED)}", "name": f"Renamed {next(NEVER_TYPED)}"}
        base = {"name": ledger.state["users", id_]["name"]}
        return EditUser(id_, ledger.version("users", id_), base, values)
    return None


def _delete_users(ledger: Ledger, act: Act) -> Operation:
    heir = act.of([None, *ledger.rows("users")])
    ids = tuple(id_ for id_ in act.ids(ledger, "users", 2) if id_ != heir)
    return DeleteUsers(ids, heir)


OPERATIONS: dict[str, Callable[[Ledger, Act], Operation | None]] = {
    "create user": _create_user,
    "create post": _create_post,
    "edit user": _edit("users", EditUser),
    "edit post": _edit("posts", EditPost),
    "new password": _password,
    "set active": lambda ledger, act: SetActive(act.ids(ledger, "users"), bool(act.value % 2)),
    "set role": lambda ledger, act: SetRole(act.ids(ledger, "users"), act.of(ROLES)),
    "set status": lambda ledger, act: SetStatus(act.ids(ledger, "posts"), act.of(STATUSES)),
    "decide": lambda ledger, act: SetCommentStatus(act.ids(ledger, "comments"), act.of(DECISIONS)),
    "delete users": _delete_users,
    "delete posts": lambda ledger, act: DeletePosts(act.ids(ledger, "posts", 2), act.value % 3 > 0),
}
BULKS: dict[str, Callable[[Ledger, Act], tuple[Change, tuple[int, ...]]]] = {
    "bulk status": lambda ledger, act: (
        SetColumn("posts", "status", act.of(STATUSES)),
        act.ids(ledger, "posts"),
    ),
    "bulk author": lambda ledger, act: (
        SetColumn("posts", "author_id", act.of(ledger.rows("users") or [0])),
        act.ids(ledger, "posts"),
    ),
    "bulk role": lambda ledger, act: (SetColumn("users", "role", act.of(ROLES)), act.ids(ledger, "users")),
    "bulk active": lambda ledger, act: (
        SetColumn("users", "is_active", bool(act.value % 2)),
        act.ids(ledger, "users"),
    ),
    "bulk decide": lambda ledger, act: (
        SetColumn("comments", "status", act.of(DECISIONS)),
        act.ids(ledger, "comments"),
    ),
    "bulk add tags": lambda ledger, act: (AddTags(act.of([("a",), ("x", "b")])), act.ids(ledger, "posts")),
    "bulk remove tags": lambda ledger, act: (
        RemoveTags(act.of([("a",), ("b", "c")])),
        act.ids(ledger, "posts"),
    ),
    "bulk delete posts": lambda ledger, act: (
        DeleteMany("posts", with_comments=act.value % 3 > 0),
        act.ids(ledger, "posts", 2),
    ),
    "bulk delete users": lambda ledger, act: (DeleteMany("users"), act.ids(ledger, "users", 2)),
}
TAKES = ("undo", "redo", "undo step", "redo step")


# What the blog's own application does


Statements = Iterable[tuple[str, tuple[Any, ...]]]


def _comment(ledger: Ledger, act: Act) -> Statements:
    statement = "INSERT INTO comments (post_id, author_id, body) VALUES (%s, %s, %s)"
    for post in act.ids(ledger, "posts", 1):
        yield statement, (post, act.of(ledger.rows("users")), f"Comment {next(NEVER_TYPED)}")


_PUBLISH: Final = """
INSERT INTO posts (public_id, title, slug, body, author_id) VALUES (gen_random_uuid(), %s, %s, 'Body', %s)
ON CONFLICT DO NOTHING
"""


def _publish(ledger: Ledger, act: Act) -> Statements:
    authors = ledger.rows("users")
    if authors:
        number = next(NEVER_TYPED)
        yield _PUBLISH, (f"Post {number}", _slug(act, number), act.of(authors))


def _set(table: str, column: str, choices: Iterable[Any], *, back: bool = False) -> Any:
    """Set a column of some rows; ``back``: and then to what it was."""
    known = list(choices)

    def statements(ledger: Ledger, act: Act) -> Statements:
        update = f"UPDATE {table} SET {column} = %s WHERE id = %s"
        for id_ in act.ids(ledger, table):
            was = ledger.state[table, id_][column]
            value = act.of(known or [f"{column} {next(NEVER_TYPED)}"])
            yield update, (value, id_)
            if back:
                yield update, (was, id_)

    return statements


def _reassign(ledger: Ledger, act: Act) -> Statements:
    for post in act.ids(ledger, "posts"):
        yield "UPDATE posts SET author_id = %s WHERE id = %s", (act.of(ledger.rows("users")), post)


def _tag(ledger: Ledger, act: Act) -> Statements:
    value = act.of(('{"tags": ["b", "z"]}', '{"tags": []}', '{"pi": 3.14159265358979323846}', None))
    for post in act.ids(ledger, "posts", 2):
        yield "UPDATE posts SET metadata = %s WHERE id = %s", (value, post)


def _drop_post(ledger: Ledger, act: Act) -> Statements:
    for post in act.ids(ledger, "posts", 1):
        yield "DELETE FROM comments WHERE post_id = %s", (post,)
        yield "DELETE FROM posts WHERE id = %s", (post,)


_DROP_USER: Final = """
DELETE FROM users AS u WHERE id = %s AND NOT EXISTS (SELECT FROM posts WHERE author_id = u.id)
  AND NOT EXISTS (SELECT FROM comments WHERE author_id = u.id)
"""


def _drop_user(ledger: Ledger, act: Act) -> Statements:
    for user in act.ids(ledger, "users", 1):
        yield _DROP_USER, (user,)


STATEMENTS: dict[str, Callable[[Ledger, Act], Statements]] = {
    "comment": _comment,
    "publish": _publish,
    "page views": lambda ledger, act: [
        ("UPDATE posts SET view_count = view_count + 1 WHERE id = %s", (post,))
        for post in act.ids(ledger, "posts")
    ],
    "title": _set("posts", "title", ()),
    "body": _set("posts", "body", ()),
    "status": _set("posts", "status", STATUSES),
    "status there and back": _set("posts", "status", STATUSES, back=True),
    "title there and back": _set("posts", "title", (), back=True),
    "name": _set("users", "name", ()),
    "name there and back": _set("users", "name", (), back=True),
    "role": _set("users", "role", ROLES),
    "active": _set("users", "is_active", (True, False)),
    "active there and back": _set("users", "is_active", (True, False), back=True),
    "decide": _set("comments", "status", DECISIONS),
    "reassign": _reassign,
    "tag": _tag,
    "drop comment": lambda ledger, act: [
        ("DELETE FROM comments WHERE id = %s", (one,)) for one in act.ids(ledger, "comments", 1)
    ],
    "drop post": _drop_post,
    "drop user": _drop_user,
}


# Who does what when


Turn = tuple[str, Act]
"""Somebody's name, and what they do."""
BLOG: Final = "blog"
_MERGED: Final = ("tag",)
"""Where two may write to one field and both are right: metadata merges by key."""


def _acts_of(whats: Iterable[str]) -> st.SearchStrategy[Act]:
    return st.builds(
        Act,
        st.sampled_from(tuple(whats)),
        st.frozensets(st.integers(0, 5), min_size=1, max_size=3),
        st.integers(0, 20),
    )


def _scene(who: str, act: Act, others: list[Turn], takes: list[Act]) -> list[Turn]:
    """Somebody changes some rows, others do something to the same ones, and then steps are taken."""
    meanwhile = [(name, other._replace(rows=act.rows)) for name, other in others if name != who]
    return [(who, act), *meanwhile, *((who, take) for take in takes)]


def turns(people: tuple[str, ...], most: int, *, blog: bool, merging: bool) -> st.SearchStrategy[list[Turn]]:
    """At most that many scenes of ``people`` and, if wanted, the blog; ``merging`` where metadata merges."""
    names, changes = st.sampled_from(people), _acts_of((*OPERATIONS, *BULKS))
    others: st.SearchStrategy[Turn] = st.tuples(names, changes)
    takes = ["undo", "undo", "redo"]
    if blog:
        statements = [what for what in STATEMENTS if not merging or what not in _MERGED]
        others |= st.tuples(st.just(BLOG), _acts_of(statements))
        # Alone, every step must be exact, and none is when later ones are left out.
        takes += ["undo step", "redo step"]
    scene = st.builds(
        _scene, names, changes, st.lists(others, max_size=2), st.lists(_acts_of(takes), max_size=3)
    )
    return st.lists(scene, min_size=2, max_size=most).map(lambda scenes: list(itertools.chain(*scenes)))
