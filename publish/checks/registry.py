"""The list of all rules, in the order of the catalogue: apart from them, for a build that judges
elsewhere loads those of its own process alone."""

from __future__ import annotations

from publish.checks.rule import Rule
from publish.checks.rules import (
    config,
    encoding,
    frontmatter,
    header_values,
    identity,
    images,
    linking,
    links,
    mail,
    pathological,
    pelican_errors,
    policy,
    sitewide,
    structure,
    text,
    unknown_keys,
    unrendered_markup,
)

SUBJECTS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Files", (*encoding.RULES, *pathological.RULES)),
    ("Front matter", (*frontmatter.RULES, *header_values.RULES, *unknown_keys.RULES)),
    ("Identity and address", identity.RULES),
    ("Links", (*links.RULES, *linking.RULES)),
    ("Pictures and players", (*images.RULES, *policy.RULES)),
    ("Text", (*text.RULES, *structure.RULES, *unrendered_markup.RULES)),
    ("Mail", mail.RULES),
    ("The whole site", (*sitewide.RULES, *config.RULES, *pelican_errors.RULES)),
)
RULES: tuple[Rule, ...] = tuple(rule for _, rules in SUBJECTS for rule in rules)
