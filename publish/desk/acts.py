"""Answers the desk's POST requests: questions, answers, changes of a file, opening one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from time import time as clock
from typing import Any
from urllib.parse import quote, urlencode

from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from publish.desk import asking, editor, fields, fixes, pages, parts, photo, posts
from publish.desk.jobs import Job, Jobs, Stage
from publish.desk.log import Log
from publish.desk.model import Post
from publish.desk.parts import Button
from publish.desk.reader import Reader
from publish.desk.writing import EditConflict, Writer
from publish.errors import ConfigError, PublishError, Refused, as_publish_error
from publish.newsletter import schedule
from publish.office.question import Done
from publish.post import frontmatter
from publish.post.diagnostic import Diagnostic

PATIENCE = 1.5
"""Seconds a page waits for an act before it is shown as under way."""
NOTHING = "Nothing to do"
"""The title of an act that changed nothing."""


@dataclass
class Acts:
    """Answers POST requests. ``base`` begins every address."""

    reader: Reader
    office: asking.Office
    writer: Writer
    log: Log
    jobs: Jobs
    base: str
    start_editor: Callable[[list[str]], object] | None = None
    _tested: str = ""

    def answer(self, name: str, request: Request, **values: Any) -> Response:
        """The answer to a form: a redirection to the address below the key that ``do_…`` gives, or
        a page that says why not."""
        try:
            address: str = getattr(self, f"do_{name}")(request.form, request, **values)
        except EditConflict as found:
            return self._conflict(request, found)
        except (PublishError, OSError) as error:
            return self._refused(as_publish_error(error), request.form)
        return redirect(self.base + address, 303)

    # Values for pages.

    def job(self, id: str) -> Job | None:
        """An act by the id in a page's address."""
        return self.jobs.get(id) or self.jobs.busy

    def data(self, post: Post) -> bytes:
        """A post's bytes as they are in the file now; empty if the file is gone."""
        try:
            return self.writer.read(self.reader.settings, post)
        except ConfigError:
            return b""

    def test_to(self) -> str:
        """The address that the last test went to, else the sender's."""
        return self._tested or str(self.reader.settings.values.get("NEWSLETTER_REPLY_TO") or "")

    def fixable(self, post: Post, data: bytes) -> list[Diagnostic]:
        """The findings of a post for which there is an automatic fix of its bytes ``data``."""
        found = parts.findings(self.reader.current, post) or ()
        return [f for f in found if fixes.apply_fix(data, f) is not None]

    def fix_page(self, post: Post, args: Mapping[str, str]) -> dict[str, Any] | None:
        """The variables of the page that shows a fix; None if there is nothing left to fix."""
        found = self._fixed(post, args)
        if found is None:
            return None
        finding, data, made = found
        changes, digest = fixes.difference(data, made), posts.digest(data)
        return {"post": post, "finding": finding, "changes": changes, "digest": digest}

    # Questions and answers.

    def do_ask(self, form: Mapping[str, str], request: Request, act: str) -> str:
        """Ask about an act; a reversible one is done at once."""
        self._allowed()
        post = self.reader.current.post(form.get("post", ""))
        wish = asking.wish(act, form, post)
        if act == "test":
            self._tested = form.get("to", "")
        letter = form.get("letter", "")
        where = parts.href(post) if post else f"/letter/{quote(letter)}" if letter else "/"
        job = self.jobs.begin(act, where, wish, "One moment: looking how things stand")
        self.jobs.put(lambda: self._ask(job), job, PATIENCE)
        return _at(job, _typed(form))

    def do_confirm(self, form: Mapping[str, str], request: Request) -> str:
        """Perform the confirmed act, once."""
        self._allowed()
        job = self.jobs.answered(form.get("token", ""))
        asked = job.question if job else None
        if job is None or asked is None or asked.fingerprint != form.get("bound"):
            raise Refused(
                "this question was answered already, or asked again since",
                "look at the post; it says how things stand",
            )
        job.finish_stage("doing", asking.DOING.get(job.act, "Under way"))
        self.jobs.put(lambda: self._do(job), job, PATIENCE)
        return _at(job)

    def do_cancel(self, form: Mapping[str, str], request: Request) -> str:
        """Leave everything as it is."""
        job = self.jobs.answered(form.get("token", ""))
        if job is None:
            return "/"
        self.jobs.drop(job)
        self.log.note(asking.TITLES.get(job.act, job.act), "not now")
        return job.where

    def _ask(self, job: Job) -> None:
        try:
            found = self.office.ask(
                self.reader.settings, job.act, job.wish, partial(self._say, job)
            )
        except (PublishError, OSError) as error:
            refusal = as_publish_error(error)
            self._end(job, "refused", asking.REFUSED, (refusal.message, refusal.remedy))
            return
        if isinstance(found, Done):
            self._end(job, "done", NOTHING, found.lines)
        elif job.act in asking.DIRECT:
            job.question = found
            self._do(job)
        else:
            self.jobs.ask(job, found)

    def _do(self, job: Job) -> None:
        assert job.question is not None
        try:
            found = self.office.do(
                self.reader.settings,
                job.question,
                partial(self._say, job),
                partial(self._progress, job),
                self._countdown(job),
            )
        except (PublishError, OSError) as error:
            refusal = as_publish_error(error)
            titles = {} if error is not refusal else {1: asking.REFUSED, 4: asking.UNKNOWN}
            title = titles.get(refusal.code, asking.FAILED)
            # What was done before it failed has been said.
            done = (line for line in job.lines if line != job.progress_line)
            self._end(job, "refused", title, (*done, refusal.message, refusal.remedy))
        else:
            if isinstance(found, Done):
                if any(result.get("time") for result in found.results):
                    about = {"post": next(iter(job.wish.get("posts") or (job.wish["post"],)))}
                    job.after = (Button("Take it back…", to="/ask/undo", values=about),)
                title = asking.DONE.get(job.act, "Done") if found.results else NOTHING
                self._end(job, "done", title, found.lines)
            else:
                # The facts that were confirmed have changed.
                self.jobs.ask(job, found, again=True)
        self.reader.request_reading()

    def _end(self, job: Job, stage: Stage, title: str, lines: tuple[str, ...]) -> None:
        # The page that comes next shows what the act wrote.
        self.reader.read_files()
        said = tuple(filter(None, map(asking.with_buttons, lines)))
        what = asking.TITLES.get(job.act, job.act)
        self.log.note(title if stage == "done" else f"{what} {title}", stage, said)
        job.finish_stage(stage, title, said)

    def _say(self, job: Job, line: str) -> None:
        job.lines = (*job.lines[-4:], line)
        self.reader.notify()

    def _progress(self, job: Job, line: str, *, can_stop: bool = False) -> None:
        """Progress is a single line, which is replaced."""
        job.can_stop = can_stop
        if job.progress_line in job.lines[-1:]:
            job.lines = job.lines[:-1]
        job.progress_line = line
        self._say(job, line)

    def _countdown(self, job: Job) -> Callable[[str], None]:
        last = 0.0

        def countdown(line: str) -> None:
            nonlocal last
            before, last = last or clock(), clock()
            if job.stopping:
                raise Refused("stopped: nothing was sent", "send it when you like")
            if last - before > asking.SLEPT:
                raise Refused(
                    "this computer slept past the hour, so nothing was sent", "send it again"
                )
            self._progress(job, line, can_stop=True)

        return countdown

    def do_stop(self, form: Mapping[str, str], request: Request) -> str:
        """Stop a letter that waits here for its moment."""
        job = self.jobs.get(form.get("job", ""))
        if job is None or not job.can_stop:
            raise Refused("there is nothing to stop any more", "look at the post")
        job.stopping = True
        job.changed.clear()
        job.changed.wait(PATIENCE)
        return _at(job)

    # The file.

    def do_open(self, form: Mapping[str, str], request: Request) -> str:
        """Open a post in the author's editor."""
        post = self._post(form)
        line = photo.number(form.get("line", "")) or 1
        file = self.writer.file(self.reader.settings, post)
        editor.open_at(self.reader.settings.values, file, line, self.start_editor)
        return f"{parts.href(post)}?opened={line}"

    def do_fields(self, form: Mapping[str, str], request: Request) -> str:
        """Change header lines."""
        post = self._post(form)
        data = self.writer.read(self.reader.settings, post)
        zone = self.reader.current.zone
        made = fields.edited(data, form, datetime.now(UTC), zone)
        self._write(post, form, made, "Header lines changed")
        return f"{parts.href(post)}?open=fields#fields"

    def do_apply_fix(self, form: Mapping[str, str], request: Request) -> str:
        """Write a fix that was shown."""
        post = self._post(form)
        found = self._fixed(post, form)
        if found is None:
            raise Refused("there is nothing to fix there any more", "look at the post again")
        finding, _, made = found
        self._write(post, form, made, f"Fixed: {finding.message}")
        return parts.href(post)

    def do_photo(self, form: Mapping[str, str], request: Request) -> str:
        """Add a photo to a post: first its file, then the line that shows it."""
        post = self._post(form)
        settings = self.reader.settings
        given = request.files.get("photo")
        alt = " ".join(form.get("alt", "").split())
        if given is None or not given.filename:
            raise Refused("no photo came along", "choose one, then put it in")
        if not alt:
            raise Refused("the photo has no words", "say what it shows, in a few words")
        data = self.writer.read(settings, post)
        path, picture = photo.prepared(settings, given.read(), given.filename, post.slug)
        made = photo.inserted(data, path, alt, form.get("after", "0"))
        # Compared before the picture is written, so that a refusal leaves no file behind.
        self.writer.compare(settings, post, form.get("digest", ""))
        self.writer.add(settings, path, picture)
        self._write(post, form, made, f"A photo put in: {path}")
        return parts.href(post)

    def do_new(self, form: Mapping[str, str], request: Request) -> str:
        """A new post; its page has the button that opens it."""
        from publish.site.new import new_post

        settings, now = self.reader.settings, datetime.now(UTC)
        zone = self.reader.current.zone
        given = form.get("date", "").strip()
        categories = frontmatter.names(form.get("category", ""))
        try:
            date = schedule.when(given, now, zone, time()) if given else None
            path = new_post(
                settings, form.get("title", "").strip(), categories=categories, date=date
            )
        except (PublishError, OSError) as error:
            return f"/new?{urlencode({**form, 'refused': str(as_publish_error(error))})}"
        self.log.note(f"A new post: {form.get('title', '').strip()}", "done")
        self.reader.read_files()
        return f"/post/{quote(path.relative_to(settings.content).as_posix())}"

    def _write(self, post: Post, form: Mapping[str, str], made: bytes, what: str) -> None:
        settings, zone = self.reader.settings, self.reader.current.zone
        if self.writer.write(settings, post, form.get("digest", ""), made, zone):
            self.log.note(f"{what} ({post.title})", "done")
        self.reader.read_files()

    def _post(self, form: Mapping[str, str]) -> Post:
        found = self.reader.current.post(form.get("post", ""))
        if found is None:
            raise NotFound
        return found

    def _fixed(self, post: Post, form: Mapping[str, str]) -> tuple[Diagnostic, bytes, bytes] | None:
        """The finding named by the form, the file's bytes, and the fixed bytes; None if there is
        nothing left to fix."""
        wanted = (form.get("rule"), form.get("line"))
        data = self.writer.read(self.reader.settings, post)
        for finding in parts.findings(self.reader.current, post) or ():
            if (finding.rule, str(finding.line)) == wanted:
                made = fixes.apply_fix(data, finding)
                return None if made is None else (finding, data, made)
        return None

    def _allowed(self) -> None:
        if not self.reader.current.acts:
            raise Refused(
                "the desk only looks: this is the live newsletter",
                "start it with `publish desk --live` to act on it",
            )

    def _conflict(self, request: Request, found: EditConflict) -> Response:
        header = frontmatter.read(found.data)
        rows = [
            (key, name, theirs, request.form[name])
            for name, key in fields.NAMES.items()
            if request.form.get(name, theirs := fields.shown(header, name)) != theirs
        ]
        return self._page(
            "conflict.html",
            here="post",
            post=self._post(request.form),
            rows=rows,
            digest=found.digest,
            alt=request.form.get("alt", ""),
        )

    def _refused(self, refusal: PublishError, form: Mapping[str, str]) -> Response:
        about = self.reader.current.post(form.get("post", ""))
        query = f"?{urlencode(_typed(form))}#{form.get('open', 'main')}"
        back = parts.href(about) + query if about else ""
        message, remedy = str(refusal.message), refusal.remedy
        return self._page("refused.html", message=message, remedy=remedy, back=back)

    def _page(self, name: str, **context: Any) -> Response:
        page = pages.render(name, self.reader.current, self.base, context)
        return Response(page, 409, mimetype="text/html")


def _typed(form: Mapping[str, str]) -> dict[str, str]:
    """The query with which a post's page has that form open again, with what was typed in it;
    empty for a button."""
    return {key: form[key] for key in form if key != "post" and "open" in form}


def _at(job: Job, typed: Mapping[str, str] | None = None) -> str:
    # The fragment moves the focus to the heading, so that screen readers read it first, also
    # without script.
    return f"{job.where}?{urlencode({'act': job.id, **(typed or {})})}#question"
