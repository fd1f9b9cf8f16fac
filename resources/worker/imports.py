"""Tells what a pipeline's code imports from elsewhere, and where, without running any of it. How it is told and what it tells:
uv_work.py.

    {"folder", "entry"}

All modules and packages of the folder are read, and of a notebook its code cells. What comes with Python and what is the
pipeline's own is left out. Optional: an import that the code does without, or that is there for type checkers only.
"""
import ast
import json
import os
import re
import sys

from uv_work import read_work, tell

MOST_FILES = 2000
MOST_BYTES = 5_000_000
MOST_IMPORTS = 20_000
# Not what a run executes.
NO_CODE = re.compile(r"^(?:\..*|__pycache__|node_modules|site-packages|tests?|.*\.egg-info)$")
NO_MODULE = re.compile(r"^(?:test_.*|.*_test|conftest|setup|noxfile)\.py$")
# They wrap a cell of Python; any other %% hands the cell to something else.
PYTHON_CELL = re.compile(r"^%%(?:time|timeit|capture|prun)\b")
MAGIC = re.compile(r"^(\s*)(?:[%!?].*|[\w.,\s]+=\s*[%!].*|[\w.]+\?{1,2}\s*)$")
# Gone from newer Pythons, and the pipeline's may be older than this one.
LEFT = {"asynchat", "asyncore", "distutils", "imp", "smtpd", "cgi", "cgitb", "crypt", "telnetlib", "pipes", "audioop", "imghdr", "sndhdr", "nntplib"}


def standard_modules():
    if hasattr(sys, "stdlib_module_names"):
        return set(sys.stdlib_module_names) | LEFT
    names = set(sys.builtin_module_names) | LEFT
    for folder in [os.path.dirname(os.__file__)] + [path for path in sys.path if path.endswith("lib-dynload")]:
        names.update(name.split(".")[0] for name in os.listdir(folder))
    return names


class Finder(ast.NodeVisitor):
    def __init__(self):
        self.found = []
        self.optional = 0

    def visit_Import(self, node):
        for alias in node.names:
            self.add(alias.name, node)

    def visit_ImportFrom(self, node):
        if node.level == 0 and node.module:
            for alias in node.names:
                # Whose `google.cloud` is meant, only the last name tells.
                self.add(node.module if alias.name == "*" else node.module + "." + alias.name, node)

    def visit_Call(self, node):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        first = node.args[0] if node.args else None
        if name in ("import_module", "__import__") and isinstance(first, ast.Constant) and isinstance(first.value, str) and not first.value.startswith("."):
            self.add(first.value, node)
        self.generic_visit(node)

    def visit_Try(self, node):
        caught = {name for handler in node.handlers for name in caught_names(handler.type)}
        is_optional = bool(caught & {None, "ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
        self.optional += is_optional
        for part in node.body + node.handlers:
            self.visit(part)
        self.optional -= is_optional
        for part in node.orelse + node.finalbody:
            self.visit(part)

    visit_TryStar = visit_Try

    def visit_If(self, node):
        is_typing = any(getattr(part, "id", getattr(part, "attr", None)) == "TYPE_CHECKING" for part in ast.walk(node.test))
        self.optional += is_typing
        for part in node.body:
            self.visit(part)
        self.optional -= is_typing
        for part in node.orelse:
            self.visit(part)

    def add(self, module, node):
        self.found.append((module, node.lineno, self.optional > 0))


def caught_names(kind):
    if kind is None:
        return [None]
    parts = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return [getattr(part, "id", getattr(part, "attr", "")) for part in parts]


def imports_in(code):
    finder = Finder()
    finder.visit(ast.parse(code))
    return finder.found


def plain_cell(source):
    """Python alone, line for line; None for a cell that is something else."""
    lines = source.split("\n")
    if lines and lines[0].startswith("%%"):
        if not PYTHON_CELL.match(lines[0]):
            return None
        lines[0] = ""
    return "\n".join(MAGIC.sub(r"\1pass", line) for line in lines)


def pieces_of(path):
    """(cell, code) of a file; a module has one, with no cell."""
    with open(path, "rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError("it is larger than %d bytes" % MOST_BYTES)
    if not path.endswith(".ipynb"):
        return [(None, data)]
    cells = [cell for cell in json.loads(data.decode("utf-8")).get("cells", []) if cell.get("cell_type") == "code"]
    sources = ["".join(cell.get("source", "")) for cell in cells]
    return [(number + 1, plain_cell(source)) for number, source in enumerate(sources)]


def modules_in(folder):
    """Paths below the folder, sorted; links, which can lead anywhere, are not followed."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not NO_CODE.match(name) and not os.path.exists(os.path.join(place, name, "pyvenv.cfg")))
        for name in sorted(files):
            path = os.path.join(place, name)
            if name.endswith(".py") and not NO_MODULE.match(name) and os.path.isfile(path) and not os.path.islink(path):
                found.append(os.path.relpath(path, folder))
        if len(found) > MOST_FILES:
            return found[:MOST_FILES]
    return found


def main():
    work = read_work()
    folder, entry = work["folder"], work["entry"]
    modules = modules_in(folder)
    own = {path.split(os.sep)[0].rsplit(".py", 1)[0] for path in modules}
    left_out = standard_modules() | own
    paths = [entry] + [path for path in modules if path != entry]
    found, unreadable = [], []
    for path in paths:
        shown = path.replace(os.sep, "/")
        try:
            pieces = pieces_of(os.path.join(folder, path))
        except (OSError, ValueError, AttributeError, TypeError) as error:
            unreadable.append({"file": shown, "cell": None, "reason": str(error)})
            continue
        for cell, code in pieces:
            try:
                for module, line, optional in imports_in(code) if code is not None else []:
                    if module.split(".")[0] not in left_out:
                        found.append({"module": module, "file": shown, "line": line, "cell": cell, "isOptional": optional})
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                place = "line %s: " % error.lineno if isinstance(error, SyntaxError) and error.lineno else ""
                unreadable.append({"file": shown, "cell": cell, "reason": place + (getattr(error, "msg", None) or str(error))})
    tell(imports=found[:MOST_IMPORTS], unreadable=unreadable[:100])


main()
