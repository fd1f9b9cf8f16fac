"""Which Pythons there are: in the folder that uv installs into, and those that uv finds besides (of the image, of the computer)."""
import json
import os

from uv_work import UV, call, folders, size_of, tell, uv_environment

LIST_SECONDS = 120


def install_folder():
    return os.environ["UV_PYTHON_INSTALL_DIR"]


def tell_pythons():
    # Nothing is asked of a network, whatever uv is told to do elsewhere.
    env = uv_environment({"UV_OFFLINE": "1", "UV_PYTHON_DOWNLOADS": "never"})
    code, text, errors = call([UV, "python", "list", "--only-installed", "--no-config", "--output-format", "json"], env, LIST_SECONDS)
    if code != 0:
        raise RuntimeError(errors)
    own = os.path.realpath(install_folder()) + os.sep
    installed, system = {}, {}
    for found in json.loads(text):
        path = found["path"]
        real = os.path.realpath(path)
        is_plain = found["implementation"] == "cpython" and found.get("variant", "default") == "default"
        if real.startswith(own):
            folder = real[len(own) :].split(os.sep)[0]
            installed[folder] = {"version": found["version"], "folder": folder, "isPlain": is_plain, "bytes": size_of(own + folder)}
        elif is_plain and not in_environment(path):
            system.setdefault(real, {"version": found["version"], "path": path})
    tell(pythons={"installed": [installed[folder] for folder in sorted(installed)], "system": [system[path] for path in sorted(system)]})


def in_environment(path):
    """A virtual environment is no Python to build on."""
    return os.path.exists(os.path.join(os.path.dirname(os.path.dirname(path)), "pyvenv.cfg"))


def unpacked_bytes():
    """What an installation that is under way has unpacked; uv puts it beside the others first."""
    return sum(size_of(path) for path in folders(os.path.join(install_folder(), ".temp")))
