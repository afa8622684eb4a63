"""What Signers raise. The native module takes these classes from here: Python gives a class two bases in one line."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._names import InputCode, VerificationCode

_package = __name__.rpartition(".")[0]


class Error(Exception):
    """Something that personsig refuses. Its message says what to do and never repeats a value that was passed."""

    __module__ = _package

    code: "InputCode | VerificationCode"
    """Why, for programs: `missing-secret`. The same in every language."""

    index: "int | None"
    """Which element of a list was refused, counting from 0; None where it was not about a list."""

    # All three are `args`: whatever rebuilds an exception from its args, as pickle and task queues do, keeps them.
    def __init__(self, message: str, code: "InputCode | VerificationCode", index: "int | None" = None) -> None:
        super().__init__(message, code, index)
        self.code = code
        self.index = index

    def __str__(self) -> str:
        return str(self.args[0])


class InputError(Error, ValueError):
    """The program, its configuration or the id must change."""

    __module__ = _package

    code: "InputCode"


class VerificationError(Error):
    """The signature that was presented is not accepted."""

    __module__ = _package

    code: "VerificationCode"
