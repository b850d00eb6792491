"""Writes ONNX's own operator cases as folders: model.onnx, input_0.pb, output_0.pb and so on, as ONNX's backend tests lay them out.

Usage: python onnx_cases.py FOLDER
"""
import os
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

warnings.filterwarnings("ignore")


def message(value, declared):
    kind = declared.WhichOneof("value")
    if kind == "optional_type":
        return numpy_helper.from_optional(value)
    if kind == "sequence_type":
        return numpy_helper.from_list([np.asarray(v) for v in value])
    if isinstance(value, onnx.TensorProto):
        return value
    return numpy_helper.from_array(np.asarray(value))


written = 0
for case in collect_testcases(""):
    folder = os.path.join(sys.argv[1], case.name)
    try:
        files = {"model.onnx": case.model}
        inputs, outputs = case.data_sets[0]
        for what, values, infos in (("input", inputs, case.model.graph.input), ("output", outputs, case.model.graph.output)):
            for i, (value, info) in enumerate(zip(values, infos)):
                files[f"{what}_{i}.pb"] = message(value, info.type)
    except Exception as error:  # a case that its own library cannot write
        print(f"{case.name}: {error}", file=sys.stderr)
        continue
    os.makedirs(folder)
    for name, proto in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(proto.SerializeToString())
    with open(os.path.join(folder, "tolerance.txt"), "w") as file:
        file.write(f"{case.rtol} {case.atol}\n")
    written += 1
print(written)
