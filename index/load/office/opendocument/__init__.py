"""OpenDocument: texts (odt), spreadsheets (ods) and presentations (odp), one format for three kinds of bodies."""

from index.load.office.opendocument.document import parse

__all__ = ["parse"]
