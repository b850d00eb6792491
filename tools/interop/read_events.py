"""Reads a folder of event files with TensorBoard's own reader and prints what it found as JSON.

    python read_events.py FOLDER
"""

import io
import json
import os
import struct
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util


def read(folder):
    accumulator = EventAccumulator(folder, size_guidance={"tensors": 0, "graph": 1})
    accumulator.Reload()
    found = {}
    for tag in accumulator.Tags()["tensors"]:
        plugin = accumulator.SummaryMetadata(tag).plugin_data.plugin_name
        rows = []
        for event in accumulator.Tensors(tag):
            value = tensor_util.make_ndarray(event.tensor_proto)
            if value.dtype == object:
                flat = [v if isinstance(v, bytes) else str(v).encode() for v in value.ravel()]
                rows.append([event.step, [v.hex() for v in flat]])
            else:
                rows.append([event.step, value.ravel().tolist()])
        found[tag] = {"plugin": plugin, "values": rows}
    graph = None
    if accumulator.Tags()["graph"]:
        graph = [[node.name, node.op, list(node.input)] for node in accumulator.Graph().node]
    return {"tags": found, "graph": graph}


def profile(path):
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace()
    with open(path, "rb") as f:
        space.ParseFromString(f.read())
    plane = space.planes[0]
    return [plane.event_metadata[event.metadata_id].name for event in plane.lines[0].events]


def main():
    folder = sys.argv[1]
    out = {part: read(os.path.join(folder, part)) for part in sorted(os.listdir(folder)) if os.path.isdir(os.path.join(folder, part))}
    runs = os.path.join(folder, "train", "plugins", "profile")
    if os.path.isdir(runs):
        for run in os.listdir(runs):
            out["profile"] = profile(os.path.join(runs, run, "cornu.xplane.pb"))
    print(json.dumps(out))


if __name__ == "__main__":
    main()
