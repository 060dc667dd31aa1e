"""The errors that end a verb. Their messages are for the user: what is wrong, where, what to do."""


class UsageError(Exception):
    """Wrong use or bad input. The program ends with status 2 and this message, without a traceback."""

    exit_status = 2


class DoesNotHoldError(Exception):
    """What was asked does not hold: bits differ, or the environment has drifted. Status 1."""

    exit_status = 1
