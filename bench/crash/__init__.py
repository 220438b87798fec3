"""Whether an index survives what can happen to it: ``python -m bench.crash``."""
