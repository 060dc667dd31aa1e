"""`python -m samebits VERB …`, the entrypoint of the image."""

import sys

from samebits import launcher
from samebits.errors import UsageError

try:
    launcher.enter(sys.argv[1:])
except UsageError as error:
    print(f"error: {error}", file=sys.stderr)
    sys.exit(error.exit_status)

from samebits.cli import main

sys.exit(main())
