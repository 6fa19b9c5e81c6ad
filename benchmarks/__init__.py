"""The generator beside its peers: ``python -m benchmarks``."""
