"""The errors engines raise: each text is a sentence that a learner understands."""


class EngineError(ValueError):
    """Something the person asked for cannot be done; the text says what, where and what to do."""


class KernelError(EngineError):
    """A kernel is empty, has the wrong shape, or holds values that cannot be used."""


class KernelTooLarge(KernelError):  # noqa: N818  a name people read, not a class of bug
    """A kernel does not fit into the (padded) image it is to be slid over."""


class GeometryError(EngineError):
    """Sizes, strides, paddings or dilations that leave no output position."""


class SignalError(EngineError):
    """A 1D signal is empty, has the wrong number of axes, or holds values that cannot be used."""


class ImageError(EngineError):
    """A picture cannot be read, written or used."""


class ImageTooLarge(ImageError):  # noqa: N818
    """A picture has more pixels than may be loaded at once.

    `width` and `height` are those of the file in pixels, `limit` the allowed count of pixels.
    """

    def __init__(self, message: str, width: int, height: int, limit: int) -> None:
        super().__init__(message)
        self.width = width
        self.height = height
        self.limit = limit
