"""A desktop client in which editors write and moderators moderate a blog kept in PostgreSQL."""

__version__ = "0.1.0"
