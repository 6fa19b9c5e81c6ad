"""The author's page on loopback: what goes out next, what is still wrong, and the acts on it.

A view never writes. What is shown comes from a snapshot (``model``) that one thread keeps
(``reader``); what is done goes through ``office``, by one thread too (``acts``), and only by a
POST that ``guard`` has let in.
"""
