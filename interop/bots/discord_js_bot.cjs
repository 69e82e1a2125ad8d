// A bot with discord.js: /greet answers, and 👍 under its message gives a role.
const { Client, GatewayIntentBits, MessageFlags, Partials } = require("discord.js");

const { Guilds, GuildMessages, GuildMessageReactions, GuildMembers } = GatewayIntentBits;
const client = new Client({
  intents: [Guilds, GuildMessages, GuildMessageReactions, GuildMembers],
  partials: [Partials.Message, Partials.Reaction],
  rest: process.env.DISCORD_API ? { api: process.env.DISCORD_API } : {},
});

client.once("clientReady", async () => {
  const who = { type: 6, name: "who", description: "whom", required: true };
  await client.application.commands.set([
    { name: "greet", description: "greets somebody", options: [who] },
    { name: "rules", description: "asks to read the rules" },
  ]);
});

client.on("interactionCreate", async (interaction) => {
  if (interaction.commandName === "greet") {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply(`Hello, ${interaction.options.getUser("who").username}!`);
  } else {
    await interaction.reply("Read the rules, then react with 👍.");
  }
});

client.on("messageReactionAdd", async (reaction, user) => {
  if (reaction.emoji.name !== "👍") return;
  const guild = reaction.message.guild;
  const member = await guild.members.fetch(user.id);
  await member.roles.add(guild.roles.cache.find((role) => role.name === "Reader"));
});

client.login(process.env.DISCORD_TOKEN);
