"""Measures pyasn: blocks and addresses from files, nanoseconds of thread time for a look-up."""

import sys
import time

import pyasn

blocks, addresses = sys.argv[1:3]
table = pyasn.pyasn(blocks)
asked = open(addresses).read().split()
least = None
for _ in range(5):
    start = time.thread_time_ns()
    for address in asked:
        table.lookup(address)
    spent = (time.thread_time_ns() - start) / len(asked)
    least = spent if least is None else min(least, spent)
print(f"{least:.0f} ns (called from Python, addresses as text, {len(asked)} of them)")
