"""The shop's features: the one list of them."""

from typing import Final

from injector import Module

from novacart.entrypoints.modules import accounts, platform
from novacart.entrypoints.modules.accounts import AccountsModule
from novacart.entrypoints.modules.feature import Feature

# Each beside the module that binds what it needs. The platform stands first, under all.
FEATURES: Final[tuple[tuple[type[Module], Feature], ...]] = ((AccountsModule, accounts),)

ALL: Final[tuple[Feature, ...]] = (platform, *(feature for _, feature in FEATURES))
