"""Where the numbers of bench/README.md come from: one command a measurement."""
