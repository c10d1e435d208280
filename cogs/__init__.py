"""One feature a file. Welcome; here is what you know, and what it is called here:

    discord.py                          | slack-bolt                        | here
    ------------------------------------+-----------------------------------+-------------------------------------
    commands.Cog, one file a feature    | listeners/, one file a handler    | `Cog`, one file a feature
    @app_commands.command()             | @app.command("/top")              | `@command("what it does")`
    app_commands.Range, choices         | words parsed from the line        | `Annotated[int, Opt(least=3)]`, Enum
    autocomplete                        | external_select                   | `Opt(suggest=method)`
    interaction.response.send_message   | ack(); respond()                  | return a `Card`
    ui.Modal                            | views_open                        | return a `Form`
    ui.Button callback                  | @app.action("…")                  | `@action("draft.veto")`
    interaction.response.defer          | ack()                             | nothing: `chat.answering` does it
    ephemeral=True                      | response_type                     | `private=True` in the declaration

A feature asks the services, returns what to show, never names a platform, and never imports a library that does
I/O. `bot/app.py` builds each one with what its constructor names.
"""
