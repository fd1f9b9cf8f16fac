"""Writes uv's cache and its Pythons to one file, or takes over from such a file what is not there yet. How it is told and what
it tells: uv_work.py; while it writes the file to standard output, it tells on standard error.

    {"action": "export", "kind": str, "installer": str, "createdAt": str}
    {"action": "import", "kind": str, "file": str}
    {"action": "tidy"}: removes what an import that was ended has left

The file: .tar.gz; its first member is the manifest, the others are below cache/ and python/. Environments are not in it: they
hold paths of this computer, and uv makes them anew from the packages, without a network.
"""
import gzip
import io
import json
import os
import platform
import re
import shutil
import sys
import tarfile
import time
import zlib

import uv_work
from cache_lock import InUse, take_lock
from uv_work import cache_folder, folders, read_work, tell

FORMAT = 1
MANIFEST = "fastflow-cache.json"
# The last member: a tar file that was cut between two members looks whole.
END = "fastflow-cache.end"
MOST_MANIFEST_BYTES = 65536
# A page of the index may be written anew while the cache is exported.
SLACK_BYTES = 64 * 1024**2
STAGE = ".tmp-ffd-import"
# Not environments, builds, and what uv found out about interpreters.
FAMILY = re.compile(r"^(wheels|sdists|simple|archive|git|flat-index)-v\d+$")
TELL_SECONDS = 0.25
IN_NO_NAME = re.compile(r"[\\:\0]" if os.name == "nt" else r"\0")


class Refused(Exception):
    def __init__(self, kind, message):
        Exception.__init__(self, message)
        self.kind = kind


def roots():
    return {"cache": cache_folder(), "python": os.environ["UV_PYTHON_INSTALL_DIR"]}


def fits_here(kind):
    return {"kind": kind, "platform": sys.platform, "machine": platform.machine().lower(), "libc": platform.libc_ver()[0]}


class Progress:
    def __init__(self):
        self.done, self.at = 0, 0.0

    def add(self, count):
        self.done += count
        if time.monotonic() - self.at > TELL_SECONDS:
            self.at = time.monotonic()
            tell(done=self.done)


# Out


class Counted(io.RawIOBase):
    def __init__(self, out):
        self.out, self.written = out, 0

    def writable(self):
        return True

    def write(self, data):
        self.out.write(data)
        self.written += len(data)
        return len(data)


def environments():
    buckets = [bucket for bucket in folders(cache_folder()) if os.path.basename(bucket).startswith("environments-v")]
    links = [entry.path for bucket in buckets for interpreter in folders(bucket) for entry in os.scandir(interpreter)]
    return {os.path.normpath(os.path.join(os.path.dirname(link), os.readlink(link))) for link in links if os.path.islink(link)}


def entries():
    """(name in the file, path); folders before what is in them."""
    left_out = environments()
    for prefix, root in roots().items():
        for folder, names, files in os.walk(root):
            inside = os.path.relpath(folder, root)
            is_top = inside == "."
            if inside == ".":
                names[:] = [name for name in names if not name.startswith(".") and (prefix == "python" or FAMILY.match(name))]
                files = [name for name in files if os.path.islink(os.path.join(folder, name))]
            if prefix == "cache":
                # Of the cache's own, not of what is in a package.
                is_content = re.match(r"^archive-v\d+" + re.escape(os.sep), inside)
                names[:] = [name for name in names if is_content or not (name.startswith(".tmp") or os.path.join(root, inside, name) in left_out)]
                files = [name for name in files if is_content or not name.endswith(".lock") or os.path.getsize(os.path.join(folder, name)) > 0]
            for name in sorted(names) + sorted(files):
                path = os.path.join(folder, name)
                yield "/".join([prefix] + os.path.relpath(path, root).split(os.sep)), path


def member_of(name, path):
    """None for what a file like this does not hold."""
    member = tarfile.TarInfo(name)
    stat = os.lstat(path)
    member.mtime = int(stat.st_mtime)
    member.mode = 0o755 if stat.st_mode & 0o111 else 0o644
    if os.path.islink(path):
        target = os.readlink(path)
        if os.path.isabs(target):
            target = os.path.relpath(os.path.realpath(target), os.path.realpath(os.path.dirname(path)))
        member.type, member.linkname = tarfile.SYMTYPE, target.replace(os.sep, "/")
        return member if is_inside(member) else None
    if os.path.isdir(path):
        member.type = tarfile.DIRTYPE
    elif os.path.isfile(path):
        member.size = stat.st_size
    else:
        return None
    return member


