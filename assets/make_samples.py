"""Make the sample pictures from those packaged with scikit-image: `python -m assets.make_samples`.

The sources and licences are in CREDITS.md.
"""

from pathlib import Path

from PIL import Image
from skimage import data

FOLDER = Path(__file__).parent / "samples"
PHOTOGRAPH = 92  # JPEG quality

# file → (scikit-image's function, crop box or None, size or None)
SOURCES = {
    "chelsea.png": ("chelsea", None, None),
    "coffee.jpg": ("coffee", None, None),
    "camera.png": ("camera", None, None),
    "rocket.jpg": ("rocket", None, None),
    "hubble.jpg": ("hubble_deep_field", (200, 150, 712, 662), None),
    "retina.jpg": ("retina", None, (512, 512)),
    "brick.png": ("brick", None, None),
    "grass.jpg": ("grass", None, None),
    "gravel.jpg": ("gravel", None, None),
    "coins.png": ("coins", None, None),
}


def main() -> None:
    """Write all samples."""
    FOLDER.mkdir(exist_ok=True)
    for name, (source, box, size) in SOURCES.items():
        image = Image.fromarray(getattr(data, source)())
        if box is not None:
            image = image.crop(box)
        if size is not None:
            image = image.resize(size, Image.Resampling.LANCZOS)
        options = {"quality": PHOTOGRAPH} if name.endswith(".jpg") else {"optimize": True}
        image.save(FOLDER / name, **options)


if __name__ == "__main__":
    main()
