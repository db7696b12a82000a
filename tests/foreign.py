"""The tables of a blog as another application makes them."""

from __future__ import annotations


def foreign_tables(time: str = "timestamptz") -> str:
    """SQL that makes them in an empty database, empty; ``time`` is the type of their times."""
    times = f"created_at {time} NOT NULL DEFAULT now(), updated_at {time} NOT NULL DEFAULT now()"
    return f"""
CREATE TABLE users (id serial PRIMARY KEY, email varchar(320) UNIQUE NOT NULL, name varchar(100) NOT NULL,
  password_hash text NOT NULL, role varchar(20) NOT NULL DEFAULT 'user',
  is_active boolean NOT NULL DEFAULT true, {times});
CREATE TABLE posts (id serial PRIMARY KEY, public_id uuid UNIQUE NOT NULL, title varchar(200) NOT NULL,
  body text NOT NULL, slug varchar(200) UNIQUE NOT NULL, status varchar(20) NOT NULL DEFAULT 'draft',
  view_count integer NOT NULL DEFAULT 0, metadata jsonb,
  author_id integer NOT NULL REFERENCES users, {times});
CREATE TABLE comments (id serial PRIMARY KEY, post_id integer NOT NULL REFERENCES posts,
  author_id integer NOT NULL REFERENCES users, body text NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'pending', {times});
"""
