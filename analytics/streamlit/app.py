"""What Streamlit runs at each visit and each choice: the page of the releases folder given."""

import sys
from pathlib import Path

from analytics.streamlit.page import show

show(Path(sys.argv[1]))
