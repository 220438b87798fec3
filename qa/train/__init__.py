"""The recipe that trained the reader. Needs the [train] extra; never imported at run time."""
