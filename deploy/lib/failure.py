class Failure(Exception):
    """Ends the command with one line for the person who gave it."""

    def __init__(self, message, exit_code=1):
        super().__init__(message)
        self.exit_code = exit_code
