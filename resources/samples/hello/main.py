"""A first run: a little colour, some progress, and what a pipeline sees of the world."""

import os
import platform
import sys
import time

BOLD, DIM, GREEN, CYAN, RESET = "\033[1m", "\033[2m", "\033[32m", "\033[36m", "\033[0m"

STEPS = ["Reading the configuration", "Looking around", "Counting to three"]


def main() -> None:
    # GREETING comes from default_env in pipeline.json; change it there and run again.
    greeting = os.environ.get("GREETING", "Hello")
    print(f"{BOLD}{CYAN}{greeting} from Fast-Flow Desktop!{RESET}\n")

    for number, step in enumerate(STEPS, start=1):
        print(f"{DIM}[{number}/{len(STEPS)}]{RESET} {step} ...", end=" ", flush=True)
        time.sleep(0.35)
        print(f"{GREEN}done{RESET}")

    print(f"\n{BOLD}What this pipeline sees{RESET}")
    facts = {
        "Python": f"{platform.python_version()} ({sys.executable})",
        "System": f"{platform.system()} {platform.machine()}",
        "Folder": os.getcwd(),
        "Arguments": sys.argv,
        "User": os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "unknown"),
    }
    for name, value in facts.items():
        print(f"  {name:<10} {value}")

    print(f"\n{GREEN}All good.{RESET} Now change main.py and run it again.")


if __name__ == "__main__":
    main()
