"""The prompt of ``gatewaysdk simulate``: each line that is typed makes a member say it, or use a slash command."""

from __future__ import annotations

import asyncio
import os
import shlex
import stat
import sys
from collections.abc import AsyncIterator, Callable
from threading import Semaphore, Thread
from typing import Any, TextIO

from ..simulator import Simulator
from ..simulator.control import ControlProblem, perform

__all__ = ["HELP", "Prompt", "is_ours", "typed_lines"]

HELP = """\
a line without / is said; //ping, or /ping unless it is one of these words, uses the bot's slash command:
  /ping text=hello count=3   options as name=value; people, channels and roles by their names
  /click LABEL               click a button of the bot's last message that has any
  /as NAME                   be somebody else; a new name joins the guild
  /in CHANNEL                talk in another channel; @me is the direct messages with the bot
  /reconnect  /drop          send op 7; cut the connection
  /invalidate  /close CODE   send op 9; close with a code
  /help                      show this; Ctrl-C stops"""

_MOST_LINE_BYTES = 65_536
_MOST_WAITING = 100
_TROUBLE = ("reconnect", "drop", "invalidate", "close")


class Prompt:
    """Carries out lines in one guild, as one person at a time.

    Attributes:
        person, channel: who talks and where, as the control API takes them.
    """

    def __init__(self, simulator: Simulator, out: Callable[[str], None]) -> None:
        self.person = "alice"
        self.channel: str | None = None
        self._simulator = simulator
        self._out = out

    async def run(self, stream: TextIO) -> None:
        """Carry out each line of a stream until it ends."""
        async for line in typed_lines(stream):
            await self.obey(line)

    async def obey(self, line: str) -> None:
        """Carry out one line, and print what there is to say about it."""
        line = line.strip()
        if not line:
            return
        try:
            if line.startswith("//"):
                await self._use(line[1:])
            elif line.startswith("/"):
                await self._obey_word(line)
            else:
                told = await self._perform("say", text=line)
                if told["note"]:
                    self._out(told["note"])
        except ControlProblem as problem:
            self._out(str(problem))

    async def _obey_word(self, line: str) -> None:
        word, _, rest = line[1:].partition(" ")
        rest = rest.strip()
        if word == "help":
            for one in HELP.splitlines():
                self._out(one)
        elif word == "as":
            self.person = rest or "alice"
            self._out(f"you are {self.person} now")
        elif word == "in":
            self.channel = rest or None
            self._out(f"you talk in {self.channel or 'the first channel'} now")
        elif word == "click":
            self._show(await self._perform("click", button=rest))
        elif word in _TROUBLE:
            body = {"code": int(rest)} if word == "close" and rest.isdecimal() else {}
            await perform(self._simulator, word, body)
        else:
            await self._use(line)

    async def _use(self, line: str) -> None:
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise ControlProblem(f"{line!r} cannot be read: {error}; put quotes around words with spaces") from None
        path = [word for word in words if "=" not in word]
        options = dict(word.split("=", 1) for word in words if "=" in word)
        self._show(await self._perform("use", command=" ".join(path), options=options))

    def _show(self, outcome: dict[str, Any]) -> None:
        if not outcome["answered"]:
            self._out("the bot has not answered yet")
        for message in outcome["messages"]:
            seen = "only you see" if message["ephemeral"] else "you see"
            self._out(f"{seen}: {message['content'] or '(no text)'}")
        if outcome["modal"] is not None:
            self._out(f"the bot opened the form {outcome['modal']['title']!r}; the page can fill it in")

    async def _perform(self, name: str, **body: Any) -> dict[str, Any]:
        where = {} if self.channel is None else {"channel": self.channel}
        return await perform(self._simulator, name, {"as": self.person, **where, **body})


async def typed_lines(stream: TextIO) -> AsyncIterator[str]:
    """Yield the lines that are typed or piped into a stream, until it ends."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    room = Semaphore(_MOST_WAITING)

    def tell(line: str | None) -> None:
        room.acquire()  # a file that is piped in is read no faster than its lines are carried out
        if not loop.is_closed():
            loop.call_soon_threadsafe(lines.put_nowait, line)

    # A thread, as the event loop of Windows watches no terminal and that of Linux no file. It ends with the program.
    Thread(target=_read, args=(stream.fileno(), stream.encoding, tell), name="gatewaysdk: prompt", daemon=True).start()
    while (line := await lines.get()) is not None:
        room.release()
        yield line


def _read(file: int, encoding: str, tell: Callable[[str | None], None]) -> None:
    # Not through the stream's buffer: its lock would be held by this thread when the program ends.
    rest = b""
    try:
        while data := os.read(file, _MOST_LINE_BYTES):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                tell(line.decode(encoding, "replace"))
            rest = rest[:_MOST_LINE_BYTES]
        if rest:
            tell(rest.decode(encoding, "replace"))
    except OSError:
        pass  # a terminal that has gone ends the prompt, not the simulator
    finally:
        tell(None)


def is_ours(stream: TextIO | None) -> bool:
    """Whether lines may be read from stdin: it is open, and no terminal that another program has at the moment."""
    if stream is None or stream.closed:
        return False
    try:
        number = stream.fileno()
    except OSError:  # it stands for no file, as in a test
        return False
    if not stream.isatty():
        return not stat.S_ISCHR(os.fstat(number).st_mode)  # such as /dev/null
    if sys.platform == "win32":
        return True
    # Who reads from a terminal in the background is stopped by it.
    return os.tcgetpgrp(number) == os.getpgrp()
