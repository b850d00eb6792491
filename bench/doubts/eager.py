"""What eager operations cost in TensorFlow and PyTorch: the same as eager.ts."""
import json, time

def best(steps, run):
    least = float('inf')
    for _ in range(5):
        t = time.perf_counter()
        for _ in range(steps): run()
        least = min(least, (time.perf_counter() - t) / steps * 1e6)
    return least

def report(peer, workload, us): print(json.dumps({'peer': peer, 'workload': workload, 'microseconds': round(us, 2)}), flush=True)

import tensorflow as tf
w, b = tf.Variable(1.5), tf.Variable(0.5)
x, y = tf.constant([1., 2, 3, 4]), tf.constant([3., 5, 7, 9])
def step():
    with tf.GradientTape() as tape: loss = tf.reduce_mean(tf.square(w * x + b - y))
    dw, db = tape.gradient(loss, [w, b])
    w.assign_sub(.01 * dw); b.assign_sub(.01 * db)
report('tensorflow', 'tape-step', best(300, step))
report('tensorflow', 'add-4', best(5000, lambda: x + x))
big = tf.ones(1000000)
report('tensorflow', 'add-1000000', best(50, lambda: big + big))

import torch
torch.set_num_threads(2)
w, b = torch.tensor(1.5, requires_grad=True), torch.tensor(.5, requires_grad=True)
x, y = torch.tensor([1., 2, 3, 4]), torch.tensor([3., 5, 7, 9])
def step():
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in (w, b): p -= .01 * p.grad; p.grad = None
report('pytorch', 'tape-step', best(1000, step))
report('pytorch', 'add-4', best(20000, lambda: x + x))
big = torch.ones(1000000)
report('pytorch', 'add-1000000', best(50, lambda: big + big))
