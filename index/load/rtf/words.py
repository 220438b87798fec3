"""The words of RTF that matter: characters, and groups that are no text."""

import re

TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\"
)


CODEPAGES = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
SIGNS = {
    "tab": "\t", "emdash": "—", "endash": "–", "emspace": " ", "enspace": " ", "qmspace": " ", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "line": "\n", "lbr": "\n", "nestcell": "\t",
    "nestrow": "\n", "zwnj": "\u200c", "zwj": "\u200d", "ltrmark": "\u200e", "rtlmark": "\u200f",
}  # fmt: skip
SKIPPED = frozenset(
    "atnauthor atnicn atnid atndate atnref atrfend atrfstart bkmkend bkmkstart blipuid colorschememapping colortbl "
    "comment company creatim datafield datastore doccomm docvar do fchars filetbl fldinst fontemb fontfile formfield "
    "ftncn ftnsep ftnsepc aftncn aftnsep aftnsepc generator hlinkbase keycode keywords latentstyles lchars "
    "listoverridetable listpicture listtable manager nonshppict objdata objname objclass operator panose password "
    "picprop pict pgptbl pntxta pntxtb printim private propname protusertbl revtbl revtim rsidtbl rxe shppict sn sp "
    "staticval subject sv tc themedata userprops wgrffmtfilter windowcaption xe xmlattrname xmlattrvalue xmlnstbl "
    "xmlname falt nextfile template bliptag defchp defpap".split()
)
ASIDE = {
    "footnote": "footnote", "annotation": "comment", "header": "header", "headerl": "header", "headerr": "header",
    "headerf": "header", "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
}  # fmt: skip
"""Destinations whose text is read, after the others'."""
KEPT = frozenset({"shpinst", "shptxt", *ASIDE})
"""What the star does not hide: an old reader passes it over, and its text is seen all the same."""


HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop|rubrik)\s*(\d)", re.IGNORECASE)