def export(work):
    uv_work.told_to = sys.stderr
    lock = take_lock(cache_folder(), alone=False)
    found = list(entries())
    total = sum(os.lstat(path).st_size for _, path in found if os.path.isfile(path) and not os.path.islink(path))
    tell(total=total)
    manifest = dict(fits_here(work["kind"]), format=FORMAT, bytes=total + SLACK_BYTES, members=len(found), installer=work["installer"], createdAt=work["createdAt"])
    out, progress = Counted(sys.stdout.buffer), Progress()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0) as packed, tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        text = json.dumps(manifest, indent=1).encode()
        first = tarfile.TarInfo(MANIFEST)
        first.size = len(text)
        tar.addfile(first, io.BytesIO(text))
        for name, path in found:
            try:
                member = member_of(name, path)
                if member is None:
                    continue
                if not member.isreg():
                    tar.addfile(member)
                    continue
                with open(path, "rb") as file:
                    # As it is now: it may have been replaced since it was looked at.
                    member.size = os.fstat(file.fileno()).st_size
                    tar.addfile(member, file)
                progress.add(member.size)
            except FileNotFoundError:
                continue
            finally:
                tar.members = []
        tar.addfile(tarfile.TarInfo(END))
    sys.stdout.buffer.flush()
    tell(done=total)
    tell(written=out.written)
    lock.close()


# In


class Bounded(io.RawIOBase):
    """What the file unpacks to, up to what it promised: a small one can unpack to more than any disk holds."""

    def __init__(self, file):
        self.file, self.left = file, MOST_MANIFEST_BYTES + 10240

    def read(self, size=-1):
        data = self.file.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise Refused("damaged", "The file unpacks to more than it says. Nothing was taken over.")
        return data


def is_inside(member):
    """Whether it stays below its root, whatever else is there."""
    parts = member.name.split("/")
    if len(parts) < 2 or parts[0] not in roots() or any(part in ("", ".", "..") or IN_NO_NAME.search(part) for part in parts):
        return False
    if not member.issym():
        return member.isdir() or member.type in (tarfile.REGTYPE, tarfile.AREGTYPE)
    steps = member.linkname.split("/")
    up = len([step for step in steps if step == ".."])
    # First up, then down: after going down through another link, ".." could lead anywhere.
    return up <= len(parts) - 2 and ".." not in steps[up:] and not any(step in ("", ".") or IN_NO_NAME.search(step) for step in steps)


