"""What the README's score table is made from: one command a measurement."""
