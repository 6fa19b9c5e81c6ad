"""Question and act as data: between the command line or the desk and the rooms.

``acts.ask`` says what an act would do and binds it; ``acts.do`` performs it if that still holds.
The command line and the desk show and do through these two calls alone, so what they say and what
they leave behind is the same. ``sending.send_due`` is what an unattended run does without asking.
"""
