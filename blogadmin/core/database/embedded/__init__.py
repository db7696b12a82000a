"""A private PostgreSQL for this person: made on first use, shared by all their programs, then stopped.

How it keeps its promises, and where:

``failure``    the one exception, in an editor's words
``binaries``   which PostgreSQL of this computer is used
``root``       how the server runs when the person is root, whom PostgreSQL refuses
``lock``       locks that the kernel gives back when their holder dies, however it dies
``cluster``    the folder of one server: made whole or not at all; its settings
``caretaker``  stops a server whose last program was killed and never came back
``postmaster`` whether the server runs, launching it, shutting it down
``server``     what a program sees: start or join, connect, leave

Nothing here believes a process number. Numbers are used again, and a killed process may keep its own
for as long as nobody collects it. A server lives when its lock is held, and answers when a connection
succeeds; a program uses it while the program's own connection stands. The kernel ends all three.
"""

from __future__ import annotations

from blogadmin.core.database.embedded.failure import EmbeddedServerError
from blogadmin.core.database.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer", "EmbeddedServerError"]
