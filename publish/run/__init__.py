"""The unattended run: from whatever state is found, what is due becomes public and is mailed."""
