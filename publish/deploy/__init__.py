"""Going live: plan, put up, verify, record."""
