"""Files whose text and places are known: the same reports written down in each format."""

from bench.reading.made.formats import FORMATS, write_files
from bench.reading.made.reports import reports

__all__ = ["FORMATS", "reports", "write_files"]
