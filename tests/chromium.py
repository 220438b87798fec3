"""The browser that tests of the page look with."""

import shutil

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium on the PATH (Debian: apt install chromium)")
