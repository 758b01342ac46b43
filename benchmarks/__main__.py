"""`python -m benchmarks`: all figures of docs/benchmarks.md."""

from benchmarks import cnn, filtering, interaction, startup

for part in (startup, filtering, interaction, cnn):
    print(f"\n## {part.__doc__.splitlines()[0]}\n")
    part.main()
