"""A file becomes a Document: one small module a family of formats, each run in a sandbox.

Who only asks needs the kinds of files and no more: ``load`` is in ``index.load.document``, and what imports it reads.
"""

from index.load.parsers import SUFFIXES, parser_of

__all__ = ["SUFFIXES", "parser_of"]
