"""Mail: its headers as rows, the words that its reader sees, what is attached, and mail that nobody sent."""

from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from index.load import mail, sandbox
from index.load.document import load
from index.load.header_words import unfolded
from index.load.parsed import Parsed, ParseError
from index.types import Kind


def message(subject: str = "The harbour", body: str = "The ferry leaves at nine.\n") -> EmailMessage:
    """A message as programs write it."""
    made = EmailMessage()
    made["From"] = "Anna Berg <anna@example.org>"
    made["To"] = '"Vale, Margot" <margot@example.org>, Tom <tom@example.org>'
    made["Date"] = "Tue, 03 Mar 2026 10:12:00 +0100"
    made["Subject"] = subject
    made.set_content(body)
    return made


def marked(parsed: Parsed, kind: Kind) -> list[tuple[str, str]]:
    """The marks of a kind, as (label, the text that it covers)."""
    return [(mark.label, parsed.text[mark.start : mark.end]) for mark in parsed.marks if mark.kind is kind]


def test_the_headers_are_rows_and_the_subject_is_the_title() -> None:
    """Who, to whom, when and what about can be quoted, character for character."""
    parsed = mail.parse(message().as_bytes())
    assert parsed.title == "The harbour"
    assert parsed.text == (
        "The harbour\n\nFrom: Anna Berg <anna@example.org>\n"
        'To: "Vale, Margot" <margot@example.org>, Tom <tom@example.org>\n'
        "Date: Tue, 03 Mar 2026 10:12:00 +0100\n"
        "Subject: The harbour\n\n"
        "The ferry leaves at nine."
    )
    assert marked(parsed, Kind.CELL) == [
        ("From", "Anna Berg <anna@example.org>"),
        ("To", '"Vale, Margot" <margot@example.org>, Tom <tom@example.org>'),
        ("Date", "Tue, 03 Mar 2026 10:12:00 +0100"),
        ("Subject", "The harbour"),
    ]
    assert marked(parsed, Kind.HEADING) == [("The harbour", parsed.text)]


def test_the_plain_part_is_read_and_its_twin_in_html_is_not() -> None:
    """Unless the plain one says only that a program cannot show the other."""
    twins = message(body="The ferry leaves at nine.")
    twins.add_alternative("<p>The <b>ferry</b> leaves at nine.</p>", subtype="html")
    assert mail.parse(twins.as_bytes()).text.endswith("The harbour\n\nThe ferry leaves at nine.")
    excuse = message(body="Use another program.")
    excuse.add_alternative(
        "<p>The ferry leaves at nine, from the old pier in Brekk, in any weather.</p>" * 2, subtype="html"
    )
    assert "old pier" in mail.parse(excuse.as_bytes()).text
    assert "Use another" not in mail.parse(excuse.as_bytes()).text


def test_a_message_in_html_alone_is_what_a_browser_shows() -> None:
    """Through the reader of web pages, in the charset that the mail declares."""
    made = MIMEText("<style>p{}</style><p>Der Wärter heißt <i>Tora</i>.</p>", "html", "iso-8859-1")
    made["Subject"] = "Leuchtturm"
    assert mail.parse(made.as_bytes()).text == "Leuchtturm\n\nSubject: Leuchtturm\n\nDer Wärter heißt Tora."


def test_quoted_replies_are_kept() -> None:
    """They are what the answer is about."""
    body = "At nine.\n\nOn Monday Tom wrote:\n> When does the ferry leave?\n"
    assert mail.parse(message(body=body).as_bytes()).text.endswith(body.strip("\n"))


def test_attachments_are_named_and_read_in_place() -> None:
    """Each that we can read is a part with its name and its own marks; the others are only named."""
    made = message()
    made.add_attachment(
        b"# Tides\n\nHigh water is at noon.\n", maintype="text", subtype="markdown", filename="tides.md"
    )
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="pier.png")
    made.add_attachment(message("Old news", "The pier was closed.\n"))
    parsed = mail.parse(made.as_bytes())
    assert ("Attachments", "tides.md, pier.png, Old news") in marked(parsed, Kind.CELL)
    tides, old = marked(parsed, Kind.PART)
    assert tides == ("tides.md", "# Tides\n\nHigh water is at noon.\n")
    assert old[0] == "Old news"
    assert old[1].endswith("The pier was closed.")
    assert ("Tides", "# Tides\n\nHigh water is at noon.\n") in marked(parsed, Kind.HEADING)


