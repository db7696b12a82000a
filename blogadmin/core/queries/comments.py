"""What lists read about comments."""

from __future__ import annotations

from sqlalchemy import func, type_coerce

from blogadmin.core.models import Comment, Post, User
from blogadmin.core.queries import filters
from blogadmin.core.queries.cells import OneLine
from blogadmin.core.queries.columns import Column, moment, plain, shared
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.rows import CommentRow
from blogadmin.core.queries.spec import Sort
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
            indexed=False,
        ),
        "status": shared(Comment.status),
        "post_id": Column(shown=Comment.post_id),
        "post": Column(shown=Post.title, order=(Post.title, Post.id), searched=Post.title, via=Comment.post),
        "author_id": Column(shown=Comment.author_id),
        "author": Column(shown=User.name, order=(User.name, User.id), searched=User.name, via=Comment.author),
        "created_at": moment(Comment.created_at),
        "updated_at": moment(Comment.updated_at),
        "version": Column(shown=Comment.version),
    },
    default_sort=(Sort("created_at", descending=True),),
    filters={
        "status": filters.choice(Comment.status, CommentStatus),
        "author_id": filters.person(Comment.author_id),
        "created_at": filters.time(Comment.created_at),
        "updated_at": filters.time(Comment.updated_at),
    },
)
"""The list of comments, the newest at the top."""
