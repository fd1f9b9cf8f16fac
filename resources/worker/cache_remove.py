"""Looks what could be removed from uv's cache, and removes what of it was agreed on. How it is told and what it tells: uv_work.py.

    {"action": "plan", "packages": [[name, version]], "unused": bool, "leftovers": bool, "used": [[name, version]],
     "isUnknown": bool, "warm": [id], "parallel": int, "jobs": [...]}
    {"action": "remove", "ids": [...]}

`jobs` are as preheat.py takes them: started without a network, each shows the environment it takes and what is in it. Where one
of the `warm` does not show it, or it is not known of another (`isUnknown`), nothing is unused.
`leftovers` is what `uv cache prune` would throw away, but for environments: uv takes all of them, also those in which the
next runs would start at once.
"""
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from cache_lock import InUse, take_lock
from uv_work import UV, cache_folder, call, folders, inventory, normalized, put_files, read_work, tell, uv_environment, wheel_folders

BUCKET = re.compile(r"^([a-z-]+)-v(\d+)$")
RUN_SECONDS = 600
# uv writes files in place of links on Windows: what is linked to cannot be told, so nothing counts as loose.
HAS_LINKS = os.name != "nt"


class Cache:
    def __init__(self):
        self.root = os.path.realpath(cache_folder())
        buckets = {name: BUCKET.match(name) for name in os.listdir(self.root)}
        newest = {}
        for match in filter(None, buckets.values()):
            newest[match.group(1)] = max(newest.get(match.group(1), 0), int(match.group(2)))
        self.old_buckets = sorted(name for name, match in buckets.items() if match and int(match.group(2)) < newest[match.group(1)])
        self.current = sorted(name for name, match in buckets.items() if match and int(match.group(2)) == newest[match.group(1)])
        self.links = {}
        for name in self.current:
            if name.startswith(("wheels-v", "sdists-v", "environments-v")):
                self.note_links(os.path.join(self.root, name))

    def note_links(self, bucket):
        """Which links lead to an archive."""
        for folder, names, files in os.walk(bucket):
            for name in names + files:
                path = os.path.join(folder, name)
                if os.path.islink(path):
                    self.links.setdefault(os.path.realpath(path), set()).add(path)

    def of_family(self, *families):
        return [os.path.join(self.root, name) for name in self.current if BUCKET.match(name).group(1) in families]

    def packages(self):
        """(name, version): all that belongs to it in the buckets of wheels and sources."""
        found = {}
        for folder in wheel_folders():
            for entry in os.listdir(folder):
                version = entry.split("-")[0]
                for suffix in (".http", ".msgpack", ".lock", ".rev"):
                    version = version[: -len(suffix)] if version.endswith(suffix) else version
                if re.match(r"^[0-9]", version):
                    found.setdefault((os.path.basename(folder), version), []).append(os.path.join(folder, entry))
        return found

    def environments(self):
        """Link: the archive it leads to."""
        links = (entry.path for bucket in self.of_family("environments") for interpreter in folders(bucket) for entry in os.scandir(interpreter))
        return {link: os.path.realpath(link) for link in links if os.path.isdir(link)}

    def leftovers(self):
        yield from (os.path.join(self.root, name) for name in self.old_buckets)
        yield from (os.path.join(self.root, name) for name in sorted(os.listdir(self.root)) if name.startswith(".tmp"))
        for bucket in self.of_family("builds"):
            yield from (os.path.join(bucket, name) for name in sorted(os.listdir(bucket)) if not name.startswith(".git"))
        for bucket in self.of_family("archive"):
            for name in sorted(os.listdir(bucket)):
                path = os.path.join(bucket, name)
                if HAS_LINKS and path not in self.links and not name.startswith(".git"):
                    yield path
        yield from self.old_revisions()

    def old_revisions(self):
        """Of packages built from source: what no pointer names any more."""
        for bucket in self.of_family("sdists"):
            for folder, names, files in os.walk(bucket):
                pointers = [name for name in files if name.startswith("revision.")]
                if not pointers:
                    continue
                pointed = b"".join(read(os.path.join(folder, name)) for name in pointers)
                yield from (os.path.join(folder, name) for name in sorted(names) if name.encode() not in pointed)
                names[:] = []

    def loose_after(self, links):
        """Archives to which nothing leads once these links, or all below these folders, are gone."""
        gone = tuple(links)
        below = tuple(link + os.sep for link in links)
        return sorted(target for target, leading in self.links.items() if all(link in gone or link.startswith(below) for link in leading))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def contents(archive):
    """Packages in an environment, and whether one is from a folder of the user's."""
    packages, is_local = [], False
    for folder, names, _ in os.walk(archive):
        for name in names:
            if name.endswith(".dist-info"):
                package, _, version = name[: -len(".dist-info")].partition("-")
                packages.append((normalized(package), version))
                origin = os.path.join(folder, name, "direct_url.json")
                is_local = is_local or (os.path.exists(origin) and b'"file:' in read(origin))
        names[:] = [] if os.path.basename(folder) in ("site-packages", "dist-packages") else [name for name in names if name.lower() in ("lib", "site-packages") or name.startswith("python")]
    return sorted(packages), is_local


class Item:
    def __init__(self, kind, name, paths):
        self.kind, self.name, self.paths = kind, name, paths
        self.id = "%s:%s" % (kind, name)


