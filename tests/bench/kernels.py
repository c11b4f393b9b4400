"""networkit, igraph and leidenalg on the edges that kernels.ts wrote; one JSON line a method.

Called by kernels.ts: kernels.py FOLDER NODES. Times are seconds from edge arrays in memory to a
partition, building included. Partitions are written as int32 for kernels.ts to judge.
"""
import json
import resource
import sys
import time

import numpy as np

folder, n, methods = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
s = np.fromfile(f"{folder}/sources.bin", dtype=np.int32)
t = np.fromfile(f"{folder}/targets.bin", dtype=np.int32)


def report(name, start, built, membership):
    np.asarray(membership, dtype=np.int32).tofile(f"{folder}/{name}.bin")
    now = time.perf_counter()
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    line = {
        "name": name,
        "build": built - start[0],
        "total": now - start[0],
        "cpu": cpu.ru_utime + cpu.ru_stime - start[1],
    }
    print(json.dumps(line), flush=True)


def begin():
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), cpu.ru_utime + cpu.ru_stime


if "networkit" in methods:
    import networkit as nk

    nk.setNumberOfThreads(2)
    for name, method in (
        ("networkit-parallel-leiden", nk.community.ParallelLeiden),
        ("networkit-plm", nk.community.PLM),
    ):
        start = begin()
        g = nk.GraphFromCoo(
            (np.ones(len(s)), (s.astype(np.uint64), t.astype(np.uint64))),
            n=n,
            weighted=False,
            directed=False,
        )
        built = time.perf_counter()
        run = method(g)
        run.run()
        report(name, start, built, run.getPartition().getVector())

if "igraph" in methods:
    import igraph as ig

    edges = np.stack([s, t], axis=1)
    start = begin()
    g = ig.Graph(n=n, edges=edges)
    built = time.perf_counter()
    report("igraph-louvain", start, built, g.community_multilevel().membership)
    start = begin()
    g = ig.Graph(n=n, edges=edges)
    built = time.perf_counter()
    report(
        "igraph-leiden",
        start,
        built,
        g.community_leiden(objective_function="modularity", n_iterations=2).membership,
    )

if "leidenalg" in methods:
    import igraph as ig
    import leidenalg

    start = begin()
    g = ig.Graph(n=n, edges=np.stack([s, t], axis=1))
    built = time.perf_counter()
    found = leidenalg.find_partition(g, leidenalg.ModularityVertexPartition, seed=1)
    report("leidenalg", start, built, found.membership)
