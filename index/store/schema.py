"""The tables."""

FORMAT = 5
TOKENIZER = ("porter", "unicode61", "remove_diacritics", "2")

DOCUMENTS = """
CREATE TABLE {name} (                              -- what was read: a text, however many files hold it
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL,
    sha256 TEXT NOT NULL,                          -- of the file's bytes; '' without a file
    parser TEXT NOT NULL,                          -- who read them, and in which version
    shape TEXT NOT NULL,                           -- what its passages were embedded as: View's name for it
    checksum INTEGER NOT NULL,                     -- of the text and all vectors
    pages INTEGER NOT NULL, passages INTEGER NOT NULL,
    marks TEXT NOT NULL,                           -- JSON: [[start, end, kind, label], ...]
    text TEXT NOT NULL                             -- last: what reads the other columns skips its pages
)"""

FILES = """
CREATE TABLE files (                               -- where it was read: a rename or a copy is a row here, no more
    path TEXT PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    kind TEXT NOT NULL,                            -- the suffix: 'pdf'
    via TEXT NOT NULL,                             -- the link by which it was reached, '' if by none
    size INTEGER, mtime INTEGER,                   -- bytes, nanoseconds; NULL: not a file, or not looked at yet
    settled INTEGER NOT NULL                       -- 1: a file with this size and mtime need not be read again
) WITHOUT ROWID;
CREATE INDEX files_of_document ON files (document);
CREATE INDEX documents_by_bytes ON documents (sha256);
"""

VECTORS = """
CREATE TABLE {name} (
    id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
    vector BLOB NOT NULL                           -- int8, as index.store.blobs keeps it
)"""

SENTENCES = """
CREATE TABLE {name} (
    id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
    vectors BLOB NOT NULL                          -- a row a sentence, as index.store.residues keeps it
)"""

VIEWS = """
CREATE TABLE frequencies (                         -- how many passages hold each term
    term TEXT PRIMARY KEY, passages INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE segments (                            -- files beside this one that hold passages first to last once more
    name TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, passages INTEGER NOT NULL,
    generation INTEGER NOT NULL,                   -- of the store, when it was made
    checksums TEXT NOT NULL                        -- JSON: {file: CRC-32}
) WITHOUT ROWID;
CREATE TABLE tombstones (                          -- passages that are in a segment and no longer here
    generation INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (generation, id)
) WITHOUT ROWID;
"""

SCHEMA = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
{DOCUMENTS.format(name="documents")};
{FILES}
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL, stop INTEGER NOT NULL,
    words INTEGER NOT NULL DEFAULT 0               -- how many, those of its title and heading included
);
CREATE INDEX passages_of_document ON passages (document);
{VECTORS.format(name="vectors")};
{VIEWS}
{SENTENCES.format(name="sentences")};
CREATE VIRTUAL TABLE words USING fts5(             -- the words alone: a passage is a slice of its document
    about, text, content = '', contentless_delete = 1, tokenize = '{" ".join(TOKENIZER)}'
);
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(0.5, 1.0)');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
"""

COUNTERS = ("documents", "files", "passages")
"""Kept in ``meta``: to count a table takes longer than a search. So are ``words``, the length of all passages, and
``sum``, that of all vectors."""
