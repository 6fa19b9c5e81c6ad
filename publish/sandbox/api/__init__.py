"""The Marketing API's resources, one module each, and their authorization."""

from __future__ import annotations

import base64
import binascii
import hmac

from publish.sandbox import SANDBOX_KEY
from publish.sandbox.problem import Problem
from publish.sandbox.request import Request


def authorize(request: Request) -> None:
    """Accept requests with the sandbox's key, as basic auth (any user) or as bearer.

    Raises:
        Problem: 401.
    """
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    key = rest.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key, validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            key = ""
    if not hmac.compare_digest(key.encode(), SANDBOX_KEY.encode()):
        what = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
        raise Problem(401, what)
