"""Tell systemd how this process is (sd_notify); without systemd every call does nothing.

The protocol is a datagram on the socket named by NOTIFY_SOCKET, see sd_notify(3).
"""

import logging
import os
import socket

_LOGGER = logging.getLogger(__name__)


def ready() -> None:
    """Start-up is over; those that are ordered after this service are started."""
    _send("READY=1")


def alive() -> None:
    """This process does its work; must come more often than `watchdog_s`."""
    _send("WATCHDOG=1")


def status(text: str) -> None:
    """One line for a person who asks for this service's state."""
    _send("STATUS=" + text.replace("\n", " "))


def stopping() -> None:
    """The end was asked for; the watchdog waits no more."""
    _send("STOPPING=1")


def watchdog_s() -> float | None:
    """Seconds within which `alive` must come, or this process is killed; None: nobody waits."""
    asked, process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID")
    if not asked.isdecimal() or int(asked) == 0 or process not in (None, str(os.getpid())):
        return None
    return int(asked) / 1e6


def _send(message: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    path = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
            door.settimeout(0)
            door.connect(path)
            door.send(message.encode())
    except OSError as error:  # init that does not listen is no reason to end calls
        _LOGGER.debug("notify: %s", error)
