"""A small TCP proxy before the server that fails on demand. Loopback only, one thread, no remains."""

from __future__ import annotations

import contextlib
import queue
import selectors
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy import make_url

# The client's request to encrypt; the proxy must be able to read what passes.
_SSL_REQUESTS = (struct.pack("!II", 8, 80877103), struct.pack("!II", 8, 80877104))
_STUCK_AFTER = 5.0


class Link:
    """One client and its server."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.tail = b""
        self.cut_on_answer = False
        self.leads_nowhere = False

    def other(self, one: socket.socket) -> socket.socket:
        return self.server if one is self.client else self.client


class FaultProxy:
    """Stands between a client and the PostgreSQL server of ``url``; connect to ``proxy.url`` instead.

    It passes everything until told otherwise. Each order holds until the next one and is in force when its
    method returns. ``struck`` is set when a cut or loss has happened.
    """

    def __init__(self, url: str, listener: socket.socket | None = None) -> None:
        """``listener``: where to listen, instead of a port of this computer's own; closed in the end."""
        self._target = make_url(url)
        self.struck = threading.Event()
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], threading.Event]] = queue.SimpleQueue()
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._links: list[Link] = []
        self._listener = listener
        self._host, self._port = ("127.0.0.1", 0) if listener is None else listener.getsockname()
        self._swallowing = False
        self._only_login = False
        self._pattern = b""
        self._cut_before = True
        self._losing = False
        self._running = True
        self._thread = threading.Thread(target=self._serve, name="fault-proxy")

    def __enter__(self) -> Self:
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._listen()
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _exc: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._order(self._stop)
        self._thread.join()
        self._wake.close()
        self._woken.close()
        self._selector.close()

    @property
    def url(self) -> str:
        """The address to connect to: the target's database and login, the proxy's host and port."""
        query = {name: value for name, value in self._target.query.items() if name not in ("host", "port")}
        url = self._target.set(drivername="postgresql", host=self._host, port=self._port, query=query)
        return url.render_as_string(hide_password=False)

    @property
    def open_links(self) -> int:
        """How many connections pass through right now."""
        counted: list[int] = []
        self._order(lambda: counted.append(len(self._links)))
        return counted[0]

    def pass_through(self) -> None:
        """Forward everything; a black hole's swallowed bytes stay lost."""
        self._order(self._pass)

    def refuse(self) -> None:
        """Refuse new connections, as a host whose server is stopped; those that are open stay."""
        self._order(self._close_listener)

    def swallow(self) -> None:
        """Become a black hole: take every byte and every new connection, and never answer."""
        self._order(self._swallow)

    def lose_other_halves(self) -> None:
        """Let every connection that is open lead nowhere, for good; new ones pass."""
        self._order(self._lose)

    def let_in_and_swallow(self) -> None:
        """As a pooler without a server: let everybody log in, and answer no question."""
        self._order(self._answer_logins)

    def cut_before(self, pattern: bytes) -> None:
        """Cut the connection on which the client sends ``pattern``, before the server sees it."""
        self._order(lambda: self._watch_for(pattern, before=True))

    def cut_after(self, pattern: bytes) -> None:
        """Let the server receive and answer ``pattern``, and cut before the client hears the answer."""
        self._order(lambda: self._watch_for(pattern, before=False))

    def lose_before(self, pattern: bytes) -> None:
        """Let the connection on which the client sends ``pattern`` lead nowhere from there on, uncut."""
        self._order(lambda: self._watch_for(pattern, before=True, losing=True))

    def lose_after(self, pattern: bytes) -> None:
        """Let the server receive and answer ``pattern``; the answer, and all that follows, leads nowhere."""
        self._order(lambda: self._watch_for(pattern, before=False, losing=True))

    def kill(self) -> None:
        """Cut every connection that is open now."""
        self._order(self._kill)

    # Everything below runs in the proxy's own thread, except _order.

    def _order(self, act: Callable[[], None]) -> None:
        done = threading.Event()
        self._orders.put((act, done))
        self._wake.send(b"!")
        assert done.wait(2 * _STUCK_AFTER), "the proxy hangs"

    def _serve(self) -> None:
        while self._running:
            for key, _events in self._selector.select():
                if key.fileobj is self._woken:
                    self._obey()
                elif key.fileobj is self._listener:
                    self._accept()
                elif key.data in self._links and isinstance(key.fileobj, socket.socket):
                    self._move(key.data, key.fileobj)

    def _obey(self) -> None:
        self._woken.recv(4096)
        while not self._orders.empty():
            act, done = self._orders.get()
            act()
            done.set()

    def _listen(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server((self._host, self._port))
            self._port = self._listener.getsockname()[1]
        self._selector.register(self._listener, selectors.EVENT_READ)

    def _accept(self) -> None:
        assert self._listener is not None
        client, _address = self._listener.accept()
        link = Link(client, self._dial())
        for one in (link.client, link.server):
            one.settimeout(_STUCK_AFTER)
            self._selector.register(one, selectors.EVENT_READ, link)
        self._links.append(link)

    def _dial(self) -> socket.socket:
        host = self._target.query.get("host") or self._target.host or "127.0.0.1"
        port = int(str(self._target.query.get("port") or self._target.port or 5432))
        if str(host).startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{host}/.s.PGSQL.{port}")
            return server
        return socket.create_connection((str(host), port))

    def _move(self, link: Link, source: socket.socket) -> None:
        try:
            data = source.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._cut(link)
        elif source is link.client and data in _SSL_REQUESTS:
            source.sendall(b"N")
        elif source is link.client and self._only_login and data[:1] == b"Q":
            link.leads_nowhere = True
        elif not (self._swallowing or link.leads_nowhere):
            self._forward(link, source, data)

    def _forward(self, link: Link, source: socket.socket, data: bytes) -> None:
        if source is link.client and self._pattern:
            seen = link.tail + data
            link.tail = seen[-len(self._pattern) :]
            if self._pattern in seen:
                link.tail = b""
                if self._cut_before:
                    self._strike(link)
                    return
                link.cut_on_answer = True
        elif source is link.server and link.cut_on_answer:
            self._strike(link)
            return
        try:
            link.other(source).sendall(data)
        except OSError:
            self._cut(link)

    def _strike(self, link: Link) -> None:
        # In this order: the client wakes as soon as it is cut.
        self.struck.set()
        if self._losing:
            link.leads_nowhere = True
        else:
            self._cut(link)

    def _cut(self, link: Link) -> None:
        self._links.remove(link)
        for one in (link.client, link.server):
            self._selector.unregister(one)
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _pass(self) -> None:
        self._swallowing = self._only_login = False
        self._pattern = b""
        if self._listener is None:
            self._listen()

    def _swallow(self) -> None:
        self._pass()
        self._swallowing = True

    def _lose(self) -> None:
        for link in self._links:
            link.leads_nowhere = True

    def _answer_logins(self) -> None:
        self._pass()
        self._only_login = True
        self._lose()

    def _watch_for(self, pattern: bytes, *, before: bool, losing: bool = False) -> None:
        self._pass()
        self._losing = losing
        self.struck.clear()
        self._pattern = pattern
        self._cut_before = before

    def _kill(self) -> None:
        for link in tuple(self._links):
            self._cut(link)

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _stop(self) -> None:
        self._running = False
        self._close_listener()
        self._kill()
