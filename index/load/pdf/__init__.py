"""PDF through PDFium: what stands on the pages, in the order in which it is read."""

from index.load.pdf.document import parse

__all__ = ["parse"]
