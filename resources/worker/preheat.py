"""Fills uv's cache for many pipelines at once, or looks whether it is filled, from inside the worker image.

What to do comes in the environment (FFD_JOBS_0, FFD_JOBS_1, ...: base64 of zlib of JSON, cut into pieces), what happens is
told on standard output, one JSON object a line. Only this program writes there: what uv and builds print is quoted.

    {"isOffline": bool, "parallel": int, "jobs": [{"id", "python", "file", "files", "env"}]}

`files` are put into a folder of their own, and `file` is the requirements file in it; without `files`, `file` is a path.
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

COMPILE_SECONDS = 600
RUN_SECONDS = 1800
LOOK_EVERY_SECONDS = 0.25
LONGEST_LINE = 4000
# "Downloading numpy (16.2MiB)"
DOWNLOADING = re.compile(r"^Downloading (\S+) \(([0-9.]+)(B|KiB|MiB|GiB)\)")
UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;]+)")

# uv tells programs that it runs where it is; on a user's computer it need not be on PATH.
UV = os.environ.get("UV", "uv")

told = threading.Lock()
# uv takes one lock for all installations of Python.
installing = threading.Lock()


def tell(**fields):
    with told:
        sys.stdout.write(json.dumps(fields) + "\n")
        sys.stdout.flush()


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


class Failed(Exception):
    pass


class Job:
    def __init__(self, asked, folder, is_offline):
        self.id = asked["id"]
        self.python = asked["python"]
        self.file = asked["file"]
        self.is_offline = is_offline
        self.env = dict(os.environ, **asked["env"])
        for name in list(self.env):
            if name.startswith("FFD_JOBS_"):
                del self.env[name]
        if asked["files"] is not None:
            for path, content in asked["files"].items():
                target = os.path.normpath(os.path.join(folder, path))
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "w", encoding="utf-8", newline="") as out:
                    out.write(content)
            self.file = os.path.normpath(os.path.join(folder, asked["file"]))
        self.bytes_announced = {}
        self.downloaded = set()

    def run(self):
        try:
            if self.is_offline:
                self.check()
                tell(job=self.id, phase="ready", packages=None)
                return
            self.ensure_python()
            packages = [] if self.file is None else self.resolve()
            self.fill(packages)
            self.check()
            tell(job=self.id, phase="ready", packages=packages)
        except Failed as failure:
            tell(job=self.id, phase="failed", message=str(failure))
        except Exception as error:  # One pipeline's trouble is not the others'.
            tell(job=self.id, phase="failed", message="%s: %s" % (type(error).__name__, error))

    def ensure_python(self):
        with installing:
            if self.call([UV, "python", "find", "--no-project", self.python], COMPILE_SECONDS, quiet=True)[0] == 0:
                return
            tell(job=self.id, phase="python")
            code, _, errors = self.call([UV, "python", "install", self.python], RUN_SECONDS)
            if code != 0:
                raise Failed(errors)

    def resolve(self):
        tell(job=self.id, phase="resolving")
        command = [UV, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", self.python, self.file]
        code, text, errors = self.call(command, COMPILE_SECONDS)
        if code != 0:
            raise Failed(errors)
        found = (PINNED.match(line) for line in text.splitlines())
        return [[normalized(match.group(1)), match.group(2)] for match in found if match]

    def arguments(self):
        wanted = [] if self.file is None else ["--with-requirements", self.file]
        return [UV, "run", "--python", self.python, *wanted, "python", "-c", "pass"]

    def fill(self, packages):
        over = threading.Event()
        watcher = threading.Thread(target=self.watch, args=(packages, over), daemon=True)
        watcher.start()
        code, _, errors = self.call(self.arguments(), RUN_SECONDS, on_line=self.note)
        over.set()
        watcher.join()
        if code != 0:
            raise Failed(errors)

    def note(self, line):
        announced = DOWNLOADING.match(line)
        if announced:
            self.bytes_announced[announced.group(1)] = int(float(announced.group(2)) * UNITS[announced.group(3)])
        elif line.startswith(" Downloaded "):
            self.downloaded.add(line.split()[1])
        elif line.strip().startswith("Building "):
            tell(job=self.id, phase="building")

    def watch(self, packages, over):
        last = None
        while True:
            is_last = over.wait(LOOK_EVERY_SECONDS)
            held = cached_versions()
            done = sum(1 for name, version in packages if (name, version) in held)
            total_bytes = sum(self.bytes_announced.values())
            done_bytes = sum(size for name, size in self.bytes_announced.items() if name in self.downloaded)
            now = (done, done_bytes, total_bytes)
            if now != last:
                last = now
                tell(job=self.id, phase="downloading", done=done, total=len(packages), doneBytes=done_bytes, totalBytes=total_bytes)
            if is_last:
                return

    def check(self):
        if not self.is_offline:
            tell(job=self.id, phase="checking")
        code, _, errors = self.call(self.arguments(), RUN_SECONDS, quiet=self.is_offline, env=dict(self.env, UV_OFFLINE="1"))
        if code != 0:
            raise Failed(errors)

    def call(self, command, seconds, quiet=False, on_line=None, env=None):
        """Exit code, standard output, and the end of standard error, which is told line by line as well."""
        if not quiet:
            self.log("$ uv " + " ".join(command[1:]))
        process = subprocess.Popen(command, env=self.env if env is None else env, cwd=os.sep, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
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
            if not quiet:
                self.log(line)
            if on_line:
                on_line(line)
        code = process.wait()
        timer.cancel()
        reader.join()
        errors = "\n".join(lines[-20:]) or ("uv ended with %d after %d s" % (code, seconds) if code < 0 else "uv ended with %d" % code)
        return code, (out[0] if out else b"").decode("utf-8", "replace"), errors

    def log(self, line):
        tell(job=self.id, text=line)


def cache_folder():
    return os.environ["UV_CACHE_DIR"]


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
    return {(os.path.basename(folder), entry.split("-")[0]) for folder in wheel_folders() for entry in os.listdir(folder) if "." in entry}


def size_of(path):
    total = 0
    for folder, _, files in os.walk(path):
        for name in files:
            try:
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
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


def main():
    pieces = []
    while "FFD_JOBS_%d" % len(pieces) in os.environ:
        pieces.append(os.environ["FFD_JOBS_%d" % len(pieces)])
    work = json.loads(zlib.decompress(base64.b64decode("".join(pieces))))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(max(1, work["parallel"])) as pool:
        for number, asked in enumerate(work["jobs"]):
            pool.submit(Job(asked, os.path.join(folder, str(number)), work["isOffline"]).run)
        pool.shutdown(wait=True)
    inventory()


main()
