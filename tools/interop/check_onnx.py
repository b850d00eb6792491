"""Looks at ONNX files that cornu wrote: ONNX's checker, then ONNX Runtime on the inputs beside each file.

Usage: python check_onnx.py FOLDER; prints one JSON line for each model: its name and the largest difference.
"""
import glob
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime

onnxruntime.set_default_logger_severity(3)
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx"))):
    found = {"name": os.path.basename(path)[:-5]}
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        data = json.load(open(path[:-5] + ".json"))
        arrays = [np.array(a["data"], a["dtype"]).reshape(a["shape"]) for a in data["inputs"]]
        results = session.run(None, {i.name: a for i, a in zip(session.get_inputs(), arrays)})
        found["difference"] = max(
            float(np.abs(y.astype("float64") - np.array(w["data"]).reshape(w["shape"])).max())
            for y, w in zip(results, data["outputs"])
        )
        found["nodes"] = len(model.graph.node)
    except Exception as error:  # whatever ONNX says is the finding
        found["error"] = str(error)[:400]
    print(json.dumps(found))
