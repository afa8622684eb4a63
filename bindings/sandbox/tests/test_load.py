"""A little load; `load.py` has the whole."""

import pathlib
import subprocess
import sys


def test_no_request_fails_and_memory_stays_where_it_is():
    load = pathlib.Path(__file__).with_name("load.py")
    done = subprocess.run([sys.executable, load, "2"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("of it") == 2
