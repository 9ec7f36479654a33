import sys
from pathlib import Path

# The benchmarks (which hold the reader's fuzzer) and tests.shared_data are found from here.
sys.path.insert(0, str(Path(__file__).parents[2]))
