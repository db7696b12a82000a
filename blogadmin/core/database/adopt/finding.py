"""What finding needs: the extension for parts of words, and the words of the posts that are there."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from blogadmin.core.database.adopt import catalogue, triggers
from blogadmin.core.database.adopt.findings import Findings
from blogadmin.core.models import TRIGGERS
from blogadmin.core.models.search import LANGUAGE, TRIGRAMS, vector


def look_for_trigrams(findings: Findings) -> None:
    """Find out where the extension is, and plan to make it if this login may; otherwise a note says so."""
    home = catalogue.extension_home(findings.connection, TRIGRAMS)
    if home is not None:
        findings.extensions[TRIGRAMS] = home
    elif _can_make_extension(findings):
        findings.setup.append(f"CREATE EXTENSION {TRIGRAMS}")
        findings.extensions[TRIGRAMS] = ""
    else:
        findings.notes.append(
            f"Searching for parts of words will be slow: the extension {TRIGRAMS} is not there, and this"
            f" login cannot make it. Let an administrator run CREATE EXTENSION {TRIGRAMS}, and adopt again."
        )


def compare_words(findings: Findings, posts: catalogue.Table | None) -> None:
    """Plan to read the words of the posts that are there, unless a trigger has kept them all along."""
    if posts is None:
        return
    here = triggers.same_trigger(posts, TRIGGERS["posts", "b_search"])
    if "body_search" in posts.columns and here is not None and here.enabled:
        return
    language = (here.argument if here is not None else LANGUAGE).replace("'", "''")
    words = vector(f"CAST('{language}' AS regconfig)")
    findings.fillings.append(
        f"ALTER TABLE {posts.name} ALTER COLUMN body_search TYPE tsvector\n    USING {words}"
    )
    if "body_search" not in posts.columns:
        findings.notes.append(
            f"{posts.name} gets the columns version and body_search (the words of each post): an application"
            " that reads all columns of a post reads these, too."
        )


def _can_make_extension(findings: Findings) -> bool:
    # Trying tells what no catalogue does: rights, trusted extensions, a host's own list, missing files.
    attempt = findings.connection.begin_nested()
    try:
        findings.connection.execute(text(f"CREATE EXTENSION {TRIGRAMS}"))
    except DBAPIError:
        return False
    else:
        return True
    finally:
        attempt.rollback()
