"""The tables."""

FORMAT = 2
TOKENIZER = ("porter", "unicode61", "remove_diacritics", "2")
SCHEMA = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    sha256 TEXT NOT NULL,                          -- of the file's bytes
    checksum INTEGER NOT NULL,                     -- of the text and all vectors
    pages TEXT NOT NULL, headings TEXT NOT NULL,   -- JSON
    text TEXT NOT NULL                             -- last: what reads the other columns skips its pages
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, page INTEGER, heading TEXT NOT NULL
);
CREATE INDEX passages_of_document ON passages (document);
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
    vector BLOB NOT NULL                           -- float32, little-endian
);
CREATE TABLE sentences (
    id INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
    vectors BLOB NOT NULL                          -- int8, a row a sentence: 127 is 1
);
CREATE VIRTUAL TABLE words USING fts5(             -- the words alone: a passage is a slice of its document
    about, text, content = '', contentless_delete = 1, tokenize = '{" ".join(TOKENIZER)}'
);
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(0.5, 1.0)');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
"""
