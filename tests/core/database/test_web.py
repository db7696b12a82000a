"""The blog's web application uses our models, engine and ``get_db`` as its own."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import QueuePool, event, select
from sqlalchemy.orm import Session

from blogadmin.core.database import engine as engine_module
from blogadmin.core.database.engine import Database, get_db
from blogadmin.core.models import Post, User
from blogadmin.settings import Settings

with warnings.catch_warnings():
    # Starlette announces there that its test client will want another HTTP library some day.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

Sql = Callable[..., list[tuple[Any, ...]]]
Db = Annotated[Session, Depends(get_db)]


def make_app() -> FastAPI:
    """A small part of such an application."""
    app = FastAPI()

    @app.get("/posts")
    def list_posts(db: Db) -> list[dict[str, str]]:
        posts = db.scalars(select(Post).order_by(Post.id))
        return [{"title": post.title, "author": post.author.name} for post in posts]

    @app.post("/posts/{slug}")
    def create_post(slug: str, db: Db) -> dict[str, int]:
        post = Post(title=slug, body="Text", slug=slug, author=db.scalars(select(User)).one())
        db.add(post)
        db.flush()
        if slug == "refused":
            raise HTTPException(409)
        if slug == "broken":
            raise ZeroDivisionError
        return {"id": post.id}

    return app


@pytest.fixture
def served(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The default database, with a pool of five and not one more."""
    opened = Database(database_url, Settings(pool_size=5, max_overflow=0, pool_timeout=1))
    monkeypatch.setattr(engine_module, "default", lambda: opened)
    with closing(opened):
        with opened.session_scope() as session:
            session.add(User(email="ada@example.org", name="Ada", password_hash="x"))
        yield opened


def in_use(database: Database) -> int:
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


def test_a_request_that_succeeds_is_committed(served: Database, sql: Sql) -> None:
    with TestClient(make_app()) as client:
        assert client.post("/posts/first").status_code == 200
        assert client.get("/posts").json() == [{"title": "first", "author": "Ada"}]
    assert sql("SELECT slug FROM posts") == [("first",)]
    assert in_use(served) == 0


@pytest.mark.parametrize(("slug", "status"), [("refused", 409), ("broken", 500)])
def test_a_request_that_fails_is_rolled_back(served: Database, sql: Sql, slug: str, status: int) -> None:
    with TestClient(make_app(), raise_server_exceptions=False) as client:
        assert client.post(f"/posts/{slug}").status_code == status
    assert sql("SELECT slug FROM posts") == []
    assert in_use(served) == 0


def test_a_thousand_requests_give_their_connections_back(served: Database) -> None:
    opened: list[object] = []
    event.listen(served.engine, "connect", lambda raw, _record: opened.append(raw))
    with TestClient(make_app(), raise_server_exceptions=False) as client:
        for number in range(1000):
            path = "/posts/broken" if number % 10 == 0 else "/posts"
            response = client.post(path) if number % 10 == 0 else client.get(path)
            assert response.status_code == (500 if number % 10 == 0 else 200)
    assert in_use(served) == 0
    assert len(opened) <= 5
