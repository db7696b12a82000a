"""The sample blog: a small town's journal, kept as text files among the program's resources.

Dates count back from today, so that the blog looks alive whenever it is loaded; all else is fixed.
"""

from __future__ import annotations

import tomllib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from blogadmin import paths
from blogadmin.core.database.errors import KnownError
from blogadmin.core.transfer import UNUSABLE_HASH

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from blogadmin.core.database.engine import Database

_NAMES: Final = uuid.UUID("5b0f1c5e-6c0e-4f57-9a0e-7f1d2a6f3c11")
_FRONT: Final = "+++\n"
_METADATA: Final = ("tags", "cover")


class NotEmpty(KnownError):
    """The database holds users, posts or comments already; nothing was added."""


@dataclass(frozen=True, slots=True)
class Post:
    """One file of the sample: what stands in its head, and the Markdown below it."""

    slug: str
    head: dict[str, Any]
    body: str


@lru_cache(maxsize=1)
def posts() -> tuple[Post, ...]:
    """The posts of the sample blog, the oldest first."""
    files = (paths.resources_dir() / "sample" / "posts").glob("*.md")
    found = [_read(file.stem, file.read_text("utf-8")) for file in files]
    return tuple(sorted(found, key=lambda post: (-post.head["days_ago"], post.slug)))


def users() -> list[dict[str, Any]]:
    """The people of the sample blog, in the order in which they came."""
    return _table("users")["user"]


def comments() -> list[dict[str, Any]]:
    """What was written under the posts of the sample blog."""
    return _table("comments")["comment"]


def load(database: Database) -> dict[str, int]:
    """Fill an empty database of the current schema, in one transaction; return how many of each noun.

    Its rows have no history where the login owns the tables. Nobody can sign in as one of these users until a
    password is set.
    Raises ``NotEmpty`` when there are rows already, and the driver's errors.
    """
    from sqlalchemy import func, select

    from blogadmin.core.database.schema import TABLES
    from blogadmin.core.database.units import driver_connection
    from blogadmin.core.models.recording import CHANNEL
    from blogadmin.core.transfer.bulk import without_history

    with database.session_scope() as session:
        _refuse_rows(session)
        now = datetime.now(UTC)
        with driver_connection(session.connection()).cursor() as cursor, without_history(cursor, TABLES):
            people = _add_users(session, now)
            articles = _add_posts(session, now, people)
            count = _add_comments(session, now, people, articles)
            session.flush()
        for noun in TABLES:
            session.execute(select(func.pg_notify(CHANNEL, f'{{"n":"{noun}","all":true}}')))
    return {"users": len(people), "posts": len(articles), "comments": count}


def _read(slug: str, text: str) -> Post:
    _, head, body = text.split(_FRONT, 2)
    return Post(slug, tomllib.loads(head), body.strip() + "\n")


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((paths.resources_dir() / "sample" / f"{name}.toml").read_text("utf-8"))


def _refuse_rows(session: Session) -> None:
    from sqlalchemy import text

    # Nobody can add a row between this look and our own rows.
    session.execute(text("LOCK TABLE users, posts, comments IN SHARE ROW EXCLUSIVE MODE"))
    for table in ("users", "posts", "comments"):
        if session.scalar(text(f"SELECT EXISTS (SELECT FROM {table})")):  # noqa: S608
            raise NotEmpty(
                f"There are {table} in this database already, and the sample blog goes only into an empty"
                " one. Nothing was added."
            )


def _add_users(session: Session, now: datetime) -> dict[str, int]:
    from blogadmin.core.models import User

    added: dict[str, User] = {}
    for entry in users():
        joined = _moment(now, entry["days_ago"], entry["email"])
        added[entry["key"]] = User(
            email=entry["email"],
            name=entry["name"],
            password_hash=UNUSABLE_HASH,
            role=entry["role"],
            is_active=entry.get("active", True),
            created_at=joined,
            updated_at=joined,
        )
    session.add_all(added.values())
    session.flush()
    return {key: user.id for key, user in added.items()}


def _add_posts(session: Session, now: datetime, people: dict[str, int]) -> dict[str, tuple[int, datetime]]:
    from blogadmin.core.models import Post as Row

    added: dict[str, Row] = {}
    for post in posts():
        head = post.head
        made = _moment(now, head["days_ago"], post.slug)
        edited = _moment(now, head["edited_days_ago"], "x" + post.slug) if "edited_days_ago" in head else made
        added[post.slug] = Row(
            public_id=uuid.uuid5(_NAMES, post.slug),
            title=head["title"],
            body=post.body,
            slug=post.slug,
            status=head["status"],
            view_count=head.get("views", 0),
            metadata_=_metadata(head, now),
            author_id=people[head["author"]],
            created_at=made,
            updated_at=max(made, edited),
        )
    session.add_all(added.values())
    session.flush()
    return {slug: (row.id, row.created_at) for slug, row in added.items()}


def _add_comments(
    session: Session, now: datetime, people: dict[str, int], articles: dict[str, tuple[int, datetime]]
) -> int:
    from blogadmin.core.models import Comment

    told: list[tuple[datetime, int, dict[str, Any]]] = []
    for number, entry in enumerate(comments()):
        post_id, published = articles[entry["post"]]
        # What would have been said only later today has been said just now.
        written = min(published + timedelta(hours=entry["hours"]), now - timedelta(minutes=5 + number))
        told.append((written, post_id, entry))
    session.add_all(
        Comment(
            post_id=post_id,
            author_id=people[entry["author"]],
            body=entry["body"],
            status=entry["status"],
            created_at=written,
            updated_at=written,
        )
        for written, post_id, entry in sorted(told, key=lambda comment: comment[0])
    )
    return len(told)


def _metadata(head: dict[str, Any], now: datetime) -> dict[str, Any]:
    metadata = {name: head[name] for name in _METADATA if name in head}
    if "publish_in_days" in head:
        publish = (now + timedelta(days=head["publish_in_days"])).replace(hour=7, minute=0, second=0)
        metadata["publish_at"] = publish.replace(microsecond=0).isoformat()
    return metadata


def _moment(now: datetime, days_ago: int, name: str) -> datetime:
    """A believable time of that day, always the same one for the same name, and never after ``now``."""
    minute = uuid.uuid5(_NAMES, name).int % (15 * 60)
    day = (now - timedelta(days=days_ago)).replace(hour=6, minute=0, second=0, microsecond=0)
    return min(day + timedelta(minutes=minute), now - timedelta(hours=1))
