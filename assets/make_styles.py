"""Draw the style pictures: `python -m assets.make_styles [name …]`.

Each is drawn by chance that begins at its own seed, so that it comes out the same every time;
"tissue" is a photograph that scikit-image packages. Credits are in CREDITS.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from PIL import Image
from skimage import data

from assets.make_samples import FOLDER
from assets.style_drawing import glass, prints, strokes
from assets.style_drawing.fields import SIZE

LARGEST = 300_000  # bytes of one file


def photograph(name: str, box: tuple[int, int, int, int]) -> np.ndarray:
    """Return the square `box` of scikit-image's picture `name`, (SIZE, SIZE, 3) in [0, 1]."""
    image = Image.fromarray(getattr(data, name)()).convert("RGB").crop(box)
    return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)) / 255


Draw = Callable[[np.random.Generator], np.ndarray]
STYLES: dict[str, Draw] = {
    "starry": strokes.starry,
    "oil": lambda rng: strokes.oil(photograph("coffee", (130, 0, 530, 400)), rng),
    "dots": prints.dots,
    "engraving": lambda rng: prints.engraving(photograph("chelsea", (60, 0, 360, 300)), rng),
    "waves": prints.waves,
    "marbled": prints.marbled,
    "glass": glass.stained,
    "tissue": lambda rng: photograph("immunohistochemistry", (0, 0, 512, 512)),
}


def draw(name: str) -> np.ndarray:
    """Return the style picture `name` as uint8 (SIZE, SIZE, 3)."""
    rng = np.random.default_rng([ord(letter) for letter in name])
    return (np.clip(STYLES[name](rng), 0, 1) * 255 + 0.5).astype(np.uint8)


def main(names: list[str]) -> None:
    """Write the pictures `names`, or all, as JPEG files of at most `LARGEST` bytes."""
    for name in names or STYLES:
        image = Image.fromarray(draw(name))
        file = FOLDER / f"{name}.jpg"
        for quality in range(92, 60, -2):
            image.save(file, quality=quality, subsampling=0)
            if file.stat().st_size <= LARGEST:
                break


if __name__ == "__main__":
    main(sys.argv[1:])
