"""An Answer as markup for the page. Pure, and nothing of a document ever becomes markup.

The page puts it into itself as it is. So each character of a document that HTML could read as more than itself leaves
here as a numeric reference (see ``literal``); the script of the page looks at each element once more, and the policy
lets nothing run or load that slipped through both. Each function returns a single line.
"""

from ui.render.abstention import CHANGED, GONE, foreign_script
from ui.render.answer import FURTHER, LEVELS, confidence, covering
from ui.render.exchange import found, notice, question, reply, unanswered
from ui.render.text import literal, shown

__all__ = [
    "CHANGED",
    "FURTHER",
    "GONE",
    "LEVELS",
    "confidence",
    "covering",
    "foreign_script",
    "found",
    "literal",
    "notice",
    "question",
    "reply",
    "shown",
    "unanswered",
]
