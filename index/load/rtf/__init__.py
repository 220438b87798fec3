r"""RTF: what its reader sees of it, by the few of its words that matter. The others are passed over.

Groups nest and inherit; a group whose first word names a destination (``\fonttbl``, ``\pict``, ``\footnote``) is
something else than the text around it. Source: Rich Text Format Specification 1.9.1.
"""

from index.load.rtf.reader import parse

__all__ = ["parse"]
