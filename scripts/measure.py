"""Runs a command and appends one line to a file: name, wall seconds, CPU seconds, peak MiB, exit code.

    measure.py OUT.tsv NAME COMMAND [ARGUMENT...]

Its children's children count too. The command's output is thrown away; its errors are not.
"""

import os
import subprocess
import sys
import time

out, name, *command = sys.argv[1:]
began = time.monotonic()
child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
wall = time.monotonic() - began
cpu = used.ru_utime + used.ru_stime
code = os.waitstatus_to_exitcode(status)
with open(out, "a", encoding="utf-8") as lines:
    lines.write(f"{name}\t{wall:.2f}\t{cpu:.2f}\t{used.ru_maxrss / 1024:.0f}\t{code}\n")
sys.exit(0 if code in (0, 1) else code)
