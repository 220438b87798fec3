"""JSON as people would write it down: fields as "name: value", lists of like things as tables, long texts as texts.

Each value stands in the text character for character as the file has it, escapes apart: a number keeps its zeros. Where
something stands is a JSON pointer (RFC 6901), or the number of the line where each line is a value of its own.
"""

from index.load.data.document import parse

__all__ = ["parse"]
