"""Examples of what business documents hold: rows of tables, lines of a record, turns of speakers, sections, rules.

Human sets are of running text. Here a value belongs to a row and a column, to a key, to whoever speaks, or to the
heading above; a third of the questions asks for a row, key, speaker or section that is not there. Made from templates
in our own words, written as ``index.view`` shows such passages.
"""

from qa.train.rows.examples import row_examples

__all__ = ["row_examples"]
