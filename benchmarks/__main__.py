"""`python -m benchmarks`: all figures of docs/benchmarks.md."""

from benchmarks import (
    cnn,
    feature_visualization,
    features,
    filtering,
    finetune,
    interaction,
    learning,
    live,
    startup,
    style,
)

PARTS = (
    startup, filtering, interaction, cnn, live, feature_visualization, features, learning, finetune,
    style,
)  # fmt: skip

for part in PARTS:
    print(f"\n## {part.__doc__.splitlines()[0]}\n")
    part.main()
