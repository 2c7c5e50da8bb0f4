"""`python -m xactin.web.setup`: brings front-end parts, fonts, translations and compressed static files up to date."""

import sys
from compileall import compile_dir

from xactin.cases.papers.fonts import build_fonts
from xactin.ui.standalone import build
from xactin.web.launcher.data_folder import CHECKOUT
from xactin.web.launcher.static_files import make_ready
from xactin.web.setup.front_end import collect
from xactin.web.setup.translations import PACKAGE, compile_all

if __name__ == "__main__":
    collect()
    build_fonts(CHECKOUT / "node_modules")
    build()
    compile_all()
    make_ready()
    # Ten processes a start would each compile everything where Python is told to write no bytecode.
    compile_dir(PACKAGE, quiet=1, force=False)
    sys.exit(0)
