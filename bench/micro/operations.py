"""Single operations over a million elements in PyTorch and TensorFlow on one thread, nanoseconds an element, as JSON for
bench/micro/operations.ts: python bench/micro/operations.py > peers.json"""

import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
import torch

torch.set_num_threads(1)
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
ROWS, COLUMNS = 2048, 512
N = ROWS * COLUMNS
F = torch.nn.functional
g = np.random.default_rng(1)
f32 = np.float32
V = dict(
    x=g.standard_normal((ROWS, COLUMNS)).astype(f32),
    y=g.standard_normal((ROWS, COLUMNS)).astype(f32),
    u=g.uniform(0.001, 0.999, (ROWS, COLUMNS)).astype(f32),
    p=g.uniform(0.1, 10, (ROWS, COLUMNS)).astype(f32),
    i=g.integers(-1000, 1000, (ROWS, COLUMNS)).astype(np.int32),
    j=g.integers(1, 20, (ROWS, COLUMNS)).astype(np.int32),
    r=g.integers(0, ROWS, ROWS).astype(np.int32),
    e=g.integers(0, N, N).astype(np.int32),
    m=g.standard_normal((16, 64, 64, 16)).astype(f32),
    s=g.standard_normal((16, 1024, 64)).astype(f32),
    k=g.standard_normal((3, 3, 16, 1)).astype(f32),
    k1=g.standard_normal((3, 64, 64)).astype(f32),
)
V["b"] = V["x"] > 0


class Values:
    def __init__(self, convert):
        for name, value in V.items():
            setattr(self, name, convert(value))


