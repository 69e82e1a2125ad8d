"""A bot with discord.py: /greet answers, and 👍 under its message gives a role."""

import discord
from discord import app_commands


class GreetingBot(discord.Client):
    def __init__(self):
        super().__init__(intents=discord.Intents.default())
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(greet)
        self.tree.add_command(rules)

    async def setup_hook(self):
        await self.tree.sync()

    async def on_raw_reaction_add(self, event):
        guild = self.get_guild(event.guild_id)
        if str(event.emoji) == "👍" and event.message_author_id == self.user.id:
            role = discord.utils.get(guild.roles, name="Reader")
            await event.member.add_roles(role)


@app_commands.command(description="greets somebody")
async def greet(interaction: discord.Interaction, who: discord.Member):
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send(f"Hello, {who.name}!")


@app_commands.command(description="asks to read the rules")
async def rules(interaction: discord.Interaction):
    await interaction.response.send_message("Read the rules, then react with 👍.")
