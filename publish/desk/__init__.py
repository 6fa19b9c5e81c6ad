"""The author's page on loopback: what goes out next, what is still wrong, and acts on both.

A view never writes. Pages are drawn from a snapshot (``model``) that one thread updates
(``reader``); acts go through ``office``, also in one thread (``acts``), and only by a POST that
``guard`` has accepted.
"""
