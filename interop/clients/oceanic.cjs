// oceanic.js.
const { Client } = require("oceanic.js");

const saw = (what, more) => console.log(JSON.stringify({ saw: what, ...more }));
const shards = Number(process.env.SHARDS);
const client = new Client({
  auth: `Bot ${process.env.TOKEN}`,
  rest: { baseURL: `${process.env.API_URL}/api/v10` },
  gateway: { intents: ["ALL"], ...(shards ? { maxShards: shards } : {}) },
});

client.on("error", console.error);
client.once("ready", () => {
  saw("ready", { user: client.user.username });
  for (const id of client.guilds.keys()) saw("guild", { id });
});
client.on("messageCreate", async (message) => {
  saw("message", { content: message.content, author: message.author?.username });
  if (message.content === "!members") {
    const members = await message.guild.fetchMembers();
    saw("members", { count: members.length });
  }
});
client.connect();
