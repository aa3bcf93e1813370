import sys

sys.path.insert(0, "tests/conformance")
import dockpy.ops

dockpy.ops.DOMAINS = tuple(sys.argv[1].split(","))
import descriptions

want = sys.argv[2] if len(sys.argv) > 2 else ""
for v in descriptions.VERSIONS:
    r = descriptions.compare(v)
    import importlib

    mine = {(o.method, o.path) for o in dockpy.ops.all_operations()}
    print(v, dict(r.counts))
    for d in r.differences:
        if "operation is missing" in d or "definition has no model" in d:
            continue
        print("  ", d)
