"""Going live, with real servers on loopback."""
