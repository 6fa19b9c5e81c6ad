"""Which names the preview answers to."""

from __future__ import annotations

import contextlib
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only if the user asks for it with --host


def family(host: str) -> socket.AddressFamily:
    """The kind of socket that listens on ``host``."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def own(header: str, host: str) -> bool:
    """Whether the Host ``header`` of a request names the server that listens on ``host``.

    A name can be pointed at this machine by anyone, an IP address cannot.
    """
    try:
        name = urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return False
    if name in (host.lower(), "localhost"):
        return True
    with contextlib.suppress(ValueError):
        return ip_address(name).is_loopback or host in EVERYWHERE
    return bool(name) and host in EVERYWHERE and name == socket.gethostname().lower()
