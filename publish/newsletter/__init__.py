"""Brings each issue to the audience exactly once.

``protocol`` decides (pure), ``service`` drives it, ``ledger`` stores the facts, ``mailchimp`` is
the one module that talks to Mailchimp. Nothing here renders: it takes finished bytes from a folder.
"""
