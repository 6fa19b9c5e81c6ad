"""Writes docs/reference.md from the commands' own help: ``python -m publish.cli.reference``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from publish.cli.group import COMMANDS, group

HEAD = """# Reference

Made from `--help` by `make reference`; a test holds the two together.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | done, or nothing to do |
| 1 | refused: the content, the built site or the live page is not fit |
| 2 | usage or configuration |
| 3 | the other side failed and certainly nothing was sent: run it again |
| 4 | a letter may be out, or is out and the ledger could not be pushed: nothing will be sent twice; `publish status` or the next run settles it |
| 130 | interrupted; run it again |

## Settings

In `pelicanconf.py`. All of Pelican's own settings keep their meaning; each plugin's are in its README.

| name | default | meaning |
| --- | --- | --- |
| `NEWSLETTER_AUDIENCE` | none | Mailchimp's audience id; `MAILCHIMP_AUDIENCE` in the environment wins |
| `NEWSLETTER_FROM_NAME`, `NEWSLETTER_REPLY_TO` | `SITENAME`, none | the sender |
| `NEWSLETTER_MAX_AGE_DAYS` | 7 | a post that has been public for longer goes out only when it is named |
| `NEWSLETTER_SINCE` | none | a day, `"2026-11-30"`: a post dated before it goes out only when it is named |
| `NEWSLETTER_MAX_PER_RUN` | 2 | more letters due at once than this are refused and listed: a person must look |
| `NEWSLETTER_SEND_AT` | none | the letters' hour in `TIMEZONE`, `"09:00"`; without it `NEWSLETTER_UNDO_MINUTES` ahead |
| `NEWSLETTER_UNDO_MINUTES` | 15 | `send` schedules at least this far ahead; 0 sends at once |
| `NEWSLETTER_TIMEOUT` | 30 | seconds a whole request may take |
| `NEWSLETTER_SETTLE` | 180 | seconds an unanswered send may still act |
| `NEWSLETTER_BARRIER` | 2 | seconds to wait before two machines agree on a draft |
| `NEWSLETTER_TOPICS` | `{}` | category to the id of a Mailchimp segment or interest |
| `NEWSLETTER_SIGNUP_ACTION` | none | the audience's form address; the site's form posts there |
| `NEWSLETTER_SITEURL` | `SITEURL` | the address that mails link to |
| `NEWSLETTER_ISSUES_PATH` | `.publish/issues` | where composed issues lie |
| `DEPLOY` | `{}` | targets by name, each with its `kind`: [going-live.md](going-live.md) has one of each |
| `DEPLOY_VERIFY` | 900 | seconds to wait until a release is live; 0 does not look |
| `SHARE_LINKS` | all | which services, in what order |
| `DESK_EDITOR` | the system's | the editor that `publish desk` opens: a program such as `"code"`, or a whole command with `{file}` and `{line}` |
| `IMAGES_WIDTHS` | 480, 800, 1200 | widths in pixels in which pictures are offered |
| `IMAGES_SIZES` | none | how wide pictures are shown, as the HTML attribute `sizes` says it |
| `STRUCTURED_DATA_LOGO` | none | the publisher's picture for search engines, below the site's address |
| `QUICK_MARKDOWN_EXTENSIONS` | none | further Markdown extensions that keep nothing from one post to the next |

Environment only: `MAILCHIMP_API_KEY`, and `MAILCHIMP_BASE_URL` for a stand-in on a loopback address.
Without a key, newsletter commands use the sandbox and say so. `PUBLISH_GIT_TOKEN`, `PUBLISH_SSH_KEY`, `AWS_*`
and `PUBLISH_HEARTBEAT_URL` are for going live, and are shown nowhere.

## Front matter

| key | meaning |
| --- | --- |
| `Title`, `Date`, `Modified`, `Category`, `Tags`, `Slug`, `Author`, `Summary`, `Status`, `Lang` | Pelican's |
| `Category: Career, Network` | two categories, the first is the main one |
| `Uid` | the post's permanent identity |
| `Image`, `Image_alt` | the cover, as a path below the content folder |
| `Subject`, `Preheader` | for the mail; else title and summary |
| `Was: OLDUID` | an earlier Uid of the post, after a deliberate change: what was mailed under it counts as mailed |
| `Newsletter: no` | no mail |
| `Aliases: /old/, /?p=12` | former addresses of the post |

`::: email-only` … `:::` and `::: web-only` … `:::` mark blocks for one of the two.
"""


def pages() -> Iterator[str]:
    """Each command's part."""
    context = click.Context(group, info_name="publish")
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        yield from _part(command, context, f"publish {name}")


def _part(command: click.Command, parent: click.Context, path: str) -> Iterator[str]:
    # A fixed width, else the page would depend on the terminal it was made in.
    context = click.Context(
        command, info_name=path.rpartition(" ")[2], parent=parent, terminal_width=88,
        max_content_width=88,
    )  # fmt: skip
    yield f"## {path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _part(inner, context, f"{path} {name}")


def document() -> str:
    """The whole page."""
    return HEAD + "\n" + "\n".join(pages())


if __name__ == "__main__":
    print(document(), end="")
