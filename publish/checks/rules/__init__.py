"""The rules, one module a subject. ``publish.checks.registry`` lists them."""
