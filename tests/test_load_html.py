"""HTML as a browser shows it: what is hidden, what is written in another way, and what stands around the text."""

import time

import pytest

from index.load import html
from index.load.parsed import Parsed
from index.types import Kind

STORY = "<p>The bridge over the Alm was opened on a Monday, and two hundred people walked over it in the rain.</p>" * 3


def text(source: str) -> str:
    """The text of a page."""
    return html.parse(source.encode()).text


def asides(parsed: Parsed) -> list[str]:
    """What is in no passage."""
    return [parsed.text[mark.start : mark.end] for mark in parsed.marks if mark.kind is Kind.ASIDE]


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>no</p>",
        "<p style='color: red; DISPLAY :none'>no</p>",
        "<p style='visibility:hidden'>no</p>",
        "<style>.x { display: none }</style><p class='y x'>no</p>",
        "<style>/* {} */ #x, .z { visibility: hidden }</style><p id=x>no</p>",
        "<style>p.x.y{display:none!important}</style><p class='y x'>no</p>",
        "<style>.x{display:block} .x{display:none}</style><p class=x>no</p>",
        "<i aria-hidden=true>menu</i>",
        "<del>no</del><s>no</s>",
        "<style>.x{display:none}</style><div class=x><p>no <b>no</b></div>",
    ],
)
def test_what_no_browser_shows_cannot_be_quoted(hidden: str) -> None:
    """By attribute, by style, and by the page's own plain rules."""
    assert text(f"<p>Before.</p>{hidden}<p>After.</p>") == "Before.\n\nAfter."


@pytest.mark.parametrize(
    "shown",
    [
        "<style>@media print { .x { display: none } }</style><p class=x>yes</p>",
        "<style>.x{display:none} .x.on{display:block}</style><p class='x on'>yes</p>",
        "<style>.x{display:none}</style><p class=x style='display:block'>yes</p>",
        "<style>.no-js .x{display:none}</style><p class=x>yes</p>",
        "<style>.x:empty{display:none}</style><p class=x>yes</p>",
        "<style>body{visibility:hidden}</style><p>yes</p>",
        "<p aria-hidden=true>yes</p>",
    ],
)
def test_what_a_browser_shows_is_read(shown: str) -> None:
    """A rule for print, for a state or for what stands in something else hides nothing here."""
    assert text(f"<p>Before.</p>{shown}<p>After.</p>") == "Before.\n\nyes\n\nAfter."


def test_raised_figures_are_no_other_number() -> None:
    """10<sup>6</sup> is not 106; letters, and what is lowered behind a letter, stay as they are."""
    assert text("10<sup>6</sup> and 2<sup>−3</sup>") == "10⁶ and 2⁻³"
    assert text("1<sup>st</sup> of H<sub>2</sub>O, note<sup>[1]</sup>") == "1st of H2O, note[1]"
    assert text("101<sub>2</sub>") == "101₂"


def test_lists_are_numbered_as_they_are_shown() -> None:
    """By start, value, type and direction; those that the page's rules leave bare are."""
    assert text("<ol><li>a<li><p>b</p></ol>") == "1. a\n2. b"
    assert text("<ol start=4 reversed><li>a<li>b<li value=9>c</ol>") == "4. a\n3. b\n9. c"
    assert text("<ol type=A><li>a<ul><li>x</ul><li>b</ol>") == "A. a\n\nx\n\nB. b"
    assert text("<ol type=i start=4><li>a</ol>") == "iv. a"
    assert text("<style>.bare{list-style:none}</style><ol class=bare><li>a<li>b</ol>") == "a\nb"


def test_pictures_and_fields_say_what_they_say() -> None:
    """The words instead of a picture, unless they are its file's name; the value of a field, but no password."""
    source = "<p>See <img src=m.png alt='the map of the park'>.</p><img alt='IMG_2.jpg'><input value='Margot Vale'>"
    assert text(source + "<input type=password value=no><input type=hidden value=no>") == (
        "See the map of the park .\n\nMargot Vale"
    )


def test_neighbours_do_not_become_one_word() -> None:
    """Links and buttons side by side are two words; so is what the page's rules set as blocks."""
    assert text("<a href=/>Home</a><a href=/a>About</a> <button>Yes</button><button>No</button>") == "Home About Yes No"
    assert text("<style>.b{display:block}</style><span class=b>one</span><span class=b>two</span>") == "one\ntwo"
    assert text("<span>in</span><span>side</span>") == "inside"


def test_menus_and_notes_are_in_no_passage() -> None:
    """They are kept; the address in the foot of the page, which is no link, can be quoted."""
    parsed = html.parse(
        "<header><nav><h2>Menu</h2><ul><li><a>Home</a><li><a>Visit</a></ul></nav></header>"
        "<div class='cookie-notice'>We use cookies.</div>"
        f"<main><h1>The bridge</h1>{STORY}<h3>Cost</h3><p>Nine million.</p></main>"
        "<aside><a>Ten bridges to see before you are forty</a></aside>"
        "<footer><p>Bridge Office, 3 Castle Hill.</p><p><a>Imprint</a> <a>Privacy</a></p></footer>".encode()
    )
    assert asides(parsed) == [
        "Menu\n\nHome\nVisit\n\nWe use cookies.",
        "Ten bridges to see before you are forty",
        "Imprint Privacy",
    ]
    assert [mark.label for mark in parsed.marks if mark.kind is Kind.HEADING] == ["The bridge", "Cost"]


def test_a_run_of_short_links_is_a_menu_without_its_name() -> None:
    """In a page of divs, where no tag says so."""
    parsed = html.parse(f"<div><a>A</a></div><div><a>B</a></div><div><a>C</a></div><div><a>D</a></div>{STORY}".encode())
    assert asides(parsed) == ["A\n\nB\n\nC\n\nD"]


@pytest.mark.parametrize(
    "source",
    [
        f"<div class=sidebar-page><h1>The bridge</h1>{STORY}</div>",
        f"<div class=section id=related-work-on-old-bridges>{STORY}</div>",
        f"<section id=cookies>{STORY}</section>",
        f"<div class=promo>{STORY}</div>",
        "<ul><li><a>One</a><li><a>Two</a><li><a>Three</a><li><a>Four</a></ul>",
    ],
)
def test_the_text_of_a_page_is_no_aside(source: str) -> None:
    """Whatever it is called: if it has the title, is a section, or is most of what there is to read."""
    assert asides(html.parse(source.encode())) == []


@pytest.mark.parametrize(
    "source",
    [
        "<style>" + ".a{" * 200_000 + "</style>x",
        "<style>" + "@media x{" * 100_000 + "</style>x",
        "<style>" + "/*" * 200_000 + "</style>x",
        "<style>" + ".a,#b " * 100_000 + "{display:none}</style>x",
        "<div class=nav>" * 3_000 + "<h1>x",
        f"<p style='{'display:' * 100_000}'>x",
        f"<p class='{'a ' * 200_000}'>x<style>.a{{display:block}}</style>",
        "<ol>" * 3_000 + "<li>x",
    ],
)
def test_html_takes_no_quadratic_time(source: str) -> None:
    """Whatever its rules and its nesting."""
    started = time.process_time()
    html.parse(source.encode())
    assert time.process_time() - started < 3
