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


def microsoft():
    """Cases of the domain com.microsoft: there are none of ONNX's, so ONNX Runtime says what is right."""
    rng = np.random.default_rng(7)
    f = lambda *shape: rng.standard_normal(shape).astype("float32")
    u = lambda *shape: rng.integers(0, 255, shape).astype("uint8")
    i8 = lambda *shape: rng.integers(-100, 100, shape).astype("int8")
    s = lambda v: np.array(v, "float32")
    z = lambda v: np.array(v, "uint8")
    ids = rng.integers(0, 9, (2, 5)).astype("int32")
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], "int32")
    none = None
    yield "Gelu", [f(3, 4)], {}, 1
    yield "BiasGelu", [f(3, 4), f(4)], {}, 1
    yield "FastGelu", [f(3, 4), f(4)], {}, 1
    yield "QuickGelu", [f(3, 4)], {"alpha": 1.5}, 1
    yield "FusedMatMul", [f(2, 4, 3), f(2, 5, 4)], {"transA": 1, "transB": 1, "alpha": 0.5}, 1
    yield "FusedMatMul", [f(4, 2, 3), f(2, 3, 5)], {"transBatchA": 1}, 1
    yield "FusedGemm", [f(3, 4), f(4, 5), f(5)], {"activation": "Relu"}, 1
    yield "FusedConv", [f(1, 2, 5, 5), f(3, 2, 3, 3), f(3)], {"activation": "LeakyRelu", "activation_params": [0.2], "pads": [1, 1, 1, 1]}, 1
    yield "SkipLayerNormalization", [f(2, 3, 8), f(2, 3, 8), f(8), f(8), f(8)], {"epsilon": 1e-5}, 4
    yield "SkipSimplifiedLayerNormalization", [f(2, 3, 8), f(2, 3, 8), f(8), f(8)], {"epsilon": 1e-5}, 4
    yield "EmbedLayerNormalization", [ids, (ids % 2).astype("int32"), f(9, 8), f(6, 8), f(2, 8), f(8), f(8), mask], {"epsilon": 1e-5}, 3
    for more in ({}, {"unidirectional": 1}, {"scale": 0.3}):
        yield "Attention", [f(2, 5, 8), f(8, 24), f(24), mask], {"num_heads": 2, **more}, 1
    yield "Attention", [f(2, 5, 8), f(8, 24), f(24), np.array([5, 3], "int32")], {"num_heads": 2}, 1
    yield "MultiHeadAttention", [f(2, 5, 8), f(2, 6, 8), f(2, 6, 8), f(24)], {"num_heads": 2}, 1
    yield "MultiHeadAttention", [f(2, 5, 8), f(2, 5, 8), f(2, 5, 8), none, mask], {"num_heads": 2, "unidirectional": 1}, 1
    yield "RotaryEmbedding", [f(2, 3, 16), np.array([[0, 1, 2], [2, 3, 4]], "int64"), f(8, 4), f(8, 4)], {}, 1
    yield "RotaryEmbedding", [f(2, 2, 3, 8), np.array([2], "int64"), f(8, 4), f(8, 4)], {"interleaved": 1}, 1
    yield "QLinearAdd", [u(3, 4), s(0.1), z(3), u(3, 4), s(0.2), z(5), s(0.3), z(7)], {}, 1
    yield "QLinearMul", [u(3, 4), s(0.1), z(3), u(4), s(0.2), z(5), s(4), z(7)], {}, 1
    yield "QLinearSigmoid", [u(3, 4), s(0.02), z(99), s(1 / 256), z(0)], {}, 1
    yield "QLinearLeakyRelu", [u(3, 4), s(0.02), z(99), s(0.02), z(50)], {"alpha": 0.1}, 1
    yield "QLinearGlobalAveragePool", [u(1, 3, 4, 4), s(0.1), z(9), s(0.05), z(20)], {"channels_last": 0}, 1
    yield "QLinearConcat", [s(0.2), z(3), u(2, 3), s(0.1), z(4), u(2, 2), s(0.4), z(1)], {"axis": 1}, 1
    yield "QGemm", [u(3, 4), s(0.1), z(9), i8(4, 5), s(0.05), np.array(0, "int8"), rng.integers(-99, 99, 5).astype("int32"), s(0.3), z(100)], {}, 1
    yield "DynamicQuantizeMatMul", [f(3, 4), u(4, 5), s(0.05), z(100), f(5)], {}, 1
    yield "MatMulIntegerToFloat", [u(3, 4), i8(4, 5), s(0.1), s(0.05), z(99), np.array(0, "int8"), f(5)], {}, 1


def microsoft_models():
    import onnxruntime
    from onnx import TensorProto, helper

    onnxruntime.set_default_logger_severity(4)
    for number, (op, inputs, attributes, outputs) in enumerate(microsoft()):
        names = ["" if x is None else f"x{i}" for i, x in enumerate(inputs)]
        inputs = [x for x in inputs if x is not None]
        results = [f"y{i}" for i in range(outputs)]
        node = helper.make_node(op, names, results, domain="com.microsoft", **attributes)
        info = lambda name, x: helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
        given = [info(name, x) for name, x in zip([n for n in names if n], inputs)]
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        make = lambda outs: helper.make_model(helper.make_graph([node], "g", given, outs), opset_imports=opsets, ir_version=8)
        try:
            bare = make([helper.make_empty_tensor_value_info(name) for name in results])
            session = onnxruntime.InferenceSession(bare.SerializeToString(), providers=["CPUExecutionProvider"])
            values = session.run(None, dict(zip([n for n in names if n], inputs)))
        except Exception as error:
            print(f"{op}: {str(error)[:200]}", file=sys.stderr)
            continue
        kept = [(name, y) for name, y in zip(results, values) if y is not None and y.size]
        yield f"microsoft_{number:02d}_{op}", make([info(name, y) for name, y in kept]), inputs, [y for _, y in kept]


def write(name, model, inputs, outputs, rtol, atol):
    folder = os.path.join(sys.argv[1], name)
    files = {"model.onnx": model}
    for what, values, infos in (("input", inputs, model.graph.input), ("output", outputs, model.graph.output)):
        for i, (value, info) in enumerate(zip(values, infos)):
            files[f"{what}_{i}.pb"] = message(value, info.type)
    os.makedirs(folder)
    for file_name, proto in files.items():
        with open(os.path.join(folder, file_name), "wb") as file:
            file.write(proto.SerializeToString())
    with open(os.path.join(folder, "tolerance.txt"), "w") as file:
        file.write(f"{rtol} {atol}\n")


for name, model, inputs, outputs in microsoft_models():
    write(name, model, inputs, outputs, 1e-4, 1e-5)
for case in collect_testcases(""):
    write(case.name, case.model, *case.data_sets[0], case.rtol, case.atol)
