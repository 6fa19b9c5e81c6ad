"""The acts of the command line and the desk, each as a question to confirm and a function that
performs it.

``acts.ask`` returns what an act would do; ``acts.do`` performs it if that is unchanged. The command
line and the desk use these two calls alone, so their words and effects are the same. An unattended
run calls ``sending.send_due``, which does not ask.
"""
