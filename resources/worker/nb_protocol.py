"""What the runner tells on standard output, one line each.

Two readers: a Fast-Flow server understands the FASTFLOW_CELL_* lines; Fast-Flow Desktop gives a token and gets, in lines of
its own, all that those lose. Text of the notebook never stands on a line by itself, so it cannot be taken for either.
"""
import base64
import codecs
import json
import sys
import threading

SETUP_MARKER = "FASTFLOW_SETUP_READY"

# Of one output: what is larger is counted, not told. Far below what the reader takes as a line.
MAX_OUTPUT_CHARACTERS = 10_000_000
# Of the server's lines for one cell, which have to wait for the cell's end.
MAX_SERVER_CHARACTERS = 10_000_000
MAX_TRACEBACK_CHARACTERS = 1_000_000
STREAM_PIECE_CHARACTERS = 65_536
SERVER_LINE_CHARACTERS = 1000


class Reporter:
    """Writes whole lines, from any thread."""

    def __init__(self, token=None, out=None):
        self._prefix = None if token is None else "FASTFLOW_DESKTOP\t" + token + "\t"
        self._out = sys.stdout.buffer if out is None else out
        self._lock = threading.Lock()
        self._server = ServerOutputs()
        self._cell = None

    @property
    def has_desktop(self):
        return self._prefix is not None

    def line(self, text):
        # A lone surrogate has no UTF-8; its escape is valid JSON.
        data = (text + "\n").encode("utf-8", "backslashreplace")
        with self._lock:
            self._out.write(data)
            self._out.flush()

    def _tell(self, kind, **fields):
        if self._prefix is not None:
            self.line(self._prefix + json.dumps(dict(fields, type=kind), ensure_ascii=False, default=str))

    def ready(self, code_cells):
        self.line("%s %d.%d.%d" % ((SETUP_MARKER,) + tuple(sys.version_info[:3])))
        self._tell("ready", codeCells=code_cells)

    def note(self, text):
        """Words of the runner itself."""
        if self._prefix is None:
            print(text, file=sys.stderr, flush=True)
        self._tell("note", text=text)

    def raw(self, name, text):
        """What the kernel's process wrote past IPython."""
        if self._prefix is None:
            stream = sys.stdout if name == "stdout" else sys.stderr
            with self._lock:
                stream.write(text)
                stream.flush()
        for piece in pieces(text):
            self._tell("raw", name=name, text=piece)

    def start(self, cell, attempt):
        self._cell = cell
        self._server = ServerOutputs()
        if attempt == 1:
            self.line("FASTFLOW_CELL_START\t%d" % cell)
        self._tell("start", cell=cell, attempt=attempt)

    def stream(self, name, text):
        self._server.stream(name, text)
        for piece in pieces(text):
            self._tell("stream", cell=self._cell, name=name, text=piece)

    def display(self, content, display_id, count=None, is_result=False):
        if not is_result:
            self._server.images(content.get("data", {}))
        kind, more = ("result", {"count": count}) if is_result else ("display", {})
        self._tell(kind, cell=self._cell, displayId=display_id, **more, **shown(content))

    def update(self, content, display_id):
        self._tell("update", displayId=display_id, **shown(content))

    def clear(self, wait):
        self._server.clear(wait)
        self._tell("clear", cell=self._cell, wait=wait)

    def error(self, content):
        traceback = [str(part) for part in content.get("traceback") or []]
        self._tell(
            "error",
            cell=self._cell,
            name=str(content.get("ename", "")),
            value=shorten(str(content.get("evalue", "")), 100_000),
            traceback=shorten("\n".join(traceback), MAX_TRACEBACK_CHARACTERS).split("\n") if traceback else [],
        )

    def succeeded(self, attempt, duration_ms, count):
        self.line("FASTFLOW_CELL_END\t%d\tSUCCESS" % self._cell)
        for line in self._server.lines():
            self.line("FASTFLOW_CELL_OUTPUT\t%d\t%s" % (self._cell, line))
        self._server = ServerOutputs()
        self._end("succeeded", attempt, duration_ms, count)

    def attempt_failed(self, attempt, duration_ms, count, error, delay_seconds):
        """`delay_seconds` until the next attempt; None: it was the last."""
        # The server reads the first line of this one; what follows it would stand in its log as a stray line.
        told = error[:500].split("\n")[0].replace("\t", " ")
        self.line("FASTFLOW_CELL_END\t%d\tRETRYING\t%d\t%s" % (self._cell, attempt, told))
        if delay_seconds is None:
            self.line("FASTFLOW_CELL_END\t%d\tFAILED" % self._cell)
            if self._prefix is None:
                print(error, file=sys.stderr, flush=True)
        self._end("failed" if delay_seconds is None else "retrying", attempt, duration_ms, count, error[:500], delay_seconds or 0)

    def _end(self, status, attempt, duration_ms, count, error=None, delay_seconds=0):
        self._tell("end", cell=self._cell, status=status, attempt=attempt, durationMs=duration_ms, count=count, error=error, delaySeconds=delay_seconds)

    def kernel_died(self, cell, exit_code, signal_name, out_of_memory):
        if self._prefix is None:
            print("The kernel died: %s." % (signal_name or "exit code %s" % exit_code), file=sys.stderr, flush=True)
        self._tell("kernel-died", cell=cell, exitCode=exit_code, signal=signal_name, outOfMemory=out_of_memory)

    def interrupted(self, cell):
        if self._prefix is None:
            print("Stopped." if cell is None else "Stopped while cell %d ran." % cell, file=sys.stderr, flush=True)
        self._tell("interrupted", cell=cell)


