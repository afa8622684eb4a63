"""What `snippet` returns. The native module takes this class from here, since it cannot extend str itself."""


class Snippet(str):
    """HTML for the page: whatever asks a string for `__html__`, as Jinja and Django do, leaves it as it is.

    Cut or joined to another string it is a plain str again, which templates escape.
    """

    __module__ = __name__.rpartition(".")[0]
    __slots__ = ()

    def __html__(self) -> str:
        return str(self)
