"""A file becomes a Document: one small module a family of formats, each run in a sandbox."""

from index.load.document import fetch, load, parse
from index.load.parsers import SUFFIXES, parser_of

__all__ = ["SUFFIXES", "fetch", "load", "parse", "parser_of"]
