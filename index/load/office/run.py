"""What a paragraph says so far, in Word and in OpenDocument alike."""

from dataclasses import dataclass, field

from index.load.blocks import Block


@dataclass
class Run:
    """What stands in a paragraph so far, what comes after it, and how much of it is bold."""

    pieces: list[str] = field(default_factory=list)
    after: list[Block] = field(default_factory=list)
    letters: int = 0
    bold: int = 0

    @property
    def is_bold(self) -> bool:
        """Whether it is bold throughout."""
        return 0 < self.letters == self.bold

    def say(self, text: str, *, is_bold: bool) -> None:
        """Add words."""
        self.pieces.append(text)
        size = len(text.strip())
        self.letters += size
        self.bold += size if is_bold else 0
