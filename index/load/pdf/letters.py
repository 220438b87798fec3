"""Where the letters of a page stand, as the page is turned to be shown, and which of them are bold."""

import ctypes
import re
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

BOLD = re.compile(r"bold|black|heavy|demi|cmbx|(?:\b|-)bd\b", re.IGNORECASE)

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


class Turn:
    """Turns a page's coordinates as the page is turned to be shown, from its lower left corner on."""

    def __init__(self, page: "PdfPage") -> None:
        """Take a page."""
        self.angle = page.get_rotation()
        self.width, self.height = page.get_size()  # as it is shown
        self.x, self.y, *_ = page.get_bbox()
        self.is_plain = not (self.angle or self.x or self.y)

    def box(self, box: Box) -> Box:
        """Return a box of the page's own coordinates as it is shown."""
        if self.is_plain:
            return box
        left, bottom, right, top = box[0] - self.x, box[1] - self.y, box[2] - self.x, box[3] - self.y
        if self.angle == 90:
            return bottom, self.height - right, top, self.height - left
        if self.angle == 180:
            return self.width - right, self.height - top, self.width - left, self.height - bottom
        if self.angle == 270:
            return self.width - top, left, self.width - bottom, right
        return left, bottom, right, top

    def shows(self, box: Box) -> bool:
        """Whether something of a box is on the page."""
        return box[0] < self.width and box[2] > 0 and box[1] < self.height and box[3] > 0


class Letters:
    """The boxes and fonts of the letters of a page's text, by offset."""

    def __init__(self, raw: Any, boxes: "Boxes", turn: Turn, whole: set[str]) -> None:
        """Take the text page's handle and a reader of boxes, which serve all its letters."""
        self._raw, self.turn = raw, turn
        self.begun_bold = False
        self.whole = whole  # long words without a gap: they need not be looked into again
        read = boxes(raw)
        self.box = read if turn.is_plain else lambda offset: turn.box(read(offset))
        """Returns where the letter stands, as high as its line and as wide as it moves the pen."""
        self._name, self._flags = ctypes.create_string_buffer(64), ctypes.c_int()
        self._bold: dict[bytes, bool] = {}

    def is_bold(self, offset: int) -> bool:
        """Tell by the name of its font whether the letter is bold."""
        from pypdfium2.raw import FPDFText_GetFontInfo

        FPDFText_GetFontInfo(self._raw, offset, self._name, 64, self._flags)
        name = self._name.value
        if name not in self._bold:
            self._bold[name] = BOLD.search(name.decode("latin-1")) is not None
        return self._bold[name]


Boxes = Callable[[Any], Callable[[int], Box]]


def box_reader() -> Boxes:
    """Return what makes, of a text page's handle, a function from an offset to a box; that allocates nothing.

    It is called twice a word and more, so the arguments are plain numbers, which ctypes need not look into.
    """
    from pypdfium2.raw import FS_RECTF, FPDFText_GetLooseCharBox

    plain = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    call = plain(ctypes.cast(FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0)
    rectangle = FS_RECTF()
    place, unpack = ctypes.addressof(rectangle), struct.Struct("4f").unpack_from

    def of_page(raw: Any) -> Callable[[int], Box]:
        handle = ctypes.cast(raw, ctypes.c_void_p).value

        def read(offset: int) -> Box:
            if not call(handle, offset, place):
                return 0.0, 0.0, 0.0, 0.0
            left, top, right, bottom = unpack(rectangle)
            return left, bottom, right, top

        return read

    return of_page
