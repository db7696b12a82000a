"""Which server to use: an address pasted whole or typed in parts, tried before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator, QShowEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from blogadmin.core.database.errors import KnownError, NotPermitted
from blogadmin.core.hosts import in_query
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.frame import USER_WIDTH, button_box, column, footer, frame, row
from blogadmin.gui.dialogs.password_field import PasswordField
from blogadmin.gui.dialogs.step_report import Step, StepReport
from blogadmin.gui.widgets.banner import Banner
from blogadmin.gui.widgets.buttons import plain_button, primary_button
from blogadmin.gui.widgets.field import FormField
from blogadmin.gui.widgets.labels import Label

_SCHEMA = {
    "current": Step("ok", "Ready", "The blog can be opened."),
    "empty": Step("warn", "Empty", "You will be asked what to put into the database."),
    "foreign": Step("warn", "Not adopted", "You will be asked before anything is added."),
    "older": Step("warn", "Schema is older", "You will be asked before it is upgraded."),
    "newer": Step("warn", "Schema is newer", "You can look, but change nothing."),
}


class ConnectDialog(QDialog):
    """Asks for a server. The password is used for the connection and kept nowhere.

    ``probe`` opens an address, blocks, and answers with what was found there.

    Signals:
        chosen: the address, once it has answered.
    """

    chosen = Signal(str)

    def __init__(self, services: Services, parent: QWidget, *, probe: Callable[[str], Any]) -> None:
        super().__init__(parent)
        self._services = services
        self._probe = probe
        self.setObjectName("connectDialog")
        self.setWindowTitle("Connect to a server – blogadmin")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(USER_WIDTH)
        self._trouble = Banner("bad", self, closable=False)
        self._trouble.setObjectName("errorMessage")
        self._report = StepReport(self)
        self._fields: dict[str, QLineEdit] = {}
        self.test_button = plain_button("Test", "testButton", parent=self)
        self.connect_button = primary_button("Connect", "connectButton", parent=self)
        self.cancel_button = plain_button("Cancel", "cancelButton", parent=self)
        self._lay_out()
        self._connect()

    def address(self) -> str:
        """The address that the fields describe, as a URL; empty while the server or database is missing."""
        part = {name: field.text().strip() for name, field in self._fields.items()}
        if self._missing():
            return ""
        password = self._fields["password"].text()
        login = quote(part["user"], safe="") + (f":{quote(password, safe='')}" if password else "")
        port = f":{part['port']}" if part["port"] else ""
        host = f"[{part['host']}]" if ":" in part["host"] else part["host"]
        at = "@" if login else ""
        name = quote(part["database"], safe="")
        return f"postgresql://{login}{at}{host}{port}/{name}{self._extra}"

    # Making

    def _lay_out(self) -> None:
        self._extra = ""
        self._whole = self._field("url", "postgresql://user@host/database")
        self._forms = {
            "url": self._form("url", "Address", help_text="Paste it here, or fill in the parts below."),
            "host": self._form("host", "Server", "db.example.org", required=True),
            "port": self._form("port", "Port", "5432"),
            "database": self._form("database", "Database", "blog", required=True),
            "user": self._form("user", "User", ""),
            "password": self._form(
                "password", "Password", "", help_text="Used for this connection and kept nowhere."
            ),
        }
        self._fields.pop("url")
        self._fields["port"].setValidator(QIntValidator(1, 65535, self))
        body = QWidget(self)
        form = self._forms
        layout = column(Label("Connect to a server", role="dialog_title", parent=self), form["url"])
        layout.addLayout(row(form["host"], form["port"]))
        layout.addWidget(form["database"])
        layout.addLayout(row(form["user"], form["password"]))
        layout.addWidget(self._report)
        body.setLayout(layout)
        box = button_box(self.connect_button, self.cancel_button, self.test_button)
        frame(self, [self._trouble, body], footer([], box))
        self.connect_button.setDefault(True)

    def _field(self, name: str, placeholder: str) -> QLineEdit:
        field = self._fields[name] = PasswordField(self) if name == "password" else QLineEdit(self)
        field.setObjectName(name)
        field.setPlaceholderText(placeholder)
        return field

    def _form(
        self, name: str, label: str, placeholder: str = "", *, required: bool = False, help_text: str = ""
    ) -> FormField:
        field = self._fields.get(name) or self._field(name, placeholder)
        return FormField(label, field, required=required, help_text=help_text, name=name)

    def _connect(self) -> None:
        self._whole.textChanged.connect(self._take_apart)
        self.test_button.clicked.connect(lambda: self._try(self._show_found))
        self.connect_button.clicked.connect(lambda: self._try(self._choose))
        self.cancel_button.clicked.connect(self.reject)

    # Working

    def _take_apart(self, text: str) -> None:
        try:
            parts = urlsplit(in_query(text.strip()))
            port = parts.port
        except ValueError:
            self._forms["url"].set_error("This is not an address: postgresql://user@host/database.")
            return
        if not parts.scheme.startswith("postgres"):
            wrong = bool(text.strip()) and "://" in text
            self._forms["url"].set_error(
                "An address of PostgreSQL begins with postgresql://." if wrong else None
            )
            return
        self._forms["url"].set_error(None)
        self._extra = f"?{parts.query}" if parts.query else ""
        values = {
            "host": parts.hostname or "",
            "port": str(port or ""),
            "database": unquote(parts.path.lstrip("/")),
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
        }
        if parts.password is None and values["user"] == self._fields["user"].text():
            # It may have been in what was typed so far, before it was hidden.
            del values["password"]
        for name, value in values.items():
            self._fields[name].setText(value)
        if parts.password is not None:
            self._hide_password(parts)

    def _hide_password(self, parts: SplitResult) -> None:
        # It has gone into its own field; here anybody who passes could read it.
        login, _at, place = parts.netloc.rpartition("@")
        shown = parts._replace(netloc=f"{login.partition(':')[0]}@{place}")
        self._whole.blockSignals(True)
        self._whole.setText(urlunsplit(shown))
        self._whole.blockSignals(False)

    def _missing(self) -> list[str]:
        """Fields that must be filled in and are not. An address may name the server as ``?host=…``, too."""
        elsewhere = {"host"} if "host=" in self._extra else set()
        wanted = [name for name in ("host", "database") if name not in elsewhere]
        return [name for name in wanted if not self._fields[name].text().strip()]

    def _try(self, found: Callable[[str, Any], object]) -> None:
        missing = self._missing()
        for name in ("host", "database"):
            label = self._forms[name].label.text()
            self._forms[name].set_error(f"{label} is required." if name in missing else None)
        if missing:
            self._fields[missing[0]].setFocus()
            return
        address = self.address()
        self._trouble.hide()
        self._set_busy(True)
        self._services.tasks.run(
            lambda: self._probe(address),
            lambda opened: self._answered(found, address, opened),
            self._failed,
            owner=self,
        )

    def _answered(self, found: Callable[[str, Any], object], address: str, opened: Any) -> None:
        self._set_busy(False)
        found(address, opened)

    def _show_found(self, _address: str, opened: Any) -> None:
        steps = [
            Step("ok", "Server reached", self._where()),
            Step("ok", "Encrypted")
            if opened.encrypted
            else Step("warn", "Not encrypted", "Others on the network may read along."),
            Step("ok", "Signed in", self._as_whom()),
            _SCHEMA[opened.state.kind],
        ]
        self._report.report(steps)

    def _where(self) -> str:
        host, port = (self._fields[name].text().strip() for name in ("host", "port"))
        return f"{host}:{port or 5432}" if host else ""

    def _as_whom(self) -> str:
        user = self._fields["user"].text().strip()
        return f"as {user}" if user else ""

    def _choose(self, address: str, _opened: Any) -> None:
        self._fields["password"].clear()
        self._whole.clear()
        self.chosen.emit(address)
        self.accept()

    def _failed(self, exc: Exception) -> None:
        self._set_busy(False)
        if not isinstance(exc, KnownError):
            self._report.report([])
            self._services.messages.bug(exc)
            return
        reached = isinstance(exc, NotPermitted)
        steps = [Step("ok", "Server reached", self._where())] if reached else []
        strong = "Not signed in" if reached else "Not connected"
        self._report.report([*steps, Step("bad", strong)])
        self._trouble.set_message(f"{strong}.", str(exc))
        (self._fields["password"] if reached else self._fields["host"]).setFocus()

    def _set_busy(self, busy: bool) -> None:
        for button in (self.test_button, self.connect_button):
            button.setEnabled(not busy)
        self.connect_button.setText("Connecting…" if busy else "Connect")

    # Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._whole.setFocus(Qt.FocusReason.OtherFocusReason)
