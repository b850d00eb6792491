"""Models as PyTorch exports them, with what ONNX Runtime computes, for tools/interop/onnx-import.ts: random weights, small sizes.

Usage: python onnx_import.py FOLDER [NAME…]; needs torch, onnxscript, onnxruntime; models of torchvision and transformers are made
where these are installed. Each is exported twice: _ts by the exporter that traces, _dy by the one that uses torch.export.
"""
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import onnxruntime
import torch

folder, *wanted = sys.argv[1:]
rng = np.random.default_rng(0)
torch.manual_seed(0)
onnxruntime.set_default_logger_severity(3)


def listed(arrays, kind=None):
    return [{"shape": a.shape, "dtype": str(a.dtype), "data": a.astype(kind or a.dtype).ravel().tolist()} for a in arrays]


def export(name, model, arrays):
    model.eval()
    with torch.no_grad():  # some models begin with a head of zeros
        for parameter in model.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
    args = tuple(torch.from_numpy(a) for a in arrays)
    names = [f"in{i}" for i in range(len(args))]
    for kind in ("ts", "dy"):
        path = os.path.join(folder, f"{name}_{kind}.onnx")
        try:
            if kind == "ts":
                axes = {n: {0: "batch"} for n in names}
                torch.onnx.export(model, args, path, dynamo=False, opset_version=17, input_names=names, dynamic_axes=axes)
            else:
                shapes = (tuple({0: torch.export.Dim("batch")} for _ in args),)  # of *args
                options = {"dynamic_shapes": shapes, "external_data": True, "verbose": False}
                torch.onnx.export(model, args, path, dynamo=True, input_names=names, **options)
        except Exception as error:  # an exporter that cannot is not what is looked at here
            print(f"{name}_{kind}: {str(error)[:200]}", file=sys.stderr)
            continue
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        results = session.run(None, dict(zip([i.name for i in session.get_inputs()], arrays)))
        with open(path[:-5] + ".json", "w") as file:
            json.dump({"inputs": listed(arrays), "outputs": listed(results, "float64")}, file)


class Plain(torch.nn.Module):
    """The first tensor that a model gives."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *args):
        names = ("input_ids", "attention_mask")
        y = self.model(*args) if len(args) == 1 else self.model(**dict(zip(names, args)))
        return y if isinstance(y, torch.Tensor) else y[0]


class Recurrent(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(5, 7, batch_first=True, bidirectional=True)
        self.gru = torch.nn.GRU(14, 6, batch_first=True)
        self.dense = torch.nn.Linear(6, 2)

    def forward(self, x):
        y, _ = self.lstm(x)
        z, _ = self.gru(y)
        return self.dense(z[:, -1])


def vision():
    import torchvision.models as models

    def vit():
        sizes = {"num_layers": 3, "num_heads": 4, "hidden_dim": 64, "mlp_dim": 128}
        return models.VisionTransformer(image_size=64, patch_size=16, **sizes)

    makers = (models.resnet18, models.mobilenet_v3_small, models.efficientnet_b0, models.shufflenet_v2_x0_5, vit)
    return {make.__name__: make for make in makers}


def language():
    import transformers as t

    d = {"vocab_size": 100, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    gpt = {"vocab_size": 100, "n_positions": 32, "n_embd": 32, "n_layer": 2, "n_head": 4, "use_cache": False}
    t5 = {"vocab_size": 100, "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
    return {
        "bert": lambda: t.BertModel(t.BertConfig(**d)),
        "gpt2": lambda: t.GPT2LMHeadModel(t.GPT2Config(**gpt)),
        "llama": lambda: t.LlamaForCausalLM(t.LlamaConfig(**d, num_key_value_heads=2, use_cache=False)),
        "t5": lambda: t.T5EncoderModel(t.T5Config(**t5)),
    }


def makers(find):
    try:
        return find()
    except ImportError as error:
        print(f"left out: {error}", file=sys.stderr)
        return {}


images = rng.standard_normal((2, 3, 64, 64)).astype("float32")
ids = rng.integers(0, 100, (2, 12)).astype("int64")
mask = np.ones((2, 12), "int64")
mask[1, 8:] = 0
series = rng.standard_normal((2, 9, 5)).astype("float32")
models = {name: (make, [images]) for name, make in makers(vision).items()}
models |= {name: (make, [ids, mask]) for name, make in makers(language).items()}
models["recurrent"] = (Recurrent, [series])
for name, (make, arrays) in models.items():
    if not wanted or name in wanted:
        export(name, Plain(make()), arrays)
