"""`python -m benchmarks`: all figures of docs/benchmarks.md."""

from benchmarks import (
    cnn,
    feature_visualization,
    features,
    filtering,
    finetune,
    interaction,
    live,
    startup,
)

for part in (startup, filtering, interaction, cnn, live, feature_visualization, features, finetune):
    print(f"\n## {part.__doc__.splitlines()[0]}\n")
    part.main()
