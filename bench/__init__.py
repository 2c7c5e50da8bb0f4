"""The benchmarks: this engine beside what people would use instead (see README.md)."""
