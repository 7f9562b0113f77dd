"""Foreign clients against our broker and our ZooKeeper: each produces what ours reads, and the
other way round; groups, offsets and all codecs. Prints a line a check and how many passed."""
import sys
import traceback

import kafka_clients
import zookeeper_clients
from servers import Servers


def main():
    programs, only = sys.argv[1], sys.argv[2:]
    checks = zookeeper_clients.CHECKS + kafka_clients.CHECKS
    checks = [check for check in checks if not only or check.__name__ in only]
    failed = 0
    with Servers(programs) as servers:
        for check in checks:
            try:
                check(servers)
                print(f"ok    {check.__module__}.{check.__name__}")
            except Exception:
                failed += 1
                print(f"FAIL  {check.__module__}.{check.__name__}")
                traceback.print_exc()
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
