"""The rules, one module a subject. ``publish.checks.run`` lists them."""
