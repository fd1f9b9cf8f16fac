"""uv's own lock of its cache. Every uv that works in the cache holds it together with others, also while it runs a pipeline; who
holds it alone knows that nothing works there. A program that takes it is started with `uv run --no-cache`: the uv that runs it
would hold it against it.
"""
import os
import time

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

# Whoever looks into the cache holds the lock for a moment.
PATIENCE_SECONDS = 5


class InUse(Exception):
    pass


def take_lock(folder, alone):
    """Answers what has to be kept open as long as the lock is to be held."""
    os.makedirs(folder, exist_ok=True)
    file = open(os.path.join(folder, ".lock"), "a+b")
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if fcntl:
                fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            else:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return file
        except OSError:
            if time.monotonic() > until:
                file.close()
                raise InUse()
            time.sleep(0.05)


def is_held_alone(folder):
    """Asks for it together with others, for a moment; where there is no lock file nobody holds it."""
    if fcntl is None:  # On Windows everybody here asks for it alone.
        return False
    try:
        with open(os.path.join(folder, ".lock"), "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False
