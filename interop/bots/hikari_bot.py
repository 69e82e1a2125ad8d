"""A bot with hikari: /greet answers, and 👍 under its message gives a role."""

import hikari

GREET = ("greet", "greets somebody")
RULES = ("rules", "asks to read the rules")


def make_bot(token, rest_url=None):
    bot = hikari.GatewayBot(token, rest_url=rest_url, banner=None, logs=None)

    @bot.listen()
    async def register(event: hikari.StartingEvent) -> None:
        who = hikari.CommandOption(type=hikari.OptionType.USER, name="who", description="whom", is_required=True)
        commands = [
            bot.rest.slash_command_builder(*GREET).add_option(who),
            bot.rest.slash_command_builder(*RULES),
        ]
        application = await bot.rest.fetch_application()
        await bot.rest.set_application_commands(application, commands)

    @bot.listen()
    async def answer(event: hikari.InteractionCreateEvent) -> None:
        interaction = event.interaction
        if interaction.command_name == "rules":
            text = "Read the rules, then react with 👍."
            await interaction.create_initial_response(hikari.ResponseType.MESSAGE_CREATE, text)
            return
        later = hikari.ResponseType.DEFERRED_MESSAGE_CREATE
        await interaction.create_initial_response(later, flags=hikari.MessageFlag.EPHEMERAL)
        who = interaction.resolved.users[hikari.Snowflake(interaction.options[0].value)]
        await interaction.edit_initial_response(f"Hello, {who.username}!")

    @bot.listen()
    async def give_role(event: hikari.GuildReactionAddEvent) -> None:
        if event.is_for_emoji("👍"):
            roles = await bot.rest.fetch_roles(event.guild_id)
            reader = next(role for role in roles if role.name == "Reader")
            await bot.rest.add_role_to_member(event.guild_id, event.user_id, reader)

    return bot
