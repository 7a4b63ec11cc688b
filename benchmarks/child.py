"""Runs a command, prints seconds, seconds of processor time, and the most memory in MB: python -I -S child.py COMMAND...

A small process of its own, since a child counts the memory of the process that it was forked from as its own. What the command
takes below the 10 MB of this one is not seen.
"""

import os
import sys
import time

nothing = os.open(os.devnull, os.O_RDONLY)
name = f"{os.environ.get('TMPDIR', '/tmp')}/smtp421-output-{os.getpid()}"
output = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # grep -c stops at its first match where that is /dev/null
os.unlink(name)  # noqa: PTH108 - pathlib would make this process larger
begin = time.perf_counter()
process = os.posix_spawnp(
    sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, output, 1)]
)
_, status, usage = os.wait4(process, 0)
print(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)
sys.exit(os.waitstatus_to_exitcode(status))
