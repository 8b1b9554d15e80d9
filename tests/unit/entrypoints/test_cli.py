import click
from click.testing import CliRunner

from novacart.entrypoints.cli import novacart


def test_each_command_has_the_name_under_which_it_is_listed() -> None:
    context = click.Context(novacart)
    for name in novacart.list_commands(context):
        command = novacart.get_command(context, name)
        assert command is not None
        assert command.name == name


def test_help_shows_the_whole_description_of_each_command_in_80_columns() -> None:
    result = CliRunner().invoke(novacart, ["--help"], terminal_width=80)
    _, _, commands = result.output.partition("Commands:")
    assert commands.count("\n") > 20
    assert "..." not in commands
