"""Finds passages: by similarity, by words, and the two lists made one."""
