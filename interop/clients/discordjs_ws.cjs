// @discordjs/ws, the gateway of discord.js alone.
const { WebSocketManager, WebSocketShardEvents } = require("@discordjs/ws");
const { REST } = require("@discordjs/rest");
const { GatewayIntentBits } = require("discord-api-types/v10");

const saw = (what, more) => console.log(JSON.stringify({ saw: what, ...more }));
const shards = Number(process.env.SHARDS);
const intents = Object.values(GatewayIntentBits).filter((one) => typeof one === "number").reduce((a, b) => a | b);
const rest = new REST({ api: `${process.env.API_URL}/api` }).setToken(process.env.TOKEN);
const manager = new WebSocketManager({
  token: process.env.TOKEN,
  intents,
  rest,
  fetchGatewayInformation: () => rest.get("/gateway/bot"),
  ...(shards ? { shardCount: shards } : {}),
});
let count = 0;

manager.on(WebSocketShardEvents.Error, console.error);
manager.on(WebSocketShardEvents.Dispatch, async (first, second) => {
  const payload = first.data ?? first;
  const shardId = first.shardId ?? second;
  const { t, d } = payload;
  if (t === "READY") saw("ready", { user: d.user.username });
  else if (t === "GUILD_CREATE") saw("guild", { id: d.id });
  else if (t === "GUILD_MEMBERS_CHUNK") {
    count += d.members.length;
    if (d.chunk_index + 1 === d.chunk_count) saw("members", { count });
  } else if (t === "MESSAGE_CREATE") {
    saw("message", { content: d.content, author: d.author?.username });
    if (d.content === "!members")
      await manager.send(shardId, { op: 8, d: { guild_id: d.guild_id, query: "", limit: 0 } });
  }
});
manager.connect();