class ServerOutputs:
    """The outputs of one attempt as the server is told them after its success. Bounded: what is beyond is left out."""

    def __init__(self):
        self._lines = []
        self._open = {}
        self._characters = 0
        self._clear_before_next = False

    def stream(self, name, text):
        self._before_output()
        if self._characters > MAX_SERVER_CHARACTERS:
            return
        self._characters += len(text)
        whole = (self._open.pop(name, "") + text).split("\n")
        self._lines.extend(stream_line(name, line) for line in whole[:-1])
        if whole[-1]:
            self._open[name] = whole[-1]

    def images(self, data):
        self._before_output()
        for mime, content in data.items():
            if not mime.startswith("image/") or not isinstance(content, str):
                continue
            is_text = mime == "image/svg+xml"
            encoded = base64.b64encode(content.encode("utf-8", "replace")).decode("ascii") if is_text else "".join(content.split())
            self._characters += len(encoded)
            if self._characters <= MAX_SERVER_CHARACTERS:
                self._lines.append("image\t%s\t%s" % (mime, encoded))
            return

    def clear(self, wait):
        if wait:
            self._clear_before_next = True
        else:
            self.__init__()

    def lines(self):
        return self._lines + [stream_line(name, rest) for name, rest in self._open.items()]

    def _before_output(self):
        if self._clear_before_next:
            self.__init__()


def stream_line(name, line):
    escaped = line.replace("\t", "\\t")
    if len(escaped) <= SERVER_LINE_CHARACTERS:
        return "%s\ttext\t%s" % (name, escaped)
    return "%s\tbase64\t%s" % (name, base64.b64encode(line.encode("utf-8", "replace")).decode("ascii"))


def shown(content):
    """A mime bundle without what is too large, and how much that was."""
    data, omitted, kept = {}, 0, 0
    for mime, value in sorted((content.get("data") or {}).items(), key=lambda item: size_of(item[1])):
        size = size_of(value)
        if kept + size > MAX_OUTPUT_CHARACTERS:
            omitted += size
        else:
            data[mime] = value
            kept += size
    # In the order in which they came: a reader takes the first that it can show.
    ordered = {mime: data[mime] for mime in content.get("data") or {} if mime in data}
    return {"data": ordered, "metadata": content.get("metadata") or {}, "omittedBytes": omitted}


def size_of(value):
    return len(value) if isinstance(value, str) else len(json.dumps(value, default=str))


def pieces(text):
    for start in range(0, len(text), STREAM_PIECE_CHARACTERS):
        yield text[start : start + STREAM_PIECE_CHARACTERS]


def shorten(text, characters):
    if len(text) <= characters:
        return text
    half = characters // 2
    return "%s\n[%d characters are left out here]\n%s" % (text[:half], len(text) - 2 * half, text[-half:])


def copy_pipe(file_descriptor, name, reporter):
    """Hands on what comes through a pipe until its last writer is gone; a character that is cut in two is put together."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with open(file_descriptor, "rb", buffering=0) as pipe:
        while True:
            data = pipe.read(65_536)
            text = decoder.decode(data or b"", final=not data)
            if text:
                reporter.raw(name, text)
            if not data:
                return
