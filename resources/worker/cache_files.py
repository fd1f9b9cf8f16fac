"""Whether what is in uv's cache is as it was made: each package tells in its RECORD which files it has, how large they are and
their hashes. And how what is not is taken out, so that uv makes it anew. Only links and folders of the cache are touched.

uv 0.13: archive-vN/ID holds an unpacked wheel or a whole environment; wheels-vN, sdists-vN and environments-vN lead there by links.
"""
import base64
import csv
import hashlib
import json
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

from cache_lock import InUse, take_lock
from uv_work import UV, cache_folder, folders, normalized, size_of

DIST_INFO = re.compile(r"^(.+?)-([^-]+)\.dist-info$")
MOST_FILES_TOLD = 5
COPY_BYTES = 1024 * 1024
SHOW_PATH = "import json, sys; print(json.dumps(sys.path))"
# "Failed to install: six-1.17.0-py2.py3-none-any.whl (six==1.17.0)"
NAMED = re.compile(r"\(([A-Za-z0-9._-]+)==([^\s()]+)\)")

# (name, version, file, why): as it is published, so that fetching it again changes nothing.
published = set()

# Hashing lets other threads work.
pool = ThreadPoolExecutor(4)


def lock(is_exclusive):
    """uv's lock of the cache; None where it cannot be had."""
    try:
        return take_lock(cache_folder(), alone=is_exclusive)
    except InUse:
        return None


def buckets(kind):
    return [path for path in folders(cache_folder()) if re.match(r"^%s-v\d+$" % kind, os.path.basename(path))]


def target_of(path):
    """The archive that a link of the cache leads to, whether that is there or not."""
    try:
        if os.path.islink(path):
            text = os.readlink(path)
        elif os.name == "nt" and os.path.getsize(path) < 400 and os.path.splitext(path)[1] not in (".lock", ".http", ".rev", ".msgpack"):
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        else:
            return None
    except OSError:
        return None
    match = re.search(r"(archive-v\d+)[\\/]([A-Za-z0-9_-]+)[\\/]?\s*$", text)
    return os.path.join(cache_folder(), *match.groups()) if match else None


def links_of(kinds):
    """Archive to the links that lead to it."""
    found = {}
    for kind in kinds:
        for bucket in buckets(kind):
            for folder, below, files in os.walk(bucket):
                for name in below + files:
                    target = target_of(os.path.join(folder, name))
                    if target:
                        found.setdefault(target, []).append(os.path.join(folder, name))
                if "src" in below:
                    below.remove("src")
    return found


def named_by(link):
    """wheels-v8/pypi/NAME/VERSION-TAGS or sdists-v11/pypi/NAME/VERSION/REVISION/NAME-VERSION-TAGS."""
    parts = os.path.basename(link).split("-")
    if re.match(r"^\d", parts[0]):
        return normalized(os.path.basename(os.path.dirname(link))), parts[0]
    return normalized(parts[0]), parts[1] if len(parts) > 1 else ""


def site_of(environment):
    for found in [os.path.join(path, "site-packages") for path in folders(os.path.join(environment, "lib"))] + [os.path.join(environment, "Lib", "site-packages")]:
        if os.path.isdir(found):
            return found
    return None


def packages_in(site):
    """(name, version) to the folder that describes it."""
    matches = ((DIST_INFO.match(os.path.basename(path)), path) for path in folders(site))
    return {(normalized(match.group(1)), match.group(2)): path for match, path in matches if match}


def problem_of(path, size, digest, is_full):
    try:
        found = os.stat(path).st_size
        if size is not None and found != size:
            return "empty" if found == 0 else "cut" if found < size else "changed"
        if not os.access(path, os.R_OK):
            return "unreadable"
        if not is_full or not digest:
            return None
        name, _, wanted = digest.partition("=")
        made = hashlib.new(name)
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(COPY_BYTES), b""):
                made.update(block)
        return None if base64.urlsafe_b64encode(made.digest()).decode().rstrip("=") == wanted.rstrip("=") else "changed"
    except FileNotFoundError:
        return "missing"
    except ValueError:  # A hash that this Python does not know.
        return None
    except OSError:
        return "unreadable"


def problems_of(described, is_full):
    """[file, why] of each file of a package that is not as its RECORD says."""
    site = os.path.dirname(described)
    record = os.path.join(described, "RECORD")
    shown = os.path.basename(described) + "/RECORD"
    try:
        with open(record, newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if row]
    except FileNotFoundError:
        return [[shown, "missing"]]
    except PermissionError:
        return [[shown, "unreadable"]]
    except (OSError, ValueError, csv.Error):
        return [[shown, "changed"]]
    if not rows:
        return [[shown, "empty"]]
    if any(len(row) != 3 or not re.match(r"^\d*$", row[2]) for row in rows):
        return [[shown, "changed"]]
    rows = [row for row in rows if row[1] or row[2]]
    whys = pool.map(lambda row: problem_of(os.path.join(site, row[0]), int(row[2]) if row[2] else None, row[1], is_full), rows)
    return [[row[0], why] for row, why in zip(rows, whys) if why]


