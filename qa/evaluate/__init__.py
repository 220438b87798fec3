"""``seedqa eval``: how well SQuAD-format questions are found, read, answered and left unanswered.

corpus (questions → documents on disk) → outcomes (a record a question, resumable) → summary → table, JSON, plots.
"""

from qa.evaluate.command import add_arguments, run

__all__ = ["add_arguments", "run"]