def items_of(cache, packages, wants_environment, leftovers):
    """In the order of removal: what leads somewhere goes before what it leads to."""
    held = cache.packages()
    chosen = set(packages) & set(held)
    remaining = {name for name, version in held if (name, version) not in chosen}
    items = []
    for name, version in sorted(chosen):
        paths = list(held[name, version])
        if name not in remaining:
            paths += [path for bucket in cache.of_family("simple") for index in folders(bucket) for path in pages(index, name)]
        items.append(Item("package", "%s %s" % (name, version), paths + cache.loose_after(held[name, version])))
    for link, archive in sorted(cache.environments().items()):
        inside, is_local = contents(archive)
        if chosen & set(inside) or wants_environment(link, archive, is_local):
            environment = Item("environment", os.path.relpath(link, cache.root), [link, link + ".lock"] + cache.loose_after([link]))
            environment.packages = inside
            items.append(environment)
    taken = {path for item in items for path in item.paths}
    return items + [Item("leftover", os.path.relpath(path, cache.root), [path]) for path in leftovers if path not in taken]


def pages(index, name):
    """The index's page about a package: simple-v/pypi/NAME.rkyv or simple-v/index/HASH/NAME.rkyv."""
    return [path for folder in [index] + folders(index) for path in [os.path.join(folder, name + ".rkyv")] if os.path.exists(path)]


class Sizes:
    """What removing in this order sets free: a file with several names only with its last."""

    def __init__(self):
        self.gone = {}

    def of(self, path):
        try:
            stat = os.lstat(path)
        except OSError:
            return 0
        key = (stat.st_dev, stat.st_ino)
        self.gone[key] = self.gone.get(key, 0) + 1
        return getattr(stat, "st_blocks", (stat.st_size + 511) // 512) * 512 if self.gone[key] >= stat.st_nlink else 0

    def below(self, path):
        if os.path.islink(path) or not os.path.isdir(path):
            return self.of(path)
        return sum(self.of(os.path.join(folder, name)) for folder, _, files in os.walk(path) for name in files)


def taken_by(job, folder):
    """The archive that a start without a network takes: None where it does not start, empty where Python itself has all."""
    requirements = put_files(job, folder)
    command = [UV, "run", "--python", job["python"], "--with-requirements", requirements, "python", "-c", "import sys; print('\\n'.join(sys.path))"]
    code, out, _ = call(command, dict(uv_environment(job["env"]), UV_OFFLINE="1"), RUN_SECONDS)
    below = os.path.join(os.path.realpath(cache_folder()), "archive-v")
    if code != 0:
        return None
    for line in out.splitlines():
        if os.path.realpath(line).startswith(below):
            return os.sep.join(os.path.realpath(line).split(os.sep)[: below.count(os.sep) + 2])
    return ""


def plan(work):
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(max(1, work["parallel"])) as pool:
        archives = list(pool.map(lambda numbered: taken_by(numbered[1], os.path.join(folder, str(numbered[0]))), enumerate(work["jobs"])))
    cache = Cache()
    used = {tuple(package) for package in work["used"]}
    for job, archive in zip(work["jobs"], archives):
        inside = None if archive is None else contents(archive)[0] if archive else []
        used.update(inside or [])
        tell(user=job["id"], packages=inside)
    for archive in cache.environments().values():
        inside, is_local = contents(archive)
        used.update(inside if is_local else [])
    chosen = {tuple(package) for package in work["packages"]}
    is_unknown = work["isUnknown"] or any(archive is None and job["id"] in work["warm"] for job, archive in zip(work["jobs"], archives))
    wants_unused = work["unused"] and not is_unknown
    if wants_unused:
        chosen |= set(cache.packages()) - used
    is_unused = lambda link, archive, is_local: wants_unused and archive not in archives and not is_local
    sizes = Sizes()
    for item in items_of(cache, chosen, is_unused, cache.leftovers() if work["leftovers"] else []):
        tell(item=item.id, kind=item.kind, name=item.name, bytes=sum(sizes.below(path) for path in item.paths), packages=getattr(item, "packages", []))


def remove(work):
    lock = take_lock(cache_folder(), alone=True)
    cache = Cache()
    agreed = set(work["ids"])
    packages = [(name, version) for name, version in cache.packages() if "package:%s %s" % (name, version) in agreed]
    is_agreed = lambda link, archive, is_local: "environment:" + os.path.relpath(link, cache.root) in agreed
    leftovers = [path for path in cache.leftovers() if "leftover:" + os.path.relpath(path, cache.root) in agreed]
    for item in items_of(cache, packages, is_agreed, leftovers):
        freed, problem = 0, None
        for path in item.paths:
            try:
                freed += removed(path)
            except OSError as error:
                problem = "%s: %s" % (os.path.relpath(path, cache.root), error.strerror)
        tell(removed=item.id, bytes=freed, problem=problem)
    inventory()
    lock.close()


def removed(path):
    """What it set free."""
    freed = 0
    if os.path.isdir(path) and not os.path.islink(path):
        for folder, names, files in os.walk(path, topdown=False):
            for name in files + [name for name in names if os.path.islink(os.path.join(folder, name))]:
                freed += dropped(os.path.join(folder, name))
            os.rmdir(folder)
    elif os.path.lexists(path):
        freed += dropped(path)
    return freed


def dropped(path):
    # Of a file with several names the others are still there, or were not counted before.
    freed = Sizes().of(path)
    os.unlink(path)
    return freed


def main():
    work = read_work()
    try:
        plan(work) if work["action"] == "plan" else remove(work)
    except InUse:
        tell(inUse=True)
    except OSError as error:
        sys.exit("%s: %s" % (error.filename, error.strerror))


main()
