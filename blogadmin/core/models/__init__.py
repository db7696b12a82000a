"""The mapped classes. The blog's web application may import them, too."""

from blogadmin.core.models.audit import AuditEntry
from blogadmin.core.models.base import Base
from blogadmin.core.models.comment import Comment
from blogadmin.core.models.post import Post
from blogadmin.core.models.saved_view import SavedView
from blogadmin.core.models.triggers import FUNCTIONS, TRIGGERS
from blogadmin.core.models.user import User

__all__ = ["FUNCTIONS", "TRIGGERS", "AuditEntry", "Base", "Comment", "Post", "SavedView", "User"]
