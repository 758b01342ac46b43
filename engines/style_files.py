"""What a style transfer leaves on disk: results that tell how they were made, animations, sheets.

Importing this module does not import torch.
"""

from engines._style.animation import save_animation
from engines._style.contact_sheet import contact_sheet
from engines._style.mask_text import mask_from_text, mask_to_text
from engines._style.saving import (
    Provenance,
    SavedResult,
    holds_result,
    read_result,
    save_result,
    version,
)
from engines.errors import StyleError

__all__ = [
    "Provenance",
    "SavedResult",
    "StyleError",
    "contact_sheet",
    "holds_result",
    "mask_from_text",
    "mask_to_text",
    "read_result",
    "save_animation",
    "save_result",
    "version",
]
