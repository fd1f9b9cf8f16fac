"""Tells what runs would have to fetch, without fetching or building it. How it is told and what it tells: uv_work.py.

    {"parallel": int, "jobs": [{"id", "python", "file", "files", "env"}]}

uv resolves with nothing but wheels, so that no code of any package is executed, and names their addresses and sizes. What has
no wheel is left out of the resolution and named.
"""
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlparse

from uv_pythons import tell_pythons
from uv_work import UV, call, folders, normalized, put_files, read_work, tell, uv_environment, wheel_folders

COMPILE_SECONDS = 120
MOST_LEFT_OUT = 20
NO_WHEEL = re.compile(r"Because (?:only )?([A-Za-z0-9][A-Za-z0-9._-]*?)(?:[=<>!~ ].*?)? has no (?:usable )?wheels|Building source distributions for `([^`]+)` is disabled|Wheels are required for `([^`]+)`")
FIELD = re.compile(r'^(name|version) = "([^"]*)"', re.M)
ADDRESS = re.compile(r'url = "([^"]+)"(?:[^{}]*?\bsize = (\d+))?')


def resolve(asked, folder):
    """What uv says in pylock.toml, and the names that had to be left out. Raises RuntimeError with uv's words."""
    file = put_files(asked, folder)
    excluded = os.path.join(folder, "left-out.txt")
    left_out = []
    while True:
        command = [UV, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--format", "pylock.toml", "--only-binary", ":all:", "--python", asked["python"]]
        if left_out:
            with open(excluded, "w", encoding="utf-8") as out:
                out.write("\n".join(left_out))
            command += ["--excludes", excluded]
        code, text, errors = call(command + [file], uv_environment(dict(asked["env"], UV_PYTHON_DOWNLOADS="never")), COMPILE_SECONDS)
        if code == 0:
            return text, left_out
        names = {normalized(next(filter(None, match.groups())).split("==")[0]) for match in NO_WHEEL.finditer(errors)} - set(left_out)
        if not names or len(left_out) >= MOST_LEFT_OUT:
            raise RuntimeError(errors)
        left_out += sorted(names)


def packages_in(text, python):
    """[name, version, size or None, whether it is in the cache]"""
    held = held_tags()
    for block in text.split("[[packages]]")[1:]:
        fields = dict(FIELD.findall(block))
        name, version = normalized(fields.get("name", "")), fields.get("version", "")
        wheels = [(tags_of(url), size) for url, size in ADDRESS.findall(block) if tags_of(url)]
        if not name or not wheels:
            continue
        tags, size = max(wheels, key=lambda wheel: rank(wheel[0], python))
        yield [name, version, int(size) if size else None, bool(held.get((name, version), set()) & expanded(tags))]


def tags_of(url):
    """(pythons, abis, platforms) of a wheel's name."""
    base = unquote(os.path.basename(urlparse(url).path))
    return tuple(base[:-4].split("-")[-3:]) if base.endswith(".whl") and base.count("-") >= 4 else None


def rank(tags, python):
    """uv has left out what does not fit at all; of the rest it takes the most special one."""
    pythons, abi, platforms = tags
    own = "cp" + "".join(python.split(".")[:2])
    exact = 3 if own in pythons.split(".") and abi == own else 2 if abi == "abi3" else 1 if abi != "none" else 0
    newest = max([tuple(map(int, found)) for found in re.findall(r"(?:manylinux|macosx)_(\d+)_(\d+)", platforms)] or [(0, 0)])
    return (exact, platforms != "any", newest)


def expanded(tags):
    return {"%s-%s-%s" % (python, abi, platform) for python in tags[0].split(".") for abi in tags[1].split(".") for platform in tags[2].split(".")}


def held_tags():
    """{(name, version): tags of the wheels that are in the cache}"""
    held = {}
    for folder in wheel_folders():
        for entry in folders(folder):
            key = (os.path.basename(folder), os.path.basename(entry).split("-")[0])
            for about in folders(entry):
                if about.endswith(".dist-info"):
                    held.setdefault(key, set()).update(wheel_tags(os.path.join(about, "WHEEL")))
    return held


def wheel_tags(path):
    """Some write several tags into one."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            written = [line.split(":", 1)[1].strip() for line in file if line.startswith("Tag:")]
    except OSError:
        return set()
    return {tag for tags in written if tags.count("-") == 2 for tag in expanded(tuple(tags.split("-")))}


def estimate(asked, folder):
    try:
        os.makedirs(folder, exist_ok=True)
        text, left_out = resolve(asked, folder)
        tell(job=asked["id"], packages=list(packages_in(text, asked["python"])), leftOut=left_out)
    except Exception as error:  # One pipeline's trouble is not the others'.
        tell(job=asked["id"], failed=str(error))


def main():
    work = read_work()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(max(1, work["parallel"])) as pool:
        for number, asked in enumerate(work["jobs"]):
            pool.submit(estimate, asked, os.path.join(folder, str(number)))
        pool.shutdown(wait=True)
    tell_pythons()


main()
