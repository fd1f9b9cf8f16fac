"""Looks into the packages of one pipeline: what its requirements resolve to, what a run installs, what is newer, what is known
to be vulnerable. Or makes the text of a lock file. How it is told and what it tells: uv_work.py.

    {"task": "lock", "python", "folder", "upgrade", "env"}
    {"task": "check", "python", "folder", "file", "modules", "names", "env"}

A part that does not work is told as a problem, and the rest goes on. Nothing is written into the folder.
"""
import importlib.metadata
import json
import os
import re
import shutil
import sys
import tempfile

from uv_work import UV, cache_folder, call, normalized, read_work, tell, uv_environment

COMPILE_SECONDS = 600
RUN_SECONDS = 1800
AUDIT_SECONDS = 300
AUDIT = "pip-audit@2.10.1"
LOCK = "requirements.txt.lock"
# The header of a lock says how it was made, in paths that are the same everywhere.
HEADER = "uv pip compile --python %s /app/requirements.txt -o /app/requirements.txt.lock"
LONGEST_LICENCE = 80
LICENCE_CLASSIFIER = "License :: "


class Work:
    def __init__(self, asked, scratch):
        self.python = asked["python"]
        self.folder = asked["folder"]
        self.asked = asked
        self.scratch = scratch
        self.env = uv_environment(asked["env"])

    def compile(self, upgrade=False):
        """Versions of an existing lock are kept, unless all are to be renewed."""
        target, known = os.path.join(self.scratch, LOCK), os.path.join(self.folder, LOCK)
        if os.path.isfile(known):
            shutil.copyfile(known, target)
        command = [UV, "pip", "compile", "--quiet", "--python", self.python, "--custom-compile-command", HEADER % self.python]
        if sys.platform not in ("linux", "linux2"):
            # What is committed is for the server.
            command += ["--python-platform", "linux"]
        code, _, errors = call(command + (["--upgrade"] if upgrade else []) + ["requirements.txt", "-o", target], self.env, COMPILE_SECONDS, cwd=self.folder)
        if code != 0:
            tell(part="resolve", problem=errors)
            return
        with open(target, encoding="utf-8") as file:
            tell(compiled=file.read())

    def check(self):
        tell(phase="resolving")
        self.compile()
        tell(phase="installing")
        places, found = self.environment()
        tell(phase="newest")
        self.newest(places)
        tell(exists={name: self.is_on_index(name) for name in self.asked["names"]})
        tell(phase="auditing")
        self.audit([(name, version) for name, version, is_local in found if not is_local])

    def environment(self):
        """As the run's: the same command makes it, so that it is the one that the run finds."""
        command = [UV, "run", "--python", self.python, "--with-requirements", self.asked["file"], "python", "-c", "import json, sys; print(json.dumps(sys.path))"]
        code, out, errors = call(command, self.env, RUN_SECONDS)
        if code != 0:
            tell(part="install", problem=errors)
            return [], []
        base = os.path.realpath(cache_folder()) + os.sep
        places = [path for path in json.loads(out.strip().split("\n")[-1]) if os.path.realpath(path).startswith(base) and os.path.isdir(path)]
        owners, found, told = {}, [], []
        for distribution in importlib.metadata.distributions(path=places):
            name = normalized(distribution.metadata["Name"])
            files = distribution.files or []
            for module in filter(None, map(module_of, files)):
                owners.setdefault(module, set()).add(name)
            is_local = '"dir_info"' in (distribution.read_text("direct_url.json") or "")
            found.append((name, distribution.version, is_local))
            told.append({"name": name, "version": distribution.version, "licence": licence_of(distribution.metadata), "bytes": sum(file.size or 0 for file in files)})
        starts_offline = call(command, dict(self.env, UV_OFFLINE="1"), RUN_SECONDS)[0] == 0
        tell(installed=told, startsOffline=starts_offline, provides={module: providers(module, owners) for module in self.asked["modules"]})
        return places, found

    def newest(self, places):
        newest = {}
        for place in places:
            code, out, errors = call([UV, "pip", "list", "--quiet", "--outdated", "--format", "json", "--python", self.python, "--target", place], self.env, COMPILE_SECONDS)
            if code != 0:
                tell(part="newest", problem=errors)
                return
            newest.update((normalized(found["name"]), found["latest_version"]) for found in json.loads(out or "[]"))
        if places:
            tell(newest=newest)

    def is_on_index(self, name):
        """None where the index does not say."""
        file = os.path.join(self.scratch, "name.txt")
        with open(file, "w", encoding="utf-8") as out:
            out.write(name + "\n")
        code, _, errors = call([UV, "pip", "compile", "--quiet", "--no-deps", "--python", self.python, file], self.env, COMPILE_SECONDS)
        return True if code == 0 else False if "was not found in the package registry" in errors else None

    def audit(self, packages):
        if not packages:
            return
        chosen = self.env.get("PIP_AUDIT_VULNERABILITY_SERVICE") or ("osv" if self.env.get("PIP_AUDIT_OSV_URL") else None)
        answer, problem = self.ask_audit(packages, chosen)
        skipped = {normalized(entry["name"]) for entry in answer["dependencies"] if "skip_reason" in entry} if answer else None
        left = [package for package in packages if skipped is None or package[0] in skipped]
        if answer is not None:
            tell(audit=answer)
        if chosen is None and left:
            # An index that only holds packages knows no advisories.
            answer, problem = self.ask_audit(left, "osv")
            if answer is not None:
                tell(audit=answer)
        if answer is None:
            tell(part="audit", problem=problem)

    def ask_audit(self, packages, service):
        file = os.path.join(self.scratch, "audited.txt")
        with open(file, "w", encoding="utf-8") as out:
            out.writelines("%s==%s\n" % package for package in packages)
        command = [UV, "tool", "run", "--quiet", "--python", ">=3.10", AUDIT, "-r", file, "--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", "40", "--cache-dir", os.path.join(self.scratch, "audit"), "-f", "json"]
        code, out, errors = call(command + (["-s", service] if service else []), self.env, AUDIT_SECONDS, cwd=self.scratch)
        try:
            return json.loads(out), None
        except ValueError:
            return None, errors


def module_of(file):
    """`google.cloud.storage` for google/cloud/storage/__init__.py; None for what is no module."""
    parts = list(file.parts)
    stem, dot, kind = parts[-1].partition(".")
    if not dot or not kind.endswith(("py", "so", "pyd", "pth")) or not all(re.match(r"^\w+$", part) for part in parts[:-1]):
        return None
    return ".".join(parts[:-1] if stem == "__init__" else parts[:-1] + [stem])


def providers(module, owners):
    """Who brings it: the longest known name decides, else all that have anything below its first."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        known = owners.get(".".join(parts[:length]))
        if known:
            return sorted(known)
    return sorted({name for known, names in owners.items() if known.startswith(parts[0] + ".") for name in names})


def licence_of(metadata):
    text = metadata.get("License-Expression") or metadata.get("License") or ""
    line = text.strip().split("\n")[0].strip()
    if line and line.upper() != "UNKNOWN" and len(line) <= LONGEST_LICENCE:
        return line
    named = [entry.split(" :: ")[-1] for entry in metadata.get_all("Classifier") or [] if entry.startswith(LICENCE_CLASSIFIER)]
    return ", ".join(named) or (line[:LONGEST_LICENCE] if line and line.upper() != "UNKNOWN" else None)


def main():
    asked = read_work()
    with tempfile.TemporaryDirectory() as scratch:
        work = Work(asked, scratch)
        if asked["task"] == "lock":
            work.compile(asked["upgrade"])
        else:
            work.check()


main()
