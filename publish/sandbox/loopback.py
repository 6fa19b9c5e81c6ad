"""Which names mean this machine and no other."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether ``host``, with or without a port, as a Host header has it, is this machine.

    A name that is only looked up to be loopback does not count: a web page could point one of
    its own at 127.0.0.1 and read the inbox. An IPv6 address stands in brackets.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
