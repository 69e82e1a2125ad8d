"""``python -m gatewaysdk`` runs the command ``gatewaysdk``."""

from __future__ import annotations

import sys

from gatewaysdk_command import main

if __name__ == "__main__":
    sys.exit(main())
