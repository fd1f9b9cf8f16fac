"""Fills uv's cache for many pipelines at once, or looks whether it is filled, from inside the worker image. How it is told and
what it tells: uv_work.py.

    {"isOffline": bool, "parallel": int, "jobs": [{"id", "python", "file", "files", "env"}]}

`files` are put into a folder of their own, and `file` is the requirements file in it; without `files`, `file` is a path.
"""
import os
import re
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import cache_files
from uv_pythons import tell_pythons
from uv_work import PINNED, UV, cached_versions, call, folders, inventory, normalized, put_files, read_work, tell, uv_environment

COMPILE_SECONDS = 600
RUN_SECONDS = 1800
LOOK_EVERY_SECONDS = 0.25
# "Downloading numpy (16.2MiB)"
DOWNLOADING = re.compile(r"^Downloading (\S+) \(([0-9.]+)(B|KiB|MiB|GiB)\)")
UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}

# uv takes one lock for all installations of Python.
installing = threading.Lock()
# What one pipeline takes out of the cache another may be using: it is made anew before that one looks.
repairing = threading.Lock()
# (name, version) of what was in the cache before; everything else was fetched a moment ago.
held_before = set()
archives_before = set()
repaired = set()


class Failed(Exception):
    pass


class Job:
    def __init__(self, asked, folder, is_offline):
        self.id = asked["id"]
        self.python = asked["python"]
        self.is_offline = is_offline
        self.env = uv_environment(asked["env"])
        # An index that is slow with a large file is waited for: nobody waits for what is fetched ahead. uv gives up after 30 s.
        self.env.setdefault("UV_HTTP_TIMEOUT", "120")
        self.file = put_files(asked, folder)
        self.bytes_announced = {}
        self.downloaded = set()

    def run(self):
        try:
            if self.is_offline:
                tell(job=self.id, phase="ready", packages=self.check())
                return
            self.ensure_python()
            packages = [] if self.file is None else self.resolve()
            self.build(packages)
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

    def build(self, packages):
        """What is damaged in the cache is taken out, once, and made anew."""
        try:
            self.fill(packages)
            self.check(packages)
        except Failed:
            with repairing:
                names = set(map(tuple, packages))
                found = [item for item in cache_files.damage_taken(self.offline, self.arguments(), list(names), False) if is_old(item)]
                if not found and not names & repaired:
                    raise
                for item in found:
                    self.log("damaged in the cache: " + cache_files.words(item))
                    repaired.add((item["name"], item["version"]))
                if found:
                    cache_files.take_out(found)
                self.fill(packages)
                self.check(packages, is_new=True)

    def arguments(self):
        return ["--python", self.python, *([] if self.file is None else ["--with-requirements", self.file])]

    def offline(self, command):
        return self.call(command, RUN_SECONDS, quiet=True, env=dict(self.env, UV_OFFLINE="1"))

    def fill(self, packages):
        over = threading.Event()
        watcher = threading.Thread(target=self.watch, args=(packages, over), daemon=True)
        watcher.start()
        code, _, errors = self.call([UV, "run", *self.arguments(), "python", "-c", "pass"], RUN_SECONDS, on_line=self.note)
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

    def check(self, packages=(), is_new=False):
        """It starts without a network, and no file that its packages came with is missing or of another size. What was fetched
        a moment ago is as it is published, whatever its RECORD says; so may be what is only of another size, in a cache that was
        imported for example: cache_check.py tells of that. Answers what it starts with."""
        if not self.is_offline:
            tell(job=self.id, phase="checking")
        site, errors = cache_files.environment_of(self.offline, self.arguments())
        if errors:
            raise Failed(errors)
        # Of what is all new every file was written a moment ago: reading thousands of them again for each pipeline would take longer than fetching them.
        is_known = self.is_offline or (site is not None and cache_files.archive_of(site) in archives_before) or any(tuple(package) in held_before for package in packages)
        found = [] if site is None or not (is_known or is_new) else cache_files.damage_of("environment", cache_files.archive_of(site), [], False, list(map(tuple, packages)))
        fresh = [item for item in found if is_new or not is_old(item)]
        found = [item for item in found if item not in fresh]
        if fresh:
            self.log("published with another RECORD: " + ", ".join(map(cache_files.words, fresh)))
        if found and not (self.is_offline and all(why == "changed" for item in found for _, why in item["files"])):
            raise Failed("In the cache " + ", ".join(map(cache_files.words, found)))
        return [] if site is None else sorted(cache_files.packages_in(site))

    def call(self, command, seconds, quiet=False, on_line=None, env=None):
        """As uv_work.call; what uv says is told line by line as well."""
        if not quiet:
            self.log("$ uv " + " ".join(command[1:]))

        def take(line):
            if not quiet:
                self.log(line)
            if on_line:
                on_line(line)

        return call(command, self.env if env is None else env, seconds, take)

    def log(self, line):
        tell(job=self.id, text=line)


def is_old(item):
    return item["name"] == "" or (item["name"], item["version"]) in held_before - repaired


def main():
    work = read_work()
    held_before.update(cached_versions())
    archives_before.update(path for bucket in cache_files.buckets("archive") for path in folders(bucket))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(max(1, work["parallel"])) as pool:
        for number, asked in enumerate(work["jobs"]):
            pool.submit(Job(asked, os.path.join(folder, str(number)), work["isOffline"]).run)
        pool.shutdown(wait=True)
    inventory()
    tell_pythons()


main()
