"""Keeps what is typed and not saved in files of this computer, one for each dialog that has any.

A file belongs to the program that holds the lock beside it. A lock outlives its program when that is killed;
the next one sees that nobody runs under its number any more and takes the file over.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from blogadmin.core import queries
from blogadmin.gui.control.draft import Broken, Draft, Newer, encoded, read, written

if TYPE_CHECKING:
    from blogadmin.gui.control.messages import Messages
    from blogadmin.gui.control.tasks import Tasks

log = logging.getLogger(__name__)

_UNFINISHED = ".new"
_ASIDE = ".broken"

_Waiting: TypeAlias = tuple[Draft, Mapping[str, Callable[[], str]]]
"""A draft to be written, and the texts that it does not hold yet."""


@dataclass(frozen=True, slots=True)
class Free:
    """A draft that no program holds, and the name it is asked for by."""

    token: str
    draft: Draft


class Kept:
    """The file of one dialog's draft, held by this program.

    Writes happen on a worker, one after the other; of those that wait only the newest is done. ``told`` is
    called in the window's thread after each: when what is kept was typed, or ``None`` and why it is not.
    """

    def __init__(self, drafts: Drafts, folder: Path, token: str, held: QLockFile | None = None) -> None:
        self.told: Callable[[datetime | None, str], object] | None = None
        self._drafts = drafts
        self._folder = folder
        self._token = token
        self._held = held
        self._path: Path | None = None
        self._base: tuple[object, bytes] = (None, b"")
        self._turn = threading.Lock()
        self._next: _Waiting | None = None
        self._queued = self._writing = self._over = False

    @property
    def token(self) -> str:
        """The file's name among others."""
        return self._token

    def put(self, draft: Draft, texts: Mapping[str, Callable[[], str]] | None = None) -> None:
        """Keep ``draft`` in place of what was kept before. Returns at once.

        ``texts`` are more of the draft's, long ones that are put together on the worker.
        """
        with self._turn:
            self._next = (draft, texts or {})
            ask, self._queued = not self._queued, True
        if ask:
            self._drafts.tasks.run(self._write_all, self._report, owner=self._drafts)

    def remove(self) -> None:
        """What was typed is saved, or nobody wants it: nothing of it stays on the disk."""
        with self._turn:
            self._over, self._next, self.told = True, None, None
            # Whoever writes now clears up afterwards; to wait for the disk here would stop the window.
            if not self._writing:
                self._erase()

    def release(self) -> None:
        """Leave the file for whoever wants it next."""
        self.told = None
        if self._held is not None:
            self._held.unlock()

    def adopt(self, path: Path) -> Draft | None:
        """Take over a file whose lock is held; ``None`` when there is nothing in it to be used."""
        self._path = path
        found = _content(path)
        if found is None:
            self.release()
        return found

    # On a worker

    def _write_all(self) -> tuple[datetime | None, str]:
        answer: tuple[datetime | None, str] = (None, "")
        while (waiting := self._begin()) is not None:
            draft, late = waiting
            try:
                self._write(
                    replace(draft, texts={**draft.texts, **{name: text() for name, text in late.items()}})
                )
                answer = (draft.typed_at, "")
            except OSError as exc:
                answer = (None, exc.strerror or type(exc).__name__)
            finally:
                self._end()
        return answer

    def _begin(self) -> _Waiting | None:
        """The newest draft that waits, or ``None``: then the next ``put`` asks for a worker again."""
        with self._turn:
            waiting, self._next = self._next, None
            self._writing = self._queued = waiting is not None
            return waiting

    def _end(self) -> None:
        with self._turn:
            self._writing = False
            if self._over:
                self._erase()

    def _write(self, draft: Draft) -> None:
        _private(self._folder)
        if self._held is None:
            self._held = _lock(self._folder, self._token)
            if self._held is None:
                raise OSError(0, "its lock cannot be made")
        if self._base[0] is not draft.base:
            self._base = (draft.base, b"".join(encoded(draft.base)))
        row = "new" if draft.row_id is None else draft.row_id
        path = self._folder / f"{draft.noun}-{row}-{self._token}.json"
        put_in_place(path, written(draft, self._base[1]))
        if self._path not in (None, path):
            # It was a row that is gone; now it is a new one.
            self._path.unlink(missing_ok=True)
        self._path = path

    def _erase(self) -> None:
        with suppress(OSError):
            for path in self._folder.glob(f"*-{self._token}.*"):
                path.unlink(missing_ok=True)
        if self._held is not None:
            self._held.unlock()

    # In the window's thread

    def _report(self, answer: tuple[datetime | None, str]) -> None:
        when, problem = answer
        if problem or when is not None:
            self._drafts.note(problem)
            if self.told is not None:
                self.told(when, problem)


