"""Blogs of any size on a private server of the benchmarks' own, made once and kept between runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg2
from platformdirs import user_cache_path
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name

from blogadmin.core.database import schema
from blogadmin.core.database.embedded import EmbeddedServer
from blogadmin.core.database.engine import Database
from blogadmin.core.transfer.generate import generate


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows a blog has."""

    posts: int
    users: int
    comments: int
    short: bool = False
    """Whether bodies have a paragraph only, for blogs of many millions on a small disk."""

    @classmethod
    def of(
        cls, posts: int, users: int | None = None, comments: int | None = None, *, short: bool = False
    ) -> Size:
        """By default a tenth as many users as posts, and three times as many comments."""
        return cls(
            posts,
            max(posts // 10, 10) if users is None else users,
            posts * 3 if comments is None else comments,
            short,
        )

    @property
    def database(self) -> str:
        """Name of the database that holds it."""
        return f"bench_{self.posts}_{self.users}_{self.comments}{'_short' if self.short else ''}"


class Server(Protocol):
    """What a blog needs of the server that holds it."""

    def url(self, database: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Blog:
    """A filled database: its address, and a way to make copies of it that may be spoilt."""

    server: Server
    size: Size

    @property
    def url(self) -> str:
        """For SQLAlchemy and for ``Settings``."""
        return self.server.url(self.size.database)

    def connect(self) -> Connection:
        """A bare driver connection in autocommit: the limit is measured over it."""
        return connect(self.url)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """URL of a blog with nothing in it, dropped afterwards."""
        with self._spare("bench_empty", sql.SQL("template0")) as url:
            schema.upgrade(url)
            yield url

    @contextmanager
    def copy(self) -> Iterator[str]:
        """URL of a copy that is dropped afterwards."""
        # By files: by WAL, the default, a copy of gigabytes would be written twice.
        template = sql.SQL("{} STRATEGY file_copy").format(sql.Identifier(self.size.database))
        with self._spare("bench_copy", template) as url:
            yield url

    @contextmanager
    def _spare(self, name: str, template: sql.Composable) -> Iterator[str]:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template)
        with closing(connect(self.server.url("postgres"))) as admin, admin.cursor() as cursor:
            # A run that was killed may have left one.
            cursor.execute(drop)
            cursor.execute(make)
            try:
                yield self.server.url(name)
            finally:
                cursor.execute(drop)


@contextmanager
def blog_of(size: Size, home: Path | None = None) -> Iterator[Blog]:
    """A blog of that size on the server whose data are in ``home`` (default: the user's cache folder)."""
    with EmbeddedServer(home or user_cache_path("blogadmin") / "bench") as server:
        blog = Blog(server, size)
        server.ensure_database(size.database)
        if _kind(blog) in ("foreign", "newer"):
            # Left by a program that was never released: its tables are of no use.
            _drop(blog)
            server.ensure_database(size.database)
        if _kind(blog) != "current":
            schema.upgrade(blog.url)
        with closing(Database(blog.url)) as database:
            if not _is_filled(blog):
                print(f"making {size.posts:,} posts (once)…", flush=True)
                generate(database, size.users, size.posts, size.comments, seed=1, short=size.short)
        _tidy(blog)
        yield blog


def _kind(blog: Blog) -> str:
    with closing(Database(blog.url)) as database:
        return schema.inspect(database).kind


def _drop(blog: Blog) -> None:
    with closing(connect(blog.server.url("postgres"))) as admin, admin.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(blog.size.database)))


def _tidy(blog: Blog) -> None:
    """Let every run begin alike: what earlier runs wrote would else be cleared away within this one."""
    with closing(blog.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) users, posts, comments")
        cursor.execute("CHECKPOINT")


def connect(url: str) -> Connection:
    """A driver connection in autocommit, in UTC as the program's own."""
    connection = psycopg2.connect(url.replace("+psycopg2", ""), options="-c timezone=UTC")
    connection.autocommit = True
    return connection


def _is_filled(blog: Blog) -> bool:
    with closing(blog.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM posts)")
        return bool(cursor.fetchall()[0][0])
