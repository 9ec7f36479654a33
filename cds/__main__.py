"""``python -m cds``: the same as the command ``cds``."""

from __future__ import annotations

import sys

from cds.cli.app import main

sys.exit(main())
