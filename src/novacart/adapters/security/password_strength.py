"""Password strength estimation with zxcvbn (Wheeler, USENIX Security 2016)."""

from typing import Final

# As many as zxcvbn expects for 8 random characters, the shortest password that is allowed.
MIN_GUESSES: Final = 10**8

# zxcvbn's time grows quickly with the length: an adversarial password of 72 characters takes 5 s,
# one of 32 characters 0.5 s. A prefix with many guesses makes the whole password strong.
_MAX_LENGTH: Final = 32
_SHOP_WORDS: Final = ("novacart", "shop")


class ZxcvbnPasswordStrength:
    """A password is guessable if zxcvbn expects fewer guesses than for 8 random characters."""

    def __init__(self) -> None:
        # Its dictionaries take 13 MB. A worker checks no passwords and never gets here.
        from zxcvbn import zxcvbn  # noqa: PLC0415

        self._zxcvbn = zxcvbn
        # zxcvbn adds the words to a module-level dictionary at each call. Doing it once before
        # any thread runs keeps the dictionary's size constant while other threads iterate over it.
        self.is_guessable("x")

    def is_guessable(self, password: str) -> bool:
        if not password:
            return True  # zxcvbn raises IndexError
        result = self._zxcvbn(password[:_MAX_LENGTH], user_inputs=_SHOP_WORDS)
        return bool(result["guesses"] < MIN_GUESSES)
