"""The window in which a post is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from blogadmin.core import operations, queries, values
from blogadmin.core.metadata_json import format_metadata, same_json
from blogadmin.gui.dialogs.author_field import AuthorField
from blogadmin.gui.dialogs.edit_dialog import EditDialog
from blogadmin.gui.dialogs.edit_state import EditState
from blogadmin.gui.dialogs.facts import Facts
from blogadmin.gui.dialogs.fields import ChoiceField, Field
from blogadmin.gui.dialogs.frame import button_box, footer, frame
from blogadmin.gui.dialogs.history_pane import HistoryPane
from blogadmin.gui.dialogs.history_who import who_changed
from blogadmin.gui.dialogs.post_layout import BodyTabs, SideBySide, WordCount, stacked
from blogadmin.gui.dialogs.preview import SafePreview
from blogadmin.gui.dialogs.status_icon import status_icon
from blogadmin.gui.dialogs.text_fields import JsonField, LineField, MarkdownField
from blogadmin.gui.theme import STATUS, font, metrics, theme_changed
from blogadmin.gui.widgets.pills import KeyHint

if TYPE_CHECKING:
    from blogadmin.core.operations.operation import Operation
    from blogadmin.core.queries.details import PostDetail
    from blogadmin.core.queries.rows import UserChoice

_METADATA_LINES = 6
_WIDTH, _HEIGHT = 1120, 760


@dataclass(frozen=True, slots=True)
class PostSeen:
    """A post with its author as a choice, read in one go."""

    post: PostDetail
    author: UserChoice | None

    @property
    def id(self) -> int:
        return self.post.id

    @property
    def version(self) -> int:
        return self.post.version


class PostDialog(EditDialog):
    """Title, slug, status, author, Markdown and metadata, in a window of its own.

    Several can be open at a time. Tab walks the fields, also out of the text: a form that swallows Tab
    cannot be left by keyboard.
    """

    noun = "post"
    key = "posts"

    def build(self) -> QWidget:
        self.setWindowFlags(Qt.WindowType.Window)
        self.setSizeGripEnabled(True)
        self._title, self._slug, self._body = LineField(), LineField(), MarkdownField()
        self._author = AuthorField(self.services.tasks)
        self._metadata = JsonField()
        self._preview = SafePreview(self.services.messages)
        self._facts = Facts()
        self._words = WordCount(self._body)
        self._make_fields()
        self._follow()
        theme_changed().connect(self._take_fonts)
        f = self.form
        self.history = HistoryPane(self)
        self.history.follow_form()
        self.saving.merging.who_changed = who_changed(self.services, self)
        self._tabs = BodyTabs(f["body"].row, self._preview, self.history)
        self.phase_changed.connect(self._offer_history)
        main = stacked([f["title"].row, self._tabs], grows=self._tabs)
        side = [f["status"].row, f["slug"].row, f["author_id"].row, f["metadata"].row, self._facts]
        return SideBySide(main, stacked(side))

    def _make_fields(self) -> None:
        looks = ((s.value, STATUS[s.value].label, status_icon(s.value)) for s in values.PostStatus)
        self.add(Field("title", "Title", self._title, required=True, check=_title_problem))
        self.add(Field("slug", "Slug", self._slug, required=True, check=values.slug_problem))
        self.add(Field("body", "Text", self._body, check=_body_problem, labelled=False))
        self.add(Field("status", "Status", ChoiceField(looks), words=_status_label))
        self.add(Field("author_id", "Author", self._author, required=True, words=self._author.words))
        self.add(
            Field(
                "metadata",
                "Metadata",
                self._metadata,
                same=same_json,
                words=format_metadata,
                help_text="A JSON object, or nothing.",
            )
        )

    def _follow(self) -> None:
        """Let what depends on a field follow it."""
        self._slug_follows = False
        self._title.textEdited.connect(self._propose_slug)
        self._title.returnPressed.connect(self._go_to_text)
        self._slug.textEdited.connect(self._slug_typed)
        self._preview.follow(self._body.shown_text)
        self._body.changed.connect(self._preview.outdated)
        self._author.person_changed.connect(self._mark_inactive)

    def _take_fonts(self) -> None:
        self._title.setFont(font("page_title"))
        self._body.setFont(font("mono"))
        self._metadata.setFont(font("mono"))
        line = metrics("mono").lineSpacing()
        self._metadata.setMinimumHeight(_METADATA_LINES * line)
        self._metadata.setMaximumHeight(2 * _METADATA_LINES * line)
        self._body.setMinimumHeight(_METADATA_LINES * line)

    # What a post is

    def read(self, session: Any, row_id: int) -> PostSeen | None:
        post = queries.posts.detail(session, row_id)
        if post is None:
            return None
        return PostSeen(post, queries.users.choice(session, post.author_id))

    def values_of(self, detail: PostSeen) -> dict[str, Any]:
        if detail.author is not None:
            self._author.know(detail.author)
        post = detail.post
        return {
            "title": post.title,
            "slug": post.slug,
            "body": post.body,
            "status": post.status,
            "author_id": post.author_id,
            "metadata": post.metadata,
        }

    def show_detail(self, detail: PostSeen | None) -> None:
        self._slug_follows = detail is None and not self._slug.text()
        self._facts.clear()
        self._preview.outdated()
        if detail is None:
            return
        post = detail.post
        self._facts.show_fact("Post no.", str(post.id))
        self._facts.show_fact("Public id", str(post.public_id))
        self._facts.show_fact("Views", f"{post.view_count:,}")
        self._facts.show_fact("Comments", f"{post.comments:,}")
        self._facts.show_fact("Created", post.created_at)
        self._facts.show_fact("Updated", post.updated_at)
        if post.metadata_problem:
            self._metadata.forbid(f"cannot be changed here without damage. {post.metadata_problem}")
            self.form["metadata"].settle()

    def caption(self) -> str:
        return self._title.value() or ("New post" if self.state.id is None else "Post")

    def defaults(self) -> dict[str, Any]:
        return {"status": values.PostStatus.DRAFT.value}

    def create_operation(self, values: Mapping[str, Any]) -> Operation:
        return operations.posts.CreatePost(**values)

    def edit_operation(self, state: EditState, values: Mapping[str, Any]) -> Operation:
        assert state.id is not None  # noqa: S101 - a new row is created, not edited
        return operations.posts.EditPost(state.id, state.version, dict(state.base), dict(values))

    def explain(self, theirs: Mapping[str, Any], then: Callable[[], None]) -> None:
        author = theirs.get("author_id")
        if author is None or self._author.knows(author):
            then()
            return

        def known(person: UserChoice | None) -> None:
            if person is not None:
                self._author.know(person)
            then()

        self.services.tasks.read(
            f"{self.objectName()}-who-{id(self)}",
            lambda session: queries.users.choice(session, author),
            known,
            lambda _error: then(),
            owner=self,
        )

    def refused_at(self, field: Field) -> None:
        if field.name == "slug":
            slug, but, told = self._slug.text(), self.state.id, field.error or ""
            self.services.tasks.read(
                f"{self.objectName()}-slug-{id(self)}",
                lambda session: queries.posts.free_slug(session, slug, but),
                lambda free: self._advise_slug(told, free),
                lambda _error: None,
                owner=self,
            )

    def show_history(self, entry_id: int | None = None) -> None:
        self.history.show_entry(entry_id)
        self._tabs.setCurrentWidget(self.history)

    def _offer_history(self, _phase: object) -> None:
        self._tabs.offer_history(self.state.id is not None)

    def reveal(self, field: Field) -> None:
        if field.name == "body":
            self._tabs.write()

    def appear(self) -> None:
        # Not modal: a person may look into the list, or into another post, while writing.
        room = self.screen().availableGeometry().size()
        self.resize(QSize(_WIDTH, _HEIGHT).boundedTo(room))
        self.show()

    # While typing

    def _go_to_text(self) -> None:
        self._tabs.write()
        self._body.setFocus(Qt.FocusReason.OtherFocusReason)

    def _propose_slug(self, title: str) -> None:
        # An address that exists is linked to from elsewhere; only a new post's follows its title.
        if self._slug_follows:
            self._slug.propose(operations.posts.propose_slug(title))

    def _slug_typed(self, slug: str) -> None:
        self._slug_follows = self.state.id is None and not slug

    def _advise_slug(self, told: str, free: str) -> None:
        field = self.form["slug"]
        if field.error == told:
            field.show_error(f"{told} “{free}” is free.")

    def _mark_inactive(self, person: UserChoice | None) -> None:
        inactive = person is not None and not person.is_active
        self.form["author_id"].row.set_aside("Inactive" if inactive else "")

    # Layout

    def lay_out(self) -> None:
        hint = KeyHint("Ctrl+Return", "save")
        buttons = button_box(self.save_button, self.cancel_button)
        foot = footer([self.walk_bar, self.drafting.line], buttons, [self._words, hint])
        frame(self, [self.elsewhere.line, self.trouble, self.content], foot, grows=self.content)

    def fit(self) -> None:
        # The text gives room to whatever else wants it.
        return

    # Qt's overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter in a field must not save and close a long text half-written.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The style sheet takes fonts away from a widget when it is polished for the first time.
        self._take_fonts()


def _title_problem(text: str) -> str | None:
    return values.line_problem(text, values.TITLE_MAX)


def _body_problem(text: str) -> str | None:
    problem = values.text_problem(text, multiline=True)
    if problem is None and len(text) > values.BODY_MAX_BYTES // 4:
        over = len(text.encode()) - values.BODY_MAX_BYTES
        return f"is {over:,} bytes too large. Shorten it, or split the post." if over > 0 else None
    return problem


def _status_label(word: str | None) -> str:
    look = STATUS.get(word or "")
    return look.label if look else word or ""
