"""A text in which a NUL marks where the answer goes."""

from qa.train.data import Example
from qa.train.values import Value

Column = tuple[str, Value, tuple[str, ...]]
"""What is written over a value, what draws it, and how it is asked for."""


def example(place: int, question: str, marked: str, answer: str) -> Example:
    """Put the answer where the text has a NUL; without one, there is no answer."""
    start = marked.find("\0")
    spans = ((start, start + len(answer)),) if start >= 0 else ()
    question = question[0].upper() + question[1:] if question.endswith("?") else question
    return Example(f"row-{place}", "rows", "", question, marked.replace("\0", answer), spans)
