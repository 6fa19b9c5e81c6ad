"""Going live: plan, put up, verify, remember."""
