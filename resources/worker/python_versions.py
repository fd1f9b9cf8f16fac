"""Looks which Pythons there are, installs one or removes one. How it is told and what it tells: uv_work.py.

    {"action": "look"} | {"action": "install", "version": "3.12"} | {"action": "remove", "folder": "cpython-3.12.4-linux-x86_64-gnu"}
"""
import threading

from uv_pythons import tell_pythons, unpacked_bytes
from uv_work import UV, call, read_work, tell, uv_environment

SECONDS = 1800
LOOK_EVERY_SECONDS = 0.5


def run(*arguments):
    """None, or what uv said when it failed."""
    tell(text="$ uv " + " ".join(arguments))
    code, _, errors = call([UV, *arguments], uv_environment({"UV_PYTHON_INSTALL_BIN": "0"}), SECONDS, lambda line: tell(text=line))
    return None if code == 0 else errors


def watch(over):
    last = 0
    while not over.wait(LOOK_EVERY_SECONDS):
        now = unpacked_bytes()
        if now != last:
            tell(unpacked=now)
        last = now


def main():
    work = read_work()
    failure = None
    if work["action"] == "install":
        over = threading.Event()
        threading.Thread(target=watch, args=(over,), daemon=True).start()
        failure = run("python", "install", work["version"])
        over.set()
    elif work["action"] == "remove":
        failure = run("python", "uninstall", work["folder"])
    if failure is not None:
        tell(failed=failure)
    tell_pythons()


main()
