"""Who asks for several things gets the whole list."""

import pytest

from qa.lists import joined_names

ROLES = "Elected were Idris Bello, treasurer, Tove Lund, secretary, and Ken Arai, keeper of the boathouse. Ida left."
PLAIN = "Ida Brun and Lise Tang were elected."


@pytest.mark.parametrize(
    "marked",
    [
        "Idris Bello",
        "Ken Arai",
        "Idris Bello, treasurer, Tove Lund, secretary, and Ken Arai",
        "Tove Lund, secretary, and Ken Arai",
    ],
)
def test_a_list_of_names_is_whole_however_much_of_it_was_marked(marked: str) -> None:
    """Of three with their roles, the last one's role was left out: only a single name was made whole."""
    start = ROLES.index(marked)
    found = joined_names(ROLES, (start, start + len(marked)), (0, ROLES.index(" Ida")))
    assert ROLES[slice(*found)] == ROLES[len("Elected were ") : ROLES.index(". Ida")]


@pytest.mark.parametrize("marked", ["were elected", "Brun and Lise Tang were", "Ida Brun and Lise Tang were elected"])
def test_what_is_more_than_names_stays_as_it_was_marked(marked: str) -> None:
    """A reader has marked a clause: it is not for us to take it apart."""
    extent = PLAIN.index(marked), PLAIN.index(marked) + len(marked)
    assert joined_names(PLAIN, extent, (0, len(PLAIN))) == extent
