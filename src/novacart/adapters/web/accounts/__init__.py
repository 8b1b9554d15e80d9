"""Registration, tokens, the profile and password resets over HTTP."""
