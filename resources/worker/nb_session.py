"""Runs the code cells of a notebook in a kernel, one after the other, and tells the reporter what happens while it happens."""
import asyncio
import os
import signal
import subprocess
import sys
import threading
import time

import zmq.asyncio
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

import nb_protocol

# How long a cell may take to end itself when the run is stopped: the engine's own grace runs meanwhile.
INTERRUPT_SECONDS = 2.0
DRAIN_SECONDS = 1.0
STARTUP_SECONDS = 300
# A reader that is slower than the cell loses messages beyond this; ZeroMQ's own limit of 1,000 is soon reached.
QUEUED_MESSAGES = 100_000


class CannotRun(Exception):
    """Said to people, without a traceback."""


class Session(NotebookClient):
    def __init__(self, notebook, folder, retries, reporter):
        super().__init__(notebook, store_widget_state=False, startup_timeout=STARTUP_SECONDS)
        self._folder = folder
        self._retries = retries
        self._reporter = reporter
        self._stopped_by = None
        self._cell = None
        self._drains = []

    async def run(self):
        """Answers the exit code."""
        loop = asyncio.get_event_loop()
        self._stop = asyncio.Event()
        work = asyncio.ensure_future(self._work())
        restore = on_signals(loop, lambda number: self._on_signal(number))
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await self._interrupt(work)
            return 128 + self._stopped_by if self._stopped_by else work.result()
        finally:
            stop.cancel()
            restore()
            await self._shut_down()

    def _on_signal(self, number):
        self._stopped_by = self._stopped_by or number
        self._stop.set()

    async def _interrupt(self, work):
        self._reporter.interrupted(self._cell)
        try:
            if self.km is not None and self.km.has_kernel:
                await self.km.interrupt_kernel()
                await asyncio.wait([work], timeout=INTERRUPT_SECONDS)
        except Exception:  # The kernel may have ended by itself in this moment.
            pass
        if not work.done():
            work.cancel()
            await asyncio.wait([work], timeout=INTERRUPT_SECONDS)

    async def _work(self):
        code_cells = [(index, cell) for index, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        try:
            await self._start()
        except CannotRun:
            raise
        except Exception as error:
            if self._stopped_by is None:
                await self._tell_death(None, error)
            return 1
        self._reporter.ready(len(code_cells))
        # As the server does it: the kernel starts elsewhere and is moved here.
        await self._hidden("__import__('os').chdir(%r)" % self._folder)
        for number, (index, cell) in enumerate(code_cells):
            self._cell = number
            if not await self._run_cell(number, index, cell):
                return 1
        self._cell = None
        return 0

    async def _run_cell(self, number, index, cell):
        """Answers whether the cell succeeded, in whichever attempt."""
        plan = self._retries[number]
        cell.execution_count = None
        for attempt in range(1, plan.attempts + 1):
            self._reporter.start(number, attempt)
            began = time.monotonic()
            error, is_dead = None, False
            try:
                await self.async_execute_cell(cell, index)
            except DeadKernelError as failure:
                error, is_dead = str(failure), True
            except Exception as failure:  # An error of the cell, or of the talk with the kernel.
                error = str(failure)
            took_ms = round((time.monotonic() - began) * 1000)
            if error is None:
                self._reporter.succeeded(attempt, took_ms, cell.execution_count)
                return True
            # Another attempt finds no kernel, and after a stop none is wanted.
            is_last = attempt == plan.attempts or is_dead or self._stopped_by is not None
            if is_dead and self._stopped_by is None:
                await self._tell_death(number, None)
            self._reporter.attempt_failed(attempt, took_ms, cell.execution_count, error, None if is_last else plan.delay_seconds)
            if is_last or await self._stops_within(plan.delay_seconds):
                return False
        return False

    async def _stops_within(self, seconds):
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
            return True
        except asyncio.TimeoutError:
            return False

    async def _start(self):
        context = zmq.asyncio.Context()
        context.rcvhwm = QUEUED_MESSAGES
        self.km = AsyncKernelManager(kernel_name=self._choose_kernel(), context=context)
        self._oom_kills = oom_kills()
        pipes = {}
        for name in ("stdout", "stderr"):
            reader, pipes[name] = os.pipe()
            drain = threading.Thread(target=nb_protocol.copy_pipe, args=(reader, name, self._reporter), daemon=True)
            drain.start()
            self._drains.append(drain)
        try:
            # No history file: it would only fill the small /tmp.
            self.extra_arguments = ["--HistoryManager.enabled=False"] if self.km.ipykernel else []
            await self.async_start_new_kernel(stdin=subprocess.DEVNULL, **pipes)
        finally:
            for writer in pipes.values():
                os.close(writer)
        process = getattr(self.km.provisioner, "process", None)
        self._process = process
        await self.async_start_new_kernel_client()

    def _choose_kernel(self):
        spec = self.nb.metadata.get("kernelspec", {})
        name = spec.get("name") or "python3"
        language = spec.get("language") or self.nb.metadata.get("language_info", {}).get("name") or "python"
        try:
            KernelSpecManager().get_kernel_spec(name)
            return name
        except NoSuchKernel:
            if str(language).lower() not in ("python", "python3", "ipython"):
                raise CannotRun("The notebook is written for %s (kernel %s), and its requirements bring no such kernel." % (language, name))
        self._reporter.note(
            "The notebook asks for the kernel %s, which is not there. It runs in this run's Python. A server fails here: "
            "set the notebook's kernel to python3 before you push." % name
        )
        return "python3"

    async def _hidden(self, code):
        await self.async_wait_for_reply(self.kc.execute(code, silent=True, store_history=False))

    async def _tell_death(self, cell, error):
        code = None if self._process is None else self._process.poll()
        if error is not None and code is None:
            raise CannotRun("The notebook's kernel did not start: %s" % error)
        name = None
        if code is not None and code < 0:
            name = signal.Signals(-code).name if -code in [known.value for known in signal.Signals] else "signal %d" % -code
        self._wait_for_pipes()
        self._reporter.kernel_died(cell, None if name else code, name, name == "SIGKILL" and oom_kills() > self._oom_kills)

    async def _shut_down(self):
        if self.km is None:
            return
        try:
            if self._stopped_by is not None and self.km.has_kernel:
                await self.km.shutdown_kernel(now=True)
            await self._async_cleanup_kernel()
        except Exception:  # What is left of it ends with this process.
            pass
        self._wait_for_pipes()

    def _wait_for_pipes(self):
        """What the kernel wrote last is on its way; a process that it left running may hold the pipes open for ever."""
        until = time.monotonic() + DRAIN_SECONDS
        for drain in self._drains:
            drain.join(max(0, until - time.monotonic()))

    _process = None

    def process_message(self, msg, cell, cell_index):
        """Called for each message of the running cell. Outputs are told, not kept: they may be larger than the memory."""
        kind, content = msg["msg_type"], msg["content"]
        display_id = (content.get("transient") or {}).get("display_id")
        display_id = None if display_id is None else str(display_id)
        if kind == "stream":
            self._reporter.stream("stderr" if content.get("name") == "stderr" else "stdout", content.get("text", ""))
        elif kind == "display_data":
            self._reporter.display(content, display_id)
        elif kind == "execute_result":
            cell.execution_count = content.get("execution_count")
            self._reporter.display(content, display_id, count=content.get("execution_count"), is_result=True)
        elif kind == "update_display_data":
            if display_id is not None:
                self._reporter.update(content, display_id)
        elif kind == "clear_output":
            self._reporter.clear(bool(content.get("wait")))
        elif kind == "error":
            self._reporter.error(content)
            if content.get("ename") == "StdinNotImplementedError":
                self._reporter.note("Nobody can answer input() in a run. Give the value as an environment variable and read it with os.environ.")
        else:
            return super().process_message(msg, cell, cell_index)
        return None


def on_signals(loop, callback):
    """Calls back in the loop; answers how to undo it."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    try:
        for number in numbers:
            loop.add_signal_handler(number, callback, number)
        return lambda: [loop.remove_signal_handler(number) for number in numbers]
    except NotImplementedError:  # Windows
        for number in numbers:
            signal.signal(number, lambda received, _frame: loop.call_soon_threadsafe(callback, received))
        return lambda: None


def oom_kills():
    """How often the kernel of the system killed something of this container for memory; 0 where it does not tell."""
    for path in ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"):
        try:
            with open(path) as file:
                counts = dict(line.split() for line in file)
            return int(counts.get("oom_kill", 0))
        except (OSError, ValueError):
            continue
    return 0
