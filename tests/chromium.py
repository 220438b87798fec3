"""The browser that tests of the page look with: skipped where there is none."""

import pytest

from bench.browser import CHROMIUM

NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium on the PATH (Debian: apt install chromium)")