class Drafts(QObject):
    """The drafts for the database that is open now. All methods belong to the window's thread.

    ``folder`` says where drafts of all databases lie; it may make the folder and raise ``OSError``.

    Signals:
        offered: a tuple of ``Free``, what earlier programs left for the database that was just opened.
        taken: the token of a draft that a dialog of this program works on now.
    """

    offered = Signal(object)
    taken = Signal(str)

    def __init__(
        self, tasks: Tasks, messages: Messages, folder: Callable[[], Path], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.tasks = tasks
        self._messages = messages
        self._root = folder
        self._place: Path | None = None
        self._said = False
        tasks.database_changed.connect(self._another_database)
        tasks.connection_restored.connect(self._ask)
        self._another_database()

    @property
    def ready(self) -> bool:
        """Whether it is known where drafts belong."""
        return self._place is not None

    def begin(self) -> Kept | None:
        """A new file, which comes to be with its first ``put``; ``None`` while not ``ready``."""
        return None if self._place is None else Kept(self, self._place, uuid.uuid4().hex)

    def take(self, noun: str, row_id: int) -> tuple[Kept, Draft] | None:
        """Hold the newest free draft of a row from now on; ``None`` when there is none."""
        return self._take(f"{noun}-{row_id}-*.json")

    def take_free(self, free: Free) -> tuple[Kept, Draft] | None:
        """Hold a draft that was offered; ``None`` when another program has it or it is gone."""
        return self._take(f"*-{free.token}.json")

    def discard(self, free: Free) -> None:
        """Delete a draft that was offered, unless another program has taken it meanwhile."""
        found = self.take_free(free)
        if found is not None:
            found[0].remove()

    def look(self) -> None:
        """Look for drafts that nobody holds; ``offered`` tells them."""
        place = self._place
        if place is not None:
            self.tasks.run(lambda: left_behind(place), self._found, owner=self)

    def note(self, problem: str) -> None:
        """Tell the person once that nothing can be kept, and again only after it could."""
        if problem and not self._said:
            self._messages.status(f"What you type cannot be kept on this computer: {problem}.")
        self._said = bool(problem)

    def _take(self, pattern: str) -> tuple[Kept, Draft] | None:
        for path in _newest_first(self._place, pattern):
            token = _token(path)
            held = _lock(path.parent, token)
            if held is None:
                continue
            kept = Kept(self, path.parent, token, held)
            draft = kept.adopt(path)
            if draft is not None:
                self.taken.emit(token)
                return kept, draft
        return None

    def _another_database(self) -> None:
        self._place = None
        # After the pages have asked for their rows: those are waited for.
        QTimer.singleShot(0, self, self._ask)

    def _ask(self) -> None:
        if self._place is None and self.tasks.database is not None:
            self.tasks.read(
                "drafts",
                _database_id,
                self._known,
                lambda _error: None,
                owner=self,
                patient=True,
            )

    def _known(self, database: str) -> None:
        try:
            root = self._root()
        except OSError as exc:
            self.note(exc.strerror or type(exc).__name__)
            return
        self._place = root / hashlib.sha256(database.encode()).hexdigest()[:32]
        self.look()

    def _found(self, free: tuple[Free, ...]) -> None:
        self.offered.emit(free)


def put_in_place(path: Path, pieces: Iterable[bytes]) -> None:
    """Put a file in the place of an older one, whole or not at all, readable by this person only.

    Raises ``OSError``. Not QSaveFile: its ``commit`` keeps Python's lock while the disk is waited for, so
    the window would stand still also when another thread calls it.
    """
    unfinished = path.with_suffix(_UNFINISHED)
    unfinished.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(unfinished, flags, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor, no path
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _private(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _lock(folder: Path, token: str) -> QLockFile | None:
    """The lock of a draft if nobody has it. Whoever takes it lets go of it with ``unlock``."""
    lock = QLockFile(str(folder / f"{token}.lock"))
    # However old: only a program that has ended gives its drafts away.
    lock.setStaleLockTime(0)
    return lock if lock.tryLock(0) else None


def _token(path: Path) -> str:
    return path.stem.rpartition("-")[2]


def _newest_first(place: Path | None, pattern: str) -> list[Path]:
    if place is None:
        return []
    dated: list[tuple[float, Path]] = []
    for path in place.glob(pattern):
        # Another program may end its work and remove it at any time.
        with suppress(OSError):
            dated.append((path.stat().st_mtime, path))
    return [path for _when, path in sorted(dated, reverse=True)]


def _content(path: Path) -> Draft | None:
    """The draft in a file whose lock is held; a file that is none is put aside, one that is newer left."""
    try:
        return read(path.read_bytes())
    except Broken:
        log.warning("A draft could not be read and was put aside.")
        with suppress(OSError):
            path.replace(path.with_suffix(_ASIDE))
    except (Newer, OSError):
        pass
    return None


def left_behind(place: Path) -> tuple[Free, ...]:
    """Every draft that nobody holds, the newest first. Clears up after programs that were killed."""
    found = []
    for path in _newest_first(place, "*.json"):
        held = _lock(place, _token(path))
        if held is not None:
            draft = _content(path)
            held.unlock()
            if draft is not None:
                found.append(Free(_token(path), draft))
    for path in [*place.glob(f"*{_UNFINISHED}"), *place.glob("*.lock")]:
        held = _lock(place, _token(path))
        if held is not None:
            if path.suffix == _UNFINISHED:
                path.unlink(missing_ok=True)
            held.unlock()
    return tuple(found)


def _database_id(session: Any) -> str:
    # Named here, its module is loaded by the worker.
    return queries.identity.database_id(session)
