"""A network of its own between client and server, from which every packet can vanish without a word."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_NEWNET = 0x40000000
_NOBODY = "02:00:00:00:00:99"


class NoNetwork(Exception):
    """Why this computer cannot make one."""


class DeadEnd:
    """A cable (veth) to a namespace; ``listener`` is a socket at its far end. Needs root.

    ``cut`` sends the packets of both ends to nobody: there is no answer, no refusal and no loss of carrier,
    as when a switch on the way dies. ``mend`` puts it back.
    """

    def __init__(self) -> None:
        """Raises ``NoNetwork`` where there is no right or no tool to make one."""
        if os.geteuid() != 0 or shutil.which("ip") is None:
            raise NoNetwork("needs root and ip to make a network namespace")
        self._name = f"ba{os.getpid() % 100_000}"
        self._near, self._far = f"{self._name}n", f"{self._name}f"
        net = f"198.18.{os.getpid() % 250}"
        self._near_address, self._far_address = f"{net}.1", f"{net}.2"

    def __enter__(self) -> Self:
        try:
            self._build()
        except (subprocess.CalledProcessError, OSError) as exc:
            self._tear_down()
            raise NoNetwork(f"cannot make a network namespace here: {exc}") from exc
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _exc: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._tear_down()

    def cut(self) -> None:
        """Let every packet vanish."""
        self._address_to(_NOBODY, _NOBODY)

    def mend(self) -> None:
        """Let packets arrive again."""
        self._address_to(self._far_mac, self._near_mac)

    def _build(self) -> None:
        _ip("netns", "add", self._name)
        _ip("link", "add", self._near, "type", "veth", "peer", "name", self._far, "netns", self._name)
        _ip("addr", "add", f"{self._near_address}/24", "dev", self._near)
        _ip("link", "set", self._near, "up")
        self._there("addr", "add", f"{self._far_address}/24", "dev", self._far)
        self._there("link", "set", self._far, "up")
        self._near_mac = Path(f"/sys/class/net/{self._near}/address").read_text("ascii").strip()
        self._far_mac = self._there("-br", "link", "show", self._far).split()[2]
        self.mend()
        self.listener = self._listen()

    def _listen(self) -> socket.socket:
        # A socket belongs to the namespace of the thread that made it, wherever it is used.
        made: list[socket.socket] = []

        def make() -> None:
            with Path(f"/run/netns/{self._name}").open("rb") as space:
                if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), _NEWNET) == 0:
                    made.append(socket.create_server((self._far_address, 0)))

        maker = threading.Thread(target=make)
        maker.start()
        maker.join()
        if not made:
            raise OSError("setns was refused")
        return made[0]

    def _address_to(self, far: str, near: str) -> None:
        _ip("neigh", "replace", self._far_address, "lladdr", far, "dev", self._near, "nud", "permanent")
        self._there(
            "neigh", "replace", self._near_address, "lladdr", near, "dev", self._far, "nud", "permanent"
        )

    def _there(self, *arguments: str) -> str:
        return _ip("-n", self._name, *arguments)

    def _tear_down(self) -> None:
        for what in (("link", "del", self._near), ("netns", "del", self._name)):
            subprocess.run(["ip", *what], check=False, capture_output=True)


def _ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout
