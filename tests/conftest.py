"""What every test may rely on."""

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)  # a runner in the background starts us with Ctrl-C ignored
