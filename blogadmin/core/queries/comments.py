"""What lists read about comments."""

from __future__ import annotations

from sqlalchemy import func, type_coerce

from blogadmin.core.models import Comment, Post, User
from blogadmin.core.queries.cells import OneLine
from blogadmin.core.queries.listing import Column, Listing, moment, plain
from blogadmin.core.queries.rows import CommentRow
from blogadmin.core.queries.spec import Field, Kind, Sort
from blogadmin.core.values import CommentStatus

BEGINNING = 300
"""Characters of a comment that a list reads."""

LISTING: Listing[CommentRow] = Listing(
    "comments",
    CommentRow,
    {
        "id": plain(Comment.id),
        "body": Column(
            shown=type_coerce(func.left(Comment.body, BEGINNING), OneLine()),
            order=(Comment.body,),
            searched=Comment.body,
        ),
        "status": plain(Comment.status),
        "post_id": Column(shown=Comment.post_id),
        "post": Column(shown=Post.title, order=(Post.title, Post.id), searched=Post.title, via=Comment.post),
        "author_id": Column(shown=Comment.author_id),
        "author": Column(shown=User.name, order=(User.name, User.id), searched=User.name, via=Comment.author),
        "created_at": moment(Comment.created_at),
        "updated_at": moment(Comment.updated_at),
        "version": Column(shown=Comment.version),
    },
    default_sort=(Sort("created_at", descending=True),),
    fields={
        "status": Field(Kind.CHOICE, tuple(CommentStatus)),
        "author_id": Field(Kind.PERSON),
        "created_at": Field(Kind.TIME),
        "updated_at": Field(Kind.TIME),
    },
)
"""The list of comments, the newest at the top."""
