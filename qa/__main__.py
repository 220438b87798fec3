"""``python -m qa``: the same as ``seedqa``. The one place of qa that knows ui, and only as its own command."""

import sys

from qa import shadow

if __name__ == "__main__":
    shadow.refuse("ui")
    from ui.cli import main

    sys.exit(main())
