"""Databases of any size for the benchmarks, made once and kept in the user's cache folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from platformdirs import user_cache_path

from blogadmin.core.database import schema
from blogadmin.core.database.embedded import EmbeddedServer
from blogadmin.core.database.engine import Database
from blogadmin.core.transfer.generate import generate


@contextmanager
def blog_of(posts: int, home: Path | None = None) -> Iterator[str]:
    """URL of a blog with ``posts`` posts, a tenth as many users and three times as many comments."""
    with EmbeddedServer(home or user_cache_path("blogadmin") / "bench") as server:
        name = f"bench_{posts}"
        server.ensure_database(name)
        url = server.url(name)
        with closing(Database(url)) as database:
            if schema.inspect(database).kind == "empty":
                schema.upgrade(url)
            if not _is_filled(database):
                print(f"making {posts:,} posts (once)…", flush=True)
                generate(database, users=max(posts // 10, 10), posts=posts, comments=posts * 3, seed=1)
        yield url


def _is_filled(database: Database) -> bool:
    from sqlalchemy import text

    with database.reader() as session:
        return bool(session.execute(text("SELECT EXISTS (SELECT FROM posts)")).scalar_one())
