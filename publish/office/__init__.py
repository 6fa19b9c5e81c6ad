"""The acts of command line and desk: each is a question to confirm, and what performs it.

``acts.ask`` returns what an act would do; ``acts.do`` performs it if that is unchanged. The command
line and the desk use these two calls alone, so their words and effects are the same. An unattended
run calls ``sending.send_due``, which does not ask.
"""
