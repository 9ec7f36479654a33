import sys
from pathlib import Path

# tests.shared_data is found from here, small_recipes beside the tests.
sys.path.insert(0, str(Path(__file__).parents[3]))
