"""The one error tree. Each message says what is wrong, with which file or value, and what to do.

Error
├── LoadError            a file could not be read
│   └── UnsupportedFile  nothing here reads files of this kind
├── StoreError           the index on disk cannot be used
│   ├── IndexNotFound    there is none at that place
│   ├── IndexMismatch    it was made with another embedder, or by another version
│   └── IndexLocked      another process is writing to it
└── ModelError           a model is missing, damaged, or not of the expected kind
"""


class Error(Exception):
    """Anything that seedqa raises on purpose."""


class LoadError(Error):
    """A file could not be read as a document."""


class UnsupportedFile(LoadError):
    """The file is of a kind that nothing here reads."""


class StoreError(Error):
    """The index on disk cannot be used."""


class IndexNotFound(StoreError):
    """There is no index at that place."""


class IndexMismatch(StoreError):
    """The index was made with another embedder, or by another version of the format."""


class IndexLocked(StoreError):
    """Another process is writing to the index."""


class ModelError(Error):
    """A model is missing, damaged, or not of the expected kind."""