def damage(kind, folder, name, version, problems):
    return {"kind": kind, "folder": folder, "name": name, "version": version, "files": problems[:MOST_FILES_TOLD], "fileCount": len(problems), "bytes": size_of(folder)}


def words(item):
    path, why = item["files"][0]
    return "%s of %s %s is %s" % (path, item["name"], item["version"], why)


def damage_of(kind, folder, links, is_full, expected=()):
    """What is wrong with one archive. `kind`: package or environment; `expected`: (name, version) that must be in it."""
    if kind == "package":
        expected = [named_by(links[0])] if links else []
    site = folder if kind == "package" else site_of(folder)
    if not os.path.isdir(folder):
        # A link that leads nowhere: uv makes it anew by itself.
        return []
    if site is None:
        return [damage(kind, folder, "", "", [["site-packages", "missing"]])]
    if not os.access(site, os.R_OK | os.X_OK):
        return [damage(kind, folder, *(expected[0] if kind == "package" and expected else ("", "")), [["", "unreadable"]])]
    inside = packages_in(site)
    names = {name for name, _ in inside}
    found = [damage(kind, folder, name, version, [["%s-%s.dist-info" % (name, version), "missing"]]) for name, version in expected if name not in names]
    for (name, version), described in sorted(inside.items()):
        problems = [[path, why] for path, why in problems_of(described, is_full) if (name, version, path, why) not in published]
        if problems:
            found.append(damage(kind, folder, name, version, problems))
    return found


def take_out(found):
    """Unlinks what is damaged and every environment that contains it; deletes it where no uv works in the cache now. Answers the
    folders and the bytes that were freed at once; the others are left over, and go with the next repair."""
    archives = {item["folder"] for item in found if item["folder"] == archive_of(item["folder"]) and item["folder"].startswith(cache_folder() + os.sep)}
    packages = {(item["name"], item["version"]) for item in found if item["kind"] == "package"}
    links = links_of(["wheels", "sdists"])
    environments = links_of(["environments"])
    for folder in environments:
        site = site_of(folder)
        if site and packages & set(packages_in(site)):
            archives.add(folder)
    for folder in archives:
        for link in links.get(folder, []) + environments.get(folder, []):
            for path in (link, link + ".http", link + ".rev"):
                try:
                    os.unlink(path)
                except OSError:
                    pass
    return sorted(archives), delete(archives)


def delete(paths):
    """Bytes; None where a uv works in the cache."""
    held = lock(True)
    if held is None:
        return None
    freed = 0
    with held:
        for path in paths:
            size = size_of(path) or (os.path.getsize(path) if os.path.isfile(path) else 0)
            try:
                shutil.rmtree(path, ignore_errors=True) if os.path.isdir(path) else os.unlink(path)
            except OSError:
                pass
            freed += 0 if os.path.exists(path) else size
    return freed


def environment_of(run, arguments):
    """The packages' folder of the cached environment that `uv run ARGUMENTS` takes; None and uv's words where it takes none.
    `run` calls uv without a network."""
    code, text, errors = run([UV, "run", *arguments, "python", "-I", "-c", SHOW_PATH])
    if code != 0:
        return None, errors
    inside = os.path.realpath(cache_folder()) + os.sep
    for path in json.loads(text.splitlines()[-1]):
        if os.path.realpath(path).startswith(inside) and re.search(r"archive-v\d+[\\/]", path):
            return os.path.realpath(path), ""
    return None, ""


def damage_taken(run, arguments, packages, is_full):
    """What is wrong with what `uv run ARGUMENTS` takes, its environment and what that was made of; also where it cannot be made."""
    site, errors = environment_of(run, arguments)
    found, named = [], list(packages) + [(normalized(name), version) for name, version in NAMED.findall(errors)]
    if site is not None:
        found += damage_of("environment", archive_of(site), [], is_full, packages)
        named += list(packages_in(site))
    for archive, links in sorted(links_of(["wheels", "sdists"]).items()):
        if any(named_by(link) in named for link in links):
            found += damage_of("package", archive, links, is_full)
    return found


def archive_of(path):
    """The archive that a path lies in."""
    match = re.match(r"^(.*[\\/]archive-v\d+[\\/][A-Za-z0-9_-]+)", path)
    return match.group(1) if match else path