T, K = Values(torch.tensor), Values(tf.constant)
# Images and sequences as each likes them best.
Tm, Ts = T.m.permute(0, 3, 1, 2), T.s.permute(0, 2, 1)
Tk = T.k.permute(2, 3, 0, 1).contiguous()
Tk1 = T.k1.permute(2, 1, 0).contiguous()
el, rl = T.e.long(), T.r.long()
xf = T.x.reshape(-1)
S = torch.special
unary = lambda f, v: lambda: f(v)
torch_operations = dict(
    add=lambda: T.x + T.y, divide=lambda: T.x / T.p,
    floor=lambda: T.x.floor(), round=lambda: T.x.round(), neg=lambda: -T.x, abs=lambda: T.x.abs(), sign=lambda: T.x.sign(),
    **{name: unary(getattr(torch, name), T.p) for name in ["sqrt", "rsqrt", "reciprocal", "log", "log1p", "lgamma", "digamma"]},
    **{name: unary(getattr(torch, name), T.x) for name in ["exp", "expm1", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "sigmoid", "erf", "erfc"]},
    **{name: unary(getattr(torch, name), T.u) for name in ["asin", "acos", "atanh", "erfinv"]},
    acosh=lambda: torch.acosh(T.p + 1), atan2=lambda: torch.atan2(T.x, T.y),
    logSigmoid=lambda: F.logsigmoid(T.x), softplus=lambda: F.softplus(T.x), elu=lambda: F.elu(T.x), gelu=lambda: F.gelu(T.x),
    ndtri=lambda: S.ndtri(T.u), polygamma=lambda: S.polygamma(1, T.p), zeta=lambda: S.zeta(T.p + 1.5, T.p),
    igamma=lambda: S.gammainc(T.p, T.u * 10), igammac=lambda: S.gammaincc(T.p, T.u * 10),
    besselI0=lambda: S.i0(T.x), besselI1e=lambda: S.i1e(T.x), besselJ0=lambda: S.bessel_j0(T.x),
    pow=lambda: T.p**T.x, powHalf=lambda: T.p**1.7, powTwo=lambda: T.x**2, powThree=lambda: T.x**3,
    mod=lambda: torch.remainder(T.x, T.p), modScalar=lambda: torch.remainder(T.x, 0.7), fmod=lambda: torch.fmod(T.x, T.p),
    floordiv=lambda: torch.floor_divide(T.x, T.p), xlogy=lambda: torch.xlogy(T.x, T.p), hypotSquares=lambda: (T.x - T.y) ** 2,
    maximum=lambda: torch.maximum(T.x, T.y), nextafter=lambda: torch.nextafter(T.x, T.y), clip=lambda: T.x.clamp(-0.5, 0.5),
    where=lambda: torch.where(T.b, T.x, T.y), greater=lambda: T.x > T.y, equal=lambda: T.i == T.j,
    logicalAnd=lambda: T.b & ~T.b, isNan=lambda: T.x.isnan(), intAdd=lambda: T.i + T.j, intMul=lambda: T.i * T.j,
    intDiv=lambda: torch.floor_divide(T.i, T.j), intDivScalar=lambda: torch.floor_divide(T.i, 7),
    intMod=lambda: torch.remainder(T.i, T.j), intModScalar=lambda: torch.remainder(T.i, 7), intTrueDiv=lambda: T.i / T.j,
    intPow=lambda: T.j**3, bitwiseAnd=lambda: T.i & T.j, leftShift=lambda: T.i << T.j,
    castIntToFloat=lambda: T.i.float(), castFloatToInt=lambda: T.x.int(), castFloatToUint8=lambda: T.p.to(torch.uint8),
    castFloatToBool=lambda: T.x.bool(), castBoolToFloat=lambda: T.b.float(), castFloatToHalf=lambda: T.x.half(),
    castFloatToBfloat=lambda: T.x.bfloat16(), castFloatToDouble=lambda: T.x.double(), castIntToLong=lambda: T.i.long(),
    sumAll=lambda: T.x.sum(), sum0=lambda: T.x.sum(0), sum1=lambda: T.x.sum(1), mean1=lambda: T.x.mean(1),
    max0=lambda: T.x.amax(0), max1=lambda: T.x.amax(1), prod1=lambda: T.x.prod(1), intSum1=lambda: T.i.sum(1),
    intMax1=lambda: T.i.amax(1), any1=lambda: T.b.any(1), variance1=lambda: T.x.var(1), std0=lambda: T.x.std(0),
    logsumexp0=lambda: T.x.logsumexp(0), logsumexp1=lambda: T.x.logsumexp(1), norm1=lambda: T.x.norm(dim=1),
    argmax0=lambda: T.x.argmax(0), argmax1=lambda: T.x.argmax(1), argminAll=lambda: T.x.argmin(),
    cumsum0=lambda: T.x.cumsum(0), cumsum1=lambda: T.x.cumsum(1), cumprod1=lambda: T.u.cumprod(1),
    cumlogsumexp1=lambda: T.x.logcumsumexp(1), countNonzero=lambda: T.i.count_nonzero(), bincount=lambda: torch.bincount(T.j.reshape(-1), minlength=20),
    softmax1=lambda: F.softmax(T.x, 1), softmax0=lambda: F.softmax(T.x, 0), logSoftmax1=lambda: F.log_softmax(T.x, 1),
    sort1=lambda: T.x.sort(1)[0], sort0=lambda: T.x.sort(0)[0], sortAll=lambda: xf.sort()[0], argsort1=lambda: T.x.argsort(1),
    topK1=lambda: T.x.topk(5)[0], searchsorted=lambda: torch.searchsorted(torch.arange(1000.0), T.e.float()),
    transpose=lambda: T.x.t().contiguous(), transposeReshaped=lambda: T.x.t().reshape(ROWS, COLUMNS),
    transposeInner=lambda: T.m.permute(0, 3, 1, 2).contiguous(), transposeOuter=lambda: T.m.permute(1, 0, 2, 3).contiguous(),
    transposeBatches=lambda: T.s.permute(0, 2, 1).contiguous(), reverse1=lambda: T.x.flip(1), reverse0=lambda: T.x.flip(0),
    roll1=lambda: T.x.roll(5, 1), pad=lambda: F.pad(T.x, (2, 2, 1, 1)), padReflect=lambda: F.pad(T.x[None], (2, 2, 1, 1), mode="reflect"),
    concat0=lambda: torch.cat([T.x, T.y], 0), concat1=lambda: torch.cat([T.x, T.y], 1), stack1=lambda: torch.stack([T.x, T.y], 1),
    stackLast=lambda: torch.stack([T.x, T.y], -1), split1=lambda: T.x[:, :256] + T.x[:, 256:], tile=lambda: T.x.tile(2, 2),
    repeat1=lambda: T.x.repeat_interleave(2, 1), stride2=lambda: T.x[:, ::2].contiguous(),
    broadcast=lambda: T.r[:, None].expand(ROWS, COLUMNS).contiguous(), oneHot=lambda: F.one_hot(rl, ROWS)[:, :COLUMNS],
    gatherRows=lambda: T.x[rl], gatherColumns=lambda: T.x[:, rl[:COLUMNS] % COLUMNS], gatherElements=lambda: xf[el],
    takeAlongAxis=lambda: T.x.gather(1, T.j.long()), scatterRows=lambda: torch.zeros_like(T.x).index_add_(0, rl, T.x),
    scatterElements=lambda: torch.zeros(N).index_add_(0, el, xf), segmentSum=lambda: torch.zeros_like(T.x).index_add_(0, rl, T.x),
    segmentMax=lambda: torch.zeros_like(T.x).index_reduce_(0, rl, T.x, "amax"),
    uniform=lambda: torch.rand(ROWS, COLUMNS), uniformInt=lambda: torch.randint(0, 100, (ROWS, COLUMNS)), normal=lambda: torch.randn(ROWS, COLUMNS),
    poisson=lambda: torch.poisson(torch.full((ROWS, COLUMNS), 4.0)), shuffleRows=lambda: T.x[torch.randperm(ROWS)],
    shuffleElements=lambda: xf[torch.randperm(N)], dropout=lambda: F.dropout(T.x, 0.3),
    categorical=lambda: torch.multinomial(F.softmax(T.x, 1), 1), crossEntropy=lambda: F.cross_entropy(T.x, T.j[:, 0].long(), reduction="none"),
    l2Normalize=lambda: F.normalize(T.x), layerNorm=lambda: F.layer_norm(T.x, (COLUMNS,)),
    maxPool=lambda: F.max_pool2d(Tm, 2), avgPool=lambda: F.avg_pool2d(Tm, 2), maxPool3=lambda: F.max_pool2d(Tm, 3, 1, 1),
    avgPool3=lambda: F.avg_pool2d(Tm, 3, 1, 1), depthwise=lambda: F.conv2d(Tm, Tk, padding=1, groups=16), conv1d=lambda: F.conv1d(Ts, Tk1, padding=1),
    resizeBilinear=lambda: F.interpolate(Tm, (96, 96), mode="bilinear"), resizeNearest=lambda: F.interpolate(Tm, (128, 128)),
    resizeBicubic=lambda: F.interpolate(Tm, (96, 96), mode="bicubic"), flipLeftRight=lambda: T.m.flip(2),
    rfft=lambda: torch.fft.rfft(T.x).abs(), fft=lambda: torch.fft.fft(T.x).real.contiguous(),
    matmulBatch=lambda: T.s.transpose(1, 2) @ T.s, einsumOuter=lambda: torch.outer(T.r.float(), T.r[:COLUMNS].float()),
)  # fmt: skip
M, N_ = tf.math, tf.nn
lengths = [ROWS, COLUMNS]
tensorflow_operations = dict(
    add=lambda: K.x + K.y, divide=lambda: K.x / K.p,
    **{name: unary(getattr(M, name), K.x) for name in ["floor", "round", "abs", "sign", "exp", "expm1", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "sigmoid", "erf", "erfc", "softplus"]},
    **{name: unary(getattr(M, name), K.p) for name in ["sqrt", "rsqrt", "reciprocal", "log", "log1p", "lgamma", "digamma"]},
    **{name: unary(getattr(M, name), K.u) for name in ["asin", "acos", "atanh", "erfinv", "ndtri"]},
    neg=lambda: -K.x, acosh=lambda: M.acosh(K.p + 1), atan2=lambda: M.atan2(K.x, K.y), logSigmoid=lambda: M.log_sigmoid(K.x),
    elu=lambda: N_.elu(K.x), gelu=lambda: N_.gelu(K.x), polygamma=lambda: M.polygamma(tf.ones_like(K.p), K.p), zeta=lambda: M.zeta(K.p + 1.5, K.p),
    igamma=lambda: M.igamma(K.p, K.u * 10), igammac=lambda: M.igammac(K.p, K.u * 10), betainc=lambda: M.betainc(K.p, K.p, K.u),
    besselI0=lambda: M.special.bessel_i0(K.x), besselI1e=lambda: M.special.bessel_i1e(K.x), besselJ0=lambda: M.special.bessel_j0(K.x),
    dawsn=lambda: M.special.dawsn(K.x), expint=lambda: M.special.expint(K.p), fresnelSin=lambda: M.special.fresnel_sin(K.x),
    pow=lambda: K.p**K.x, powHalf=lambda: K.p**1.7, powTwo=lambda: K.x**2, powThree=lambda: K.x**3,
    mod=lambda: M.floormod(K.x, K.p), modScalar=lambda: M.floormod(K.x, 0.7), fmod=lambda: tf.truncatemod(K.x, K.p), floordiv=lambda: M.floordiv(K.x, K.p),
    xlogy=lambda: M.xlogy(K.x, K.p), hypotSquares=lambda: M.squared_difference(K.x, K.y), maximum=lambda: M.maximum(K.x, K.y),
    nextafter=lambda: M.nextafter(K.x, K.y), clip=lambda: tf.clip_by_value(K.x, -0.5, 0.5), where=lambda: tf.where(K.b, K.x, K.y),
    greater=lambda: K.x > K.y, equal=lambda: K.i == K.j, logicalAnd=lambda: K.b & ~K.b, isNan=lambda: M.is_nan(K.x), intAdd=lambda: K.i + K.j,
    intMul=lambda: K.i * K.j, intDiv=lambda: M.floordiv(K.i, K.j), intDivScalar=lambda: K.i // 7, intMod=lambda: M.floormod(K.i, K.j),
    intModScalar=lambda: K.i % 7, intTrueDiv=lambda: tf.cast(K.i / K.j, "float32"), intPow=lambda: K.j**3, bitwiseAnd=lambda: tf.bitwise.bitwise_and(K.i, K.j),
    leftShift=lambda: tf.bitwise.left_shift(K.i, K.j), castIntToFloat=lambda: tf.cast(K.i, "float32"), castFloatToInt=lambda: tf.cast(K.x, "int32"),
    castFloatToUint8=lambda: tf.cast(K.p, "uint8"), castFloatToBool=lambda: tf.cast(K.x, "bool"), castBoolToFloat=lambda: tf.cast(K.b, "float32"),
    castFloatToHalf=lambda: tf.cast(K.x, "float16"), castFloatToBfloat=lambda: tf.cast(K.x, "bfloat16"), castFloatToDouble=lambda: tf.cast(K.x, "float64"),
    castIntToLong=lambda: tf.cast(K.i, "int64"),
    sumAll=lambda: tf.reduce_sum(K.x), sum0=lambda: tf.reduce_sum(K.x, 0), sum1=lambda: tf.reduce_sum(K.x, 1), mean1=lambda: tf.reduce_mean(K.x, 1),
    max0=lambda: tf.reduce_max(K.x, 0), max1=lambda: tf.reduce_max(K.x, 1), prod1=lambda: tf.reduce_prod(K.x, 1), intSum1=lambda: tf.reduce_sum(K.i, 1),
    intMax1=lambda: tf.reduce_max(K.i, 1), any1=lambda: tf.reduce_any(K.b, 1), variance1=lambda: M.reduce_variance(K.x, 1), std0=lambda: M.reduce_std(K.x, 0),
    logsumexp0=lambda: tf.reduce_logsumexp(K.x, 0), logsumexp1=lambda: tf.reduce_logsumexp(K.x, 1), norm1=lambda: tf.norm(K.x, axis=1),
    argmax0=lambda: tf.argmax(K.x, 0), argmax1=lambda: tf.argmax(K.x, 1), argminAll=lambda: tf.argmin(tf.reshape(K.x, [-1])),
    cumsum0=lambda: tf.cumsum(K.x, 0), cumsum1=lambda: tf.cumsum(K.x, 1), cumprod1=lambda: M.cumprod(K.u, 1), cumlogsumexp1=lambda: M.cumulative_logsumexp(K.x, 1),
    countNonzero=lambda: M.count_nonzero(K.i), bincount=lambda: M.bincount(tf.reshape(K.j, [-1]), minlength=20, maxlength=20),
    softmax1=lambda: N_.softmax(K.x), softmax0=lambda: N_.softmax(K.x, 0), logSoftmax1=lambda: N_.log_softmax(K.x), sort1=lambda: tf.sort(K.x, 1),
    sort0=lambda: tf.sort(K.x, 0), sortAll=lambda: tf.sort(tf.reshape(K.x, [-1])), argsort1=lambda: tf.argsort(K.x, 1), topK1=lambda: N_.top_k(K.x, 5).values,
    inTopK=lambda: N_.in_top_k(K.r % COLUMNS, K.x, 5), searchsorted=lambda: tf.searchsorted(tf.range(1000.0), tf.cast(K.e, "float32")),
    transpose=lambda: tf.transpose(K.x), transposeReshaped=lambda: tf.reshape(tf.transpose(K.x), lengths), transposeInner=lambda: tf.transpose(K.m, [0, 3, 1, 2]),
    transposeOuter=lambda: tf.transpose(K.m, [1, 0, 2, 3]), transposeBatches=lambda: tf.transpose(K.s, [0, 2, 1]), reverse1=lambda: tf.reverse(K.x, [1]),
    reverse0=lambda: tf.reverse(K.x, [0]), roll1=lambda: tf.roll(K.x, 5, 1), pad=lambda: tf.pad(K.x, [[1, 1], [2, 2]]), padReflect=lambda: tf.pad(K.x, [[1, 1], [2, 2]], "REFLECT"),
    concat0=lambda: tf.concat([K.x, K.y], 0), concat1=lambda: tf.concat([K.x, K.y], 1), stack1=lambda: tf.stack([K.x, K.y], 1), stackLast=lambda: tf.stack([K.x, K.y], -1),
    split1=lambda: tf.add(*tf.split(K.x, 2, 1)), tile=lambda: tf.tile(K.x, [2, 2]), repeat1=lambda: tf.repeat(K.x, 2, 1), stride2=lambda: K.x[:, ::2],
    broadcast=lambda: tf.broadcast_to(K.r[:, None], lengths), oneHot=lambda: tf.one_hot(K.r, COLUMNS), eyeDiag=lambda: tf.linalg.band_part(K.x, 3, 3),
    gatherRows=lambda: tf.gather(K.x, K.r), gatherColumns=lambda: tf.gather(K.x, K.r[:COLUMNS] % COLUMNS, axis=1), gatherElements=lambda: tf.gather(tf.reshape(K.x, [-1]), K.e),
    gatherNd=lambda: tf.gather_nd(K.x, tf.stack([K.e // COLUMNS, K.e % COLUMNS], 1)), takeAlongAxis=lambda: tf.gather(K.x, K.j, axis=1, batch_dims=1),
    scatterRows=lambda: tf.tensor_scatter_nd_add(tf.zeros_like(K.x), K.r[:, None], K.x), scatterElements=lambda: tf.scatter_nd(K.e[:, None], tf.reshape(K.x, [-1]), [N]),
    segmentSum=lambda: M.unsorted_segment_sum(K.x, K.r, ROWS), segmentMax=lambda: M.unsorted_segment_max(K.x, K.r, ROWS), uniform=lambda: tf.random.uniform(lengths),
    uniformInt=lambda: tf.random.uniform(lengths, 0, 100, "int32"), normal=lambda: tf.random.normal(lengths), truncatedNormal=lambda: tf.random.truncated_normal(lengths),
    statelessNormal=lambda: tf.random.stateless_normal(lengths, [1, 2]), gamma=lambda: tf.random.gamma(lengths, 2.0), poisson=lambda: tf.random.poisson(lengths, 4.0),
    categorical=lambda: tf.random.categorical(K.x, 1), shuffleRows=lambda: tf.random.shuffle(K.x), shuffleElements=lambda: tf.random.shuffle(tf.reshape(K.x, [-1])),
    dropout=lambda: N_.dropout(K.x, 0.3), crossEntropy=lambda: N_.sparse_softmax_cross_entropy_with_logits(K.j[:, 0], K.x), l2Normalize=lambda: M.l2_normalize(K.x, 1),
    maxPool=lambda: N_.max_pool2d(K.m, 2, 2, "VALID"), avgPool=lambda: N_.avg_pool2d(K.m, 2, 2, "VALID"), maxPool3=lambda: N_.max_pool2d(K.m, 3, 1, "SAME"),
    avgPool3=lambda: N_.avg_pool2d(K.m, 3, 1, "SAME"), depthwise=lambda: N_.depthwise_conv2d(K.m, K.k, [1, 1, 1, 1], "SAME"), conv1d=lambda: N_.conv1d(K.s, K.k1, 1, "SAME"),
    resizeBilinear=lambda: tf.image.resize(K.m, [96, 96]), resizeNearest=lambda: tf.image.resize(K.m, [128, 128], "nearest"), resizeBicubic=lambda: tf.image.resize(K.m, [96, 96], "bicubic"),
    flipLeftRight=lambda: tf.image.flip_left_right(K.m), adjustContrast=lambda: tf.image.adjust_contrast(K.m, 1.5), rgbToHsv=lambda: tf.image.rgb_to_hsv(tf.reshape(K.u[:, :510], [-1, 3])),
    rfft=lambda: tf.abs(tf.signal.rfft(K.x)), fft=lambda: M.real(tf.signal.fft(tf.cast(K.x, "complex64"))), dct=lambda: tf.signal.dct(K.x),
    matmulBatch=lambda: tf.matmul(K.s, K.s, transpose_a=True), einsumOuter=lambda: tf.einsum("i,j->ij", tf.cast(K.r, "float32"), tf.cast(K.r[:COLUMNS], "float32")),
)  # fmt: skip


def best(f):
    for _ in range(2):
        f()
    least, until, rounds = 1e9, time.perf_counter() + 0.15, 0
    while rounds < 3 or (rounds < 40 and time.perf_counter() < until):
        start = time.perf_counter()
        f()
        least = min(least, time.perf_counter() - start)
        rounds += 1
    return least * 1e9 / N


def measured(operations):
    figures = {}
    for name, f in operations.items():
        try:
            figures[name] = best(f)
        except Exception as error:
            print(name, str(error)[:200], file=sys.stderr)
    return figures


with torch.no_grad():
    print(json.dumps(dict(torch=measured(torch_operations), tensorflow=measured(tensorflow_operations))))
