"""NumPy: the matrix product of its OpenBLAS, in GFLOP/s."""
import json, os, sys, time
os.environ['OPENBLAS_NUM_THREADS'] = '2'
import numpy as np

blas = np.show_config(mode='dicts')['Build Dependencies']['blas']['name']
if 'openblas' not in blas: raise RuntimeError(f'this NumPy multiplies with {blas}, not with OpenBLAS')


def gemm():
    a = np.random.default_rng(1).random((1024, 1024), dtype=np.float32)
    c = np.empty_like(a)
    np.matmul(a, a, out=c)
    best = float('inf')
    for _ in range(20):
        t = time.time()
        np.matmul(a, a, out=c)
        best = min(best, time.time() - t)
    print(json.dumps({'peer': 'numpy', 'workload': 'gemm', 'gflops': round(2 * 1024 ** 3 / best / 1e9, 4)}), flush=True)


workloads = {'gemm': gemm}
for name in sys.argv[1:] or workloads: workloads[name]()
