"""Prints numbered lines as fast as it can, to see that a log keeps up and loses none."""

import os
import sys

DEFAULT_LINES = 100_000
LINES_PER_WRITE = 1_000


def wanted_lines() -> int:
    text = os.environ.get("LINES", "").strip()
    try:
        return int(text) if text else DEFAULT_LINES
    except ValueError:
        sys.exit(f"LINES must be a whole number, not {text!r}")


def main() -> None:
    total = wanted_lines()
    width = len(str(total))
    for first in range(1, total + 1, LINES_PER_WRITE):
        last = min(first + LINES_PER_WRITE, total + 1)
        sys.stdout.write("".join(f"line {number:0{width}d} of {total}\n" for number in range(first, last)))
    sys.stdout.flush()
    print(f"{total} lines written", file=sys.stderr)


if __name__ == "__main__":
    main()
