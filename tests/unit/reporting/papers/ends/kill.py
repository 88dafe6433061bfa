"""Ends as whoever the kernel chose."""

import os
import signal

os.kill(os.getpid(), signal.SIGKILL)
