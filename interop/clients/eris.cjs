// eris. Its HTTP goes over TLS alone; the agent leaves that out.
const https = require("https");
const net = require("net");
const Eris = require("eris");

const saw = (what, more) => console.log(JSON.stringify({ saw: what, ...more }));
const shards = Number(process.env.SHARDS);
const { port } = new URL(process.env.API_URL);
const agent = new https.Agent();
agent.createConnection = () => net.connect(Number(port), "127.0.0.1");
const client = new Eris.Client(process.env.TOKEN, {
  intents: ["all"],
  rest: { domain: "localhost", agent },
  ...(shards ? { maxShards: shards } : {}),
});

client.on("error", console.error);
client.once("ready", () => {
  saw("ready", { user: client.user.username });
  for (const id of client.guilds.keys()) saw("guild", { id });
});
client.on("messageCreate", async (message) => {
  saw("message", { content: message.content, author: message.author?.username });
  if (message.content === "!members") {
    const members = await message.channel.guild.fetchMembers();
    saw("members", { count: members.length });
  }
});
client.connect();
