"""What an editor offers while one writes a bot: asked of pyright's language server, as an editor asks it."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
HEAD = """\
from gatewaysdk import GuildMemberAdd, GuildMemberRemove, Intents, MessageCreate, MessageDelete, MessageReactionAdd
from gatewaysdk import PresenceActivity, RequestGuildMembers, Shard, UpdatePresence, listener
from gatewaysdk.enums import AuditLogEvent, InteractionType, PresenceStatus

shard = Shard("token")
"""


class LanguageServer:
    """One language server, which is shown one file after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pyright.langserver", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._ask(
            "initialize",
            processId=None,
            rootUri=folder.as_uri(),
            workspaceFolders=[{"uri": folder.as_uri(), "name": "bot"}],
            capabilities={
                "workspace": {"configuration": True, "workspaceFolders": True},
                "textDocument": {"hover": {"contentFormat": ["plaintext"]}},
            },
        )
        self._tell("initialized")

    def complete(self, code: str) -> list[str]:
        """Return what is offered at the bar in some code, but not names that begin with an underscore."""
        found = self._at_bar("textDocument/completion", code)
        return [item["label"] for item in found["items"] if not item["label"].startswith("_")]

    def hover(self, code: str) -> str:
        """Return what is shown for the name at the bar in some code."""
        text: str = self._at_bar("textDocument/hover", code)["contents"]["value"]
        return text

    def stop(self) -> None:
        self._ask("shutdown")
        self._tell("exit")
        self._process.communicate(timeout=30)

    def _at_bar(self, method: str, code: str) -> Any:
        before, _, after = (HEAD + code).partition("|")
        document = {"uri": (self._folder / f"bot_{next(self._numbers)}.py").as_uri()}
        text = {"languageId": "python", "version": 1, "text": before + after}
        self._tell("textDocument/didOpen", textDocument=document | text)
        line = before.count("\n")
        place = {"line": line, "character": len(before.splitlines()[line])}
        return self._ask(method, textDocument=document, position=place)

    def _tell(self, method: str, **params: Any) -> None:
        self._write({"method": method, "params": params})

    def _ask(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._write({"id": number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            if "method" in message and "id" in message:
                self._write({"id": message["id"], "result": self._answer(message)})

    def _answer(self, message: dict[str, Any]) -> Any:
        if message["method"] != "workspace/configuration":
            return None
        settings = {"python": {"pythonPath": sys.executable}, "python.analysis": {"extraPaths": [str(SRC)]}}
        return [settings.get(item.get("section"), {}) for item in message["params"]["items"]]

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        size = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        assert size, "the language server has ended; it fetches its npm package first, so look at the network"
        message: dict[str, Any] = json.loads(self._process.stdout.read(size))
        return message


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    server = LanguageServer(tmp_path_factory.mktemp("bot"))
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("code", "offered", "not_offered"),
    [
        pytest.param(
            "shard.|", "on once on_raw off add_listeners stream wait_for send update_presence", "", id="shard"
        ),
        pytest.param(
            "@shard.on(MessageCreate)\nasync def read(event: MessageCreate) -> None:\n    event.|",
            "content author guild_id channel_id violations",
            "user_id",
            id="a handler's event",
        ),
        pytest.param(
            "class Log:\n    @listener(GuildMemberAdd)\n    async def joined(self, event: GuildMemberAdd) -> None:\n"
            "        if event.user is not None:\n            event.user.|",
            "id username global_name",
            "nick joined_at",
            id="what is within it",
        ),
        pytest.param(
            "class Log:\n    @listener(MessageDelete)\n    async def joined(self, event: MessageDelete) -> None: ...\n"
            "log = Log()\nlog.|",
            "joined",
            "",
            id="a group's methods",
        ),
        pytest.param(
            "async def ask() -> None:\n    await shard.wait_for(MessageReactionAdd, lambda event: event.|)",
            "emoji message_id user_id",
            "content",
            id="a predicate's event",
        ),
        pytest.param(
            "async def ask() -> None:\n    event = await shard.wait_for(MessageDelete)\n    event.|",
            "id channel_id guild_id",
            "content",
            id="what was waited for",
        ),
        pytest.param(
            "async def read() -> None:\n"
            "    async for event in shard.stream(MessageDelete, GuildMemberRemove):\n"
            "        if isinstance(event, GuildMemberRemove):\n            event.|",
            "user guild_id",
            "channel_id",
            id="a stream's event",
        ),
        pytest.param(
            "async def ask() -> None:\n"
            '    for member in await shard.request_guild_members(guild_id=1, query="", limit=0):\n        member.|',
            "user nick joined_at",
            "username",
            id="a request's answer",
        ),
        pytest.param("UpdatePresence(|)", "since= activities= status= afk=", "", id="a command's fields"),
        pytest.param(
            "async def ask() -> None:\n    await shard.request_guild_members(|)",
            "guild_id= query= limit= user_ids= presences= timeout= on_rate_limited=",
            "nonce=",
            id="a request's arguments",
        ),
        pytest.param('shard.on(MessageCreate, where="|")', '"guild" "direct"', "", id="a place"),
        pytest.param('Shard("token", overflow="|")', '"pause" "drop_oldest"', "", id="a setting"),
        pytest.param("InteractionType.|", "PING APPLICATION_COMMAND is_known", "", id="an enum"),
        pytest.param("from gatewaysdk import Guild|", "GuildBanAdd GuildMemberAdd", "MessageCreate", id="an import"),
    ],
)
def test_an_editor_offers(editor: LanguageServer, code: str, offered: str, not_offered: str) -> None:
    found = set(editor.complete(code + "\n"))
    assert set(offered.split()) <= found
    assert not found & set(not_offered.split())


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        pytest.param("shard.wait_f|or(MessageCreate)", "Return the next event of a class", id="a method"),
        pytest.param("AuditLogEvent.MEMBER_KI|CK", "kicked", id="a member of an enum"),
        pytest.param("class Log(MessageDel|ete): ...", "A message was deleted", id="an event"),
        pytest.param("def f(event: MessageCreate) -> None:\n    event.auth|or", "author: User", id="a field"),
        pytest.param(
            "def f(event: MessageCreate) -> None:\n    event.cont|ent", "Message text; ", id="a field's meaning"
        ),
        pytest.param(
            "def f(command: UpdatePresence) -> None:\n    command.af|k", "is away from the", id="a command's field"
        ),
        pytest.param(
            'UpdatePres|ence(since=None, activities=[], status="idle", afk=False)',
            "afk: Whether the client is away from the keyboard.",
            id="a constructor",
        ),
        pytest.param(
            'RequestGuild|Members(guild_id=1, query="", limit=0)',
            "query: Beginning of the names to find",
            id="a constructor with overloads",
        ),
    ],
)
def test_an_editor_shows(editor: LanguageServer, code: str, shown: str) -> None:
    assert shown in editor.hover(code + "\n")
