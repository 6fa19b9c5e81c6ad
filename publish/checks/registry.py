"""The list of all rules, in the order of the catalogue."""

from __future__ import annotations

from publish.checks.rule import Rule
from publish.checks.rules import (
    config,
    encoding,
    frontmatter,
    identity,
    images,
    linking,
    links,
    mail,
    policy,
    raw,
    refused,
    sitewide,
    structure,
    tangled,
    text,
    unread,
    values,
)

SUBJECTS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Files", (*encoding.RULES, *tangled.RULES)),
    ("Front matter", (*frontmatter.RULES, *values.RULES, *unread.RULES)),
    ("Identity and address", identity.RULES),
    ("Links", (*links.RULES, *linking.RULES)),
    ("Pictures and players", (*images.RULES, *policy.RULES)),
    ("Text", (*text.RULES, *structure.RULES, *raw.RULES)),
    ("Mail", mail.RULES),
    ("The whole site", (*sitewide.RULES, *config.RULES, *refused.RULES)),
)
RULES: tuple[Rule, ...] = tuple(rule for _, rules in SUBJECTS for rule in rules)