def test_a_box_holds_messages() -> None:
    """Each is a part, from its From line on; a line that only begins so was written with a bracket before it."""
    box = b"".join(
        b"From anna@example.org Tue Mar  3 10:12:00 2026\n"
        + message(f"News {number}", "Dear all,\n\n>From Brekk there is no news.\n").as_bytes()
        + b"\n"
        for number in (1, 2)
    )
    parsed = mail.parse(box)
    assert [label for label, _ in marked(parsed, Kind.PART)] == ["message 1", "message 2"]
    assert [label for label, _ in marked(parsed, Kind.HEADING)] == ["News 1", "News 2"]
    assert parsed.text.count("\nFrom Brekk there is no news.") == 2


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("=?utf-8?Q?Caf=C3=A9_?=\n =?utf-8?B?YXUgbGFpdA==?=", "Café au lait"),
        ("=?utf-8?B?ww==?= =?utf-8?B?qQ==?=", "é"),
        ("=?iso-8859-1?q?=E4?= and =?windows-1251?q?=C4?=", "ä and Д"),
        ("=?iso-2022-jp?B?GyRCRXRCZhsoQg==?=", "灯台"),
        ("two\n lines", "two lines"),
        ("=?nonsense?Q?caf=E9?=", "café"),
        ("a =? b ?= c", "a =? b ?= c"),
        ("Ren\udcc3\udca9", "René"),
        ("bad\ud800", "bad"),
    ],
)
def test_the_words_of_a_header_are_decoded(raw: str, shown: str) -> None:
    """RFC 2047, and what programs write in spite of it."""
    assert unfolded(raw) == shown


def test_mail_saved_as_utf16_is_read() -> None:
    """Some programs save it so, with a mark or without."""
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        assert mail.parse(message().as_string().encode(encoding)).title == "The harbour"


def test_a_box_saved_as_utf16_holds_all_its_messages() -> None:
    """It was read as one, with the headers of the second as its words."""
    lines = "From a@b.c Mon Jan  6 10:00:00 2020\nSubject: {}\n\nBody {}.\n\n"
    box = lines.format("One", 1) + lines.format("Two", 2)
    for encoding in ("utf-16", "utf-16-le", "utf-8-sig"):
        assert mail.parse(box.encode(encoding)).text == mail.parse(box.encode()).text


def test_a_notice_of_failure_says_why() -> None:
    """The machine's part of it is a form."""
    made = MIMEMultipart("report", report_type="delivery-status")
    made["Subject"] = "Failed"
    made.attach(MIMEText("Could not deliver."))
    status = EmailMessage()
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([])
    source = made.as_string().rstrip()[:-2]
    boundary = made.get_boundary()
    source += (
        f"\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a.example\n\nStatus: 5.1.1\n--{boundary}--\n"
    )
    assert "Status: 5.1.1" in mail.parse(source.encode()).text


@pytest.mark.parametrize(
    "data",
    [
        b"To: " + b"," * 300_000 + b"\nSubject: x\n\nhello",
        b"Content-Type: text/plain; a=" + b"(" * 300_000 + b"\n\nhello",
        b"Content-Disposition: attachment; filename=" + b'"\\' * 300_000 + b"\n\nhello",
        b"Subject: " + b"=?a?q?" * 300_000 + b"\n\nhello",
        b"Subject: " + b"=?utf-8?Q?aaaa?= " * 100_000 + b"\n\nhello",
        b"Content-Type: message/rfc822\n\n" * 3000 + b"hello",
        b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(1000)),
        b"To: a@example.org\n" * 50_000 + b"\nhello",
        b"From a Tue Mar  3 10:12:00 2026\n\n" * 5_000,
        b"\xff\xfe" + b"\0\xd8" * 1000,
        b"\0" * 100_000,
    ],
    ids=lambda data: repr(data[:24]),
)
def test_mail_that_nobody_sent_is_read_or_refused_in_time(data: bytes) -> None:
    """No header and no nesting takes more than a moment, in the sandbox or out of it."""
    try:
        assert len(sandbox.parse("index.load.mail", data).text) < 2 * len(data) + 1000
    except ParseError as error:
        refused = str(error)
    else:
        refused = ""
    assert refused in ("", "is nested too deeply to be mail that somebody sent: leave it out")


def test_attachments_may_not_unpack_without_end() -> None:
    """Mail in mail in mail is read to some depth, and then left out."""
    made = message("level 0", "bottom")
    for level in range(1, 40):
        outer = message(f"level {level}", "above")
        outer.add_attachment(made)
        made = outer
    parsed = mail.parse(made.as_bytes())
    assert "level 39" in parsed.text
    assert parsed.text.count("above") < 40


def test_an_eml_file_is_loaded(tmp_path: Path) -> None:
    """By its suffix, through the sandbox."""
    (tmp_path / "a.eml").write_bytes(message().as_bytes())
    assert load(tmp_path / "a.eml").title == "The harbour"
