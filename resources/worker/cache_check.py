"""Looks whether what is in uv's cache is as it was made, and takes out what is not. How it is told and what it tells: uv_work.py.

    {"isFull": bool, "repairs": bool, "jobs": [{"id", "python", "file", "files", "env"}] or null, "remove": [what was told as damage] or null,
     "published": [[name, version, file, why]]}

Full: hashes, else sizes only. With jobs only what these take, else everything; with `remove` nothing is looked at, and these are taken out. What is
`published` so is no damage.
"""
import os
import tempfile

import cache_files
from uv_work import PINNED, UV, cache_folder, call, folders, normalized, read_work, put_files, size_of, tell, uv_environment

UV_SECONDS = 600


def foreign():
    """Files of another user, which uv cannot replace."""
    if not hasattr(os, "getuid"):
        return
    count, example = 0, None
    for root in (cache_folder(), os.environ["UV_PYTHON_INSTALL_DIR"]):
        for folder, below, files in os.walk(root):
            for path in [folder] + [os.path.join(folder, name) for name in files]:
                try:
                    if os.lstat(path).st_uid != os.getuid():
                        count += 1
                        example = example or path
                except OSError:
                    pass
    if count:
        tell(foreign={"count": count, "example": example})


def left_over(links):
    """What was begun and never finished, and what nothing leads to. Only certain while no uv works in the cache."""
    paths = [entry.path for entry in os.scandir(cache_folder()) if entry.name.startswith(".tmp")]
    pointers = b"".join(pointer_texts())
    for bucket in cache_files.buckets("(?:archive|builds)"):
        for path in folders(bucket):
            name = os.path.basename(path)
            if name.startswith(".tmp") or (os.path.basename(bucket).startswith("archive-") and path not in links and name.encode() not in pointers):
                paths.append(path)
    return paths


def pointer_texts():
    """Beside a link stands what it was made from; it names the archive as well."""
    for bucket in cache_files.buckets("wheels") + cache_files.buckets("sdists"):
        for folder, _, files in os.walk(bucket):
            for name in files:
                if name.endswith((".http", ".rev")):
                    with open(os.path.join(folder, name), "rb") as file:
                        yield file.read()


def look_at_all(is_full):
    packages = cache_files.links_of(["wheels", "sdists"])
    environments = cache_files.links_of(["environments"])
    links = dict(packages, **environments)
    found = []
    for number, (folder, leading) in enumerate(sorted(links.items())):
        found += cache_files.damage_of("package" if folder in packages else "environment", folder, leading, is_full)
        tell(done=number + 1, total=len(links))
    tell(looked={"packages": sum(map(os.path.isdir, packages)), "environments": sum(map(os.path.isdir, environments))})
    return found


def look_at(asked, folder, is_full):
    """What one pipeline takes."""
    env = uv_environment(dict(asked["env"], UV_OFFLINE="1"))
    file = put_files(asked, folder)

    def run(command):
        return call(command, env, UV_SECONDS)

    if file is None:
        return []
    _, text, _ = run([UV, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", asked["python"], file])
    packages = [(normalized(match.group(1)), match.group(2)) for match in map(PINNED.match, text.splitlines()) if match]
    return cache_files.damage_taken(run, ["--python", asked["python"], "--with-requirements", file], packages, is_full)


def main():
    work = read_work()
    cache_files.published.update(map(tuple, work["published"]))
    os.makedirs(cache_folder(), exist_ok=True)
    foreign()
    left = []
    with tempfile.TemporaryDirectory() as folder:
        if work["remove"] is not None:
            found = work["remove"]
        elif work["jobs"] is None:
            found = look_at_all(work["isFull"])
        else:
            found = [item for number, asked in enumerate(work["jobs"]) for item in look_at(asked, os.path.join(folder, str(number)), work["isFull"])]
    for item in found:
        tell(damage=item)
    if work["jobs"] is None:
        held = cache_files.lock(True)
        if held is not None:
            with held:
                left = left_over(cache_files.links_of(["wheels", "sdists", "environments"]))
        tell(left={"count": len(left), "bytes": sum(map(size_of, left))})
    if work["repairs"] and (found or left):
        taken, freed = cache_files.take_out(found)
        more = None if freed is None else cache_files.delete(left)
        # What could not be deleted now is left over, and found then.
        tell(repaired={"folders": len(taken) + (len(left) if more is not None else 0), "bytes": (freed or 0) + (more or 0), "isBusy": freed is None})


main()
