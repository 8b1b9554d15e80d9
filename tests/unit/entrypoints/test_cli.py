import click

from novacart.entrypoints.cli import novacart


def test_each_command_has_the_name_under_which_it_is_listed() -> None:
    context = click.Context(novacart)
    for name in novacart.list_commands(context):
        command = novacart.get_command(context, name)
        assert command is not None
        assert command.name == name
