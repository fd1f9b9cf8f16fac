"""What programs that work in uv's cache share: how they are told what to do, how they tell what happens, how they call uv, and
what is where in the cache. They run inside the worker image, or on the user's computer where there is no container engine.

What to do comes in the environment (FFD_WORK_0, FFD_WORK_1, ...: base64 of zlib of JSON, cut into pieces), what happens is
told on standard output, one JSON object a line. Only these programs write there: what uv and builds print is quoted.
"""
import base64
import json
import os
import re
import subprocess
import sys
import threading
import zlib

LONGEST_LINE = 4000
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;]+)")

# uv tells programs that it runs where it is; on a user's computer it need not be on PATH.
UV = os.environ.get("UV", "uv")

told = threading.Lock()
# A program whose standard output is a file tells on standard error.
told_to = sys.stdout


def tell(**fields):
    with told:
        told_to.write(json.dumps(fields) + "\n")
        told_to.flush()


def read_work():
    """What this program is to do, as it was asked."""
    pieces = []
    while "FFD_WORK_%d" % len(pieces) in os.environ:
        pieces.append(os.environ["FFD_WORK_%d" % len(pieces)])
    return json.loads(zlib.decompress(base64.b64decode("".join(pieces))))


def uv_environment(more):
    """This program's own variables without its work, and `more`."""
    # Two programs that install a Python at once: one waits for the other, and a download can take long.
    env = dict({"UV_LOCK_TIMEOUT": "1800"}, **os.environ)
    env.update(more)
    for name in list(env):
        if name.startswith("FFD_WORK_"):
            del env[name]
    return env


def put_files(asked, folder):
    """Where the requirements file of a job is: its files are put into the folder first, where it brings some. None: it has none."""
    if asked["files"] is None:
        return asked["file"]
    for path, content in asked["files"].items():
        target = os.path.normpath(os.path.join(folder, path))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8", newline="") as out:
            out.write(content)
    return os.path.normpath(os.path.join(folder, asked["file"]))


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def call(command, env, seconds, on_line=None, cwd=os.sep):
    """Exit code, standard output, and the end of standard error; `on_line` gets each line of it as it comes."""
    process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out = []
    reader = threading.Thread(target=lambda: out.append(process.stdout.read()), daemon=True)
    reader.start()
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    lines = []
    for raw in process.stderr:
        line = raw.decode("utf-8", "replace").rstrip()[:LONGEST_LINE]
        if not line:
            continue
        lines.append(line)
        if on_line:
            on_line(line)
    code = process.wait()
    timer.cancel()
    reader.join()
    errors = "\n".join(lines[-20:]) or ("uv ended with %d after %d s" % (code, seconds) if code < 0 else "uv ended with %d" % code)
    return code, (out[0] if out else b"").decode("utf-8", "replace"), errors


def cache_folder():
    return os.path.realpath(os.environ["UV_CACHE_DIR"])


def wheel_folders():
    """wheels-v8/pypi/NAME or wheels-v8/index/HASH/NAME; the same below sdists."""
    for bucket in os.listdir(cache_folder()):
        if not bucket.startswith(("wheels-v", "sdists-v")):
            continue
        for source in folders(os.path.join(cache_folder(), bucket)):
            if os.path.basename(source) == "pypi":
                yield from folders(source)
            else:
                for index in folders(source):
                    yield from folders(index)


def folders(path):
    try:
        return [entry.path for entry in os.scandir(path) if entry.is_dir()]
    except OSError:
        return []


def cached_versions():
    # What is only resolved has files there, too.
    return {(os.path.basename(folder), os.path.basename(entry).split("-")[0]) for folder in wheel_folders() for entry in folders(folder)}


def size_of(path):
    """On the disk; a file with several names, as uv links them on a user's computer, counts once."""
    total, seen = 0, set()
    for folder, _, files in os.walk(path):
        for name in files:
            try:
                stat = os.lstat(os.path.join(folder, name))
                if stat.st_nlink > 1 and (stat.st_dev, stat.st_ino) in seen:
                    continue
                if stat.st_nlink > 1:
                    seen.add((stat.st_dev, stat.st_ino))
                total += stat.st_blocks * 512
            except (OSError, AttributeError):
                pass
    return total


def inventory():
    """What is in the cache: packages and Pythons with their sizes."""
    packages = {}
    for folder in wheel_folders():
        name = os.path.basename(folder)
        for entry in folders(folder):
            version = os.path.basename(entry).split("-")[0]
            if not re.match(r"^[0-9]", version):
                continue
            size = size_of(os.path.realpath(entry))
            known = packages.setdefault((name, version), [0, 0.0])
            known[0] += size
            known[1] = max(known[1], os.lstat(entry).st_mtime)
    pythons = []
    for path in folders(os.environ["UV_PYTHON_INSTALL_DIR"]) if os.path.isdir(os.environ["UV_PYTHON_INSTALL_DIR"]) else []:
        match = re.match(r"^cpython-(\d+\.\d+\.\d+[a-z0-9]*)", os.path.basename(path))
        if match and not os.path.islink(path):
            pythons.append({"version": match.group(1), "folder": os.path.basename(path), "bytes": size_of(path)})
    tell(
        inventory={
            "packages": [{"name": name, "version": version, "bytes": size, "atMs": int(at * 1000)} for (name, version), (size, at) in sorted(packages.items())],
            "pythons": sorted(pythons, key=lambda python: python["folder"]),
            "environments": sum(len(folders(path)) for bucket in folders(cache_folder()) if os.path.basename(bucket).startswith("environments-v") for path in folders(bucket)),
            "cacheBytes": size_of(cache_folder()),
            "pythonBytes": size_of(os.environ["UV_PYTHON_INSTALL_DIR"]),
        }
    )
