"""Stands in for Messages: keeps what was said, and answers questions as a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from blogadmin.gui.control.messages import Choice, Messages


@dataclass(frozen=True)
class Toast:
    """A short note; ``act()`` presses its action."""

    text: str
    action: str | None = None
    on_action: Callable[[], object] | None = None

    def act(self) -> None:
        assert self.on_action is not None, f"the note {self.text!r} offers nothing"
        self.on_action()


@dataclass(frozen=True)
class Error:
    """An error box."""

    parent: QWidget | None
    title: str
    text: str
    details: str = ""


@dataclass
class Ask:
    """A question; ``answer(key)`` presses the button of that key."""

    parent: QWidget | None
    title: str
    text: str
    choices: Sequence[Choice]
    answered: Callable[[str], object]
    details: str = ""
    answers: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [choice.key for choice in self.choices]

    def answer(self, key: str) -> None:
        assert key in self.keys, f"{key!r} is none of {self.keys}"
        assert not self.answers, f"already answered: {self.answers}"
        self.answers.append(key)
        self.answered(key)


class Recorder(Messages):
    """Says nothing on the screen.

    Questions stay open until ``asks[-1].answer(key)``; ``answer_with(key, …)`` answers the next ones by
    itself, from the event loop as a person would.
    """

    def __init__(self) -> None:
        super().__init__()
        self.toasts: list[Toast] = []
        self.statuses: list[str] = []
        self.errors: list[Error] = []
        self.asks: list[Ask] = []
        self.bugs: list[BaseException] = []
        self._coming: list[str] = []

    def answer_with(self, *keys: str) -> None:
        self._coming += keys

    def toast(
        self, text: str, *, action: str | None = None, on_action: Callable[[], object] | None = None
    ) -> None:
        self.toasts.append(Toast(text, action, on_action))

    def status(self, text: str) -> None:
        self.statuses.append(text)

    def error(self, parent: QWidget | None, title: str, text: str, details: str = "") -> None:
        self.errors.append(Error(parent, title, text, details))

    def ask(
        self,
        parent: QWidget | None,
        title: str,
        text: str,
        choices: Sequence[Choice],
        answered: Callable[[str], object],
        *,
        details: str = "",
    ) -> None:
        question = Ask(parent, title, text, choices, answered, details)
        self.asks.append(question)
        if self._coming:
            key = self._coming.pop(0)
            QTimer.singleShot(0, lambda: question.answer(key))

    def bug(self, exc: BaseException) -> None:
        self.bugs.append(exc)
