// discord.js.
const { Client, GatewayIntentBits } = require("discord.js");

const saw = (what, more) => console.log(JSON.stringify({ saw: what, ...more }));
const shards = Number(process.env.SHARDS);
const intents = Object.values(GatewayIntentBits).filter((one) => typeof one === "number");
const client = new Client({
  intents,
  rest: { api: `${process.env.API_URL}/api` },
  ...(shards ? { shards: [...Array(shards).keys()], shardCount: shards } : {}),
});

client.on("error", console.error);
client.once("clientReady", () => {
  saw("ready", { user: client.user.username });
  for (const id of client.guilds.cache.keys()) saw("guild", { id });
});
client.on("messageCreate", async (message) => {
  saw("message", { content: message.content, author: message.author?.username });
  if (message.content === "!members") {
    const members = await message.guild.members.fetch();
    saw("members", { count: members.size });
  }
});
client.login(process.env.TOKEN);