def read_manifest(tar, kind):
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > MOST_MANIFEST_BYTES:
        raise Refused("foreign", "This is no file with a cache of Fast-Flow Desktop.")
    try:
        manifest = json.loads(tar.extractfile(first).read().decode("utf-8"))
        bounds = (manifest["bytes"], manifest["members"])
        if manifest["format"] != FORMAT:
            raise Refused("foreign", "The file has format %s; this version of Fast-Flow Desktop reads format %d." % (str(manifest["format"])[:20], FORMAT))
        if not all(type(bound) is int and bound >= 0 for bound in bounds):
            raise ValueError()
    except (ValueError, KeyError, TypeError):
        raise Refused("foreign", "This is no file with a cache of Fast-Flow Desktop.")
    for fact, here in fits_here(kind).items():
        there = str(manifest.get(fact))[:40]
        if there != here:
            raise Refused("foreign", "The file holds the cache of another kind of computer: its %s is %s, here it is %s. Nothing was taken over." % (fact, there or "unknown", here or "unknown"))
    if bounds[0] - SLACK_BYTES > shutil.disk_usage(cache_folder()).free:
        raise Refused("disk-full", "The file unpacks to %d MB, more than is free on the disk. Nothing was taken over." % (bounds[0] // 10**6))
    return bounds


def stages():
    return {prefix: os.path.join(root, STAGE) for prefix, root in roots().items()}


def tidy():
    for stage in stages().values():
        shutil.rmtree(stage, ignore_errors=True)


def tidy_alone(_work):
    # Whoever holds the lock may be another import.
    lock = take_lock(cache_folder(), alone=True)
    tidy()
    lock.close()


def unpack(tar, packed, bounds):
    most_bytes, most_members = bounds
    # Of a member: its header, its padding, and a header more for a long name.
    packed.left += most_bytes + most_members * 8192
    progress, seen = Progress(), set()
    tell(total=max(0, most_bytes - SLACK_BYTES))
    for member in iter(tar.next, None):
        tar.members = []
        if member.name == END:
            break
        if not is_inside(member):
            raise Refused("damaged", "The file holds something that no cache holds: %s. Nothing was taken over." % json.dumps(member.name[:200]))
        prefix, _, inside = member.name.partition("/")
        target = os.path.join(stages()[prefix], *inside.split("/"))
        make_folder(os.path.dirname(target), stages()[prefix], seen)
        if os.path.lexists(target) and not (member.isdir() and os.path.isdir(target) and not os.path.islink(target)):
            raise Refused("damaged", "The file holds %s twice. Nothing was taken over." % json.dumps(member.name[:200]))
        if member.isdir():
            make_folder(target, stages()[prefix], seen)
            continue
        if member.issym():
            os.symlink(member.linkname.replace("/", os.sep), target)
            continue
        with open(target, "xb") as out:
            shutil.copyfileobj(tar.extractfile(member), out, 1024**2)
        if os.path.getsize(target) != member.size:
            raise EOFError()
        os.chmod(target, 0o755 if member.mode & 0o111 else 0o644)
        os.utime(target, (member.mtime, member.mtime))
        progress.add(member.size)
    else:
        raise EOFError("its end is missing")
    # To the end, where the checksum is.
    while packed.read(1024**2):
        pass
    tell(done=progress.done)


def make_folder(folder, stage, seen):
    """Never through a link."""
    if folder in seen:
        return
    if folder != stage:
        make_folder(os.path.dirname(folder), stage, seen)
    if os.path.islink(folder):
        raise Refused("damaged", "The file holds something behind a link. Nothing was taken over.")
    os.makedirs(folder, exist_ok=True)
    seen.add(folder)


def merge(stage, root):
    """What is not there yet: archives and Pythons as a whole, and only archives that something new leads to; then the rest."""
    news, archives, wanted = [], {}, b""
    for folder, names, files in os.walk(stage):
        inside = os.path.relpath(folder, stage)
        if re.match(r"^archive-v\d+$", inside):
            archives.update({name: os.path.join(inside, name) for name in names})
            names[:] = []
            continue
        if inside == "." and root == roots()["python"]:
            news += [name for name in names + files if not os.path.lexists(os.path.join(root, name))]
            break
        for name in files + [name for name in names if os.path.islink(os.path.join(folder, name))]:
            path = os.path.join(folder, name)
            if not os.path.lexists(os.path.join(root, os.path.relpath(path, stage))):
                news.append(os.path.relpath(path, stage))
                wanted += os.readlink(path).encode() if os.path.islink(path) else pointer(path)
    # What leads somewhere comes after what it leads to: whoever is interrupted leaves nothing that leads nowhere.
    moves = [path for name, path in sorted(archives.items()) if name.encode() in wanted and not os.path.lexists(os.path.join(root, path))]
    news.sort(key=lambda path: (os.path.islink(os.path.join(stage, path)), path.endswith((".http", ".rev")), path))
    for path in moves + news:
        target = os.path.join(root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(os.path.join(stage, path), target)


def pointer(path):
    """Of what can name an archive; sources and pages of the index do not."""
    if not path.endswith((".http", ".rev", ".msgpack")) or os.path.getsize(path) > 65536:
        return b""
    with open(path, "rb") as file:
        return file.read()


def take_over(work):
    locks = [take_lock(folder, alone=True) for folder in roots().values()]
    tidy()
    try:
        with open(work["file"], "rb") as file:
            packed = Bounded(gzip.GzipFile(fileobj=file))
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                unpack(tar, packed, read_manifest(tar, work["kind"]))
        for prefix, stage in stages().items():
            if os.path.isdir(stage):
                merge(stage, roots()[prefix])
        tell(imported=True)
    except gzip.BadGzipFile as error:
        # At its beginning, or at its end, where the checksum is.
        raise Refused("foreign", "This is no file with a cache of Fast-Flow Desktop, or it is damaged (%s). Nothing was taken over." % str(error).split("(")[0].strip())
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise Refused("damaged", "The file is damaged or incomplete (%s). Nothing was taken over." % (str(error) or type(error).__name__))
    finally:
        tidy()
        for lock in locks:
            lock.close()


def main():
    work = read_work()
    try:
        {"export": export, "import": take_over, "tidy": tidy_alone}[work["action"]](work)
    except InUse:
        tell(inUse=True)
    except Refused as refusal:
        tell(refused=refusal.kind, message=str(refusal))
    except OSError as error:
        if error.errno != 28:
            raise
        tell(refused="disk-full", message="The disk is full. Free some space, then try again.")


main()
