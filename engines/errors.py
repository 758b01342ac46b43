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


class VisualizationError(EngineError):
    """What a layer, channel or class likes cannot be drawn: it does not exist or never answers."""


class AttributionError(EngineError):
    """A heat map does not apply to this network, class or picture."""


class ModelError(EngineError):
    """A network cannot be built, read or run."""


class CheckpointError(ModelError):
    """A file of weights cannot be used.

    `report` is an engines.models.FitReport where the file was read but does not fit the network,
    otherwise None.
    """

    def __init__(self, message: str, report: object | None = None) -> None:
        super().__init__(message)
        self.report = report


class UntrustedCode(ModelError):  # noqa: N818
    """A file runs code of its own when it is opened, and nobody said that it may."""


class DownloadError(ModelError):
    """Weights could not be fetched, or what came was not what was asked for."""


class DownloadCancelled(DownloadError):  # noqa: N818
    """The person stopped a download; what has arrived is kept for the next time."""


class NetworkError(EngineError):
    """A layer does not exist, does not fit its input, or cannot be explained or changed so."""


class DatasetError(EngineError):
    """A folder of pictures, a class or a split cannot be used as asked."""


class ClassifierError(EngineError):
    """There are too few pictures, classes or folds to classify, or features that cannot be used."""


class FeatureError(EngineError):
    """Features cannot be computed, compared, written or read as asked."""


class TrainingError(EngineError):
    """A network cannot be trained as asked, or its training cannot go on or be kept."""


class StyleError(EngineError):
    """A picture cannot be given another's style as asked, or the transfer cannot go on."""


class LayerError(EngineError):
    """A layer cannot be made or applied as asked: shapes, groups or numbers that do not fit."""
