"""The unattended run: publishes and mails what is due, whatever state it starts from."""
