"""A host with a program of its own: wrangler, netlify, firebase, lftp, rclone.

The program gets a folder; success is judged by the public site, not by the exit code.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace

from publish.deploy import built, verify
from publish.deploy.plan import Plan, Remote
from publish.deploy.programs import Failed, run
from publish.deploy.release import Record, Release, decoded, encoded
from publish.deploy.response_headers import headers
from publish.deploy.targets import Place, Target
from publish.errors import ConfigError, Refused
from publish.post.files import write_whole


class Command(Target):
    """``command``: a list of words; ``{output}`` in one becomes the folder to put up."""

    keep = 1

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.words = place.words("command")
        if not any("{output}" in word for word in self.words):
            raise place.wrong(
                "command",
                "does not say where the site is",
                'put "{output}" in the place of the folder',
            )
        self.memory = place.cache / "record.json"

    def additions(self, release: Release) -> Mapping[str, bytes]:
        """``_headers``, and ``_redirects`` as Cloudflare writes them."""
        found = {}
        if "_headers" not in release.files:
            found["_headers"] = headers(release)
        if "_redirects" in release.files and any("wrangler" in word for word in self.words):
            rules = built.content(self.place.output, release, "_redirects")
            found["_redirects"] = rules.replace(b"  301!\n", b"  301\n")
        return found

    def read(self) -> Remote:
        """The release named by the public site's marker, with this machine's record of it."""
        try:
            known = decoded(self.memory.read_bytes(), str(self.memory))
        except (OSError, Refused):
            known = Record()
        if self.place.siteurl:
            release, source, moment = verify.marker(self.place.siteurl)[0]
            if release and release != known.release:
                known = Record(release, source, moment)
            elif not release:
                known = Record()
        if not known.release:
            return Remote()
        return Remote(known, known.files, (), known.release + known.source)

    def put(self, release: Release, plan: Plan, remote: Remote, record: Record) -> None:
        """Hand the folder to the program."""
        with built.frozen(self.place.output, release, self.place.cache / "site") as folder:
            self.place.say(f"{self.words[0]} is at work")
            words = [word.replace("{output}", str(folder)) for word in self.words]
            try:
                run(words, cwd=self.place.root, remedy="fix that, then run it again")
            except Failed:
                url = self.place.siteurl
                if not url or verify.live(url) != release.id:
                    raise
        files = {path: file.sha256 for path, file in release.files.items()}
        self.write_record(replace(record, files=files))

    def probe(self) -> None:
        """Check that the program is installed; no more can be tested without deploying.

        Raises:
            ConfigError: it is not.
        """
        if not shutil.which(self.words[0]):
            raise ConfigError(f"{self.words[0]} is not installed", f"install {self.words[0]}")

    def write_record(self, record: Record) -> None:
        """Write the record on this machine; others read the public marker."""
        write_whole(self.memory, encoded(record))
