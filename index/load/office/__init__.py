"""Office documents: a zip of XML parts, read by hand. Nothing in them is run, fetched or written to disk."""
