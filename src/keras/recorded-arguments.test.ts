// Classes of the user's own without getConfig: what their constructors were given is kept, or a warning says that it is lost.
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as tf from '../index.ts';

const { layers, losses, metrics, models } = tf.keras;
afterEach(() => void vi.restoreAllMocks());
const x = tf.constant([[1, 2]], { dtype: 'float32' });
const again = <T extends object>(object: T, type: object, name?: string): T =>
  tf.keras.utils.deserializeKerasObject(JSON.parse(JSON.stringify(tf.keras.utils.serializeKerasObject(object))), {
    customObjects: { [name ?? (object as { constructor: { name: string } }).constructor.name]: type },
  }) as T;

class Scaled extends layers.Layer {
  scale: number;
  constructor({ scale = 2, ...rest }: { scale?: number; name?: string } = {}) {
    super(rest);
    this.scale = scale;
  }
  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs.mul(this.scale);
  }
}
class ByPosition extends layers.Layer {
  scale: number;
  constructor(scale = 2, options: { name?: string } = {}) {
    super(options);
    this.scale = scale;
  }
  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs.mul(this.scale);
  }
}
class Alone extends layers.Layer {
  scale: number;
  constructor(scale = 2) {
    super();
    this.scale = scale;
  }
  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs.mul(this.scale);
  }
}
class FromOptions extends layers.Layer {
  scale: number;
  constructor(options: { scale?: number; name?: string } = {}) {
    const { scale = 2, ...rest } = options;
    super(rest);
    this.scale = scale;
  }
  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs.mul(this.scale);
  }
}

describe('arguments of constructors', () => {
  it.each([
    ['in a record', () => new Scaled({ scale: 7, name: 'mine' }), Scaled],
    ['by position', () => new ByPosition(7, { name: 'mine' }), ByPosition],
    ['alone', () => new Alone(7), Alone],
    ['in options', () => new FromOptions({ scale: 7, name: 'mine' }), FromOptions],
  ] as const)('are kept: %s', (_, make, type) => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const layer = make();
    const copy = again(layer, type);
    expect((copy(x) as tf.Tensor).numpy()).toEqual([[7, 14]]);
    if (layer.name === 'mine') expect(copy.name).toBe('mine');
    const model = models.Sequential([tf.keras.Input({ shape: [2] }), make()]);
    expect((again(model, type, type.name)(x) as tf.Tensor).numpy()).toEqual([[7, 14]]);
    expect(said).not.toHaveBeenCalled();
  });
  it('are kept for losses and metrics', () => {
    class Weighted extends losses.Loss {
      factor: number;
      constructor({ factor = 1, ...rest }: { factor?: number; name?: string } = {}) {
        super(rest);
        this.factor = factor;
      }
      override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
        return yTrue.sub(yPred).abs().mul(this.factor).mean(-1);
      }
    }
    class Above extends metrics.Metric {
      limit: number;
      constructor({ limit = 0.5, ...rest }: { limit?: number; name?: string } = {}) {
        super(rest);
        this.limit = limit;
      }
    }
    expect((again(new Weighted({ factor: 3 }), Weighted)(x, x.add(1)) as tf.Tensor).item()).toBe(3);
    const above = again(new Above({ limit: 0.25, name: 'above' }), Above);
    expect([above.limit, above.name]).toEqual([0.25, 'above']);
  });
  it('that cannot be known are named once, with the remedy', () => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    class Doubled extends layers.Layer {
      twice: number;
      constructor({ scale = 2, ...rest }: { scale?: number } = {}) {
        super(rest);
        this.twice = scale * 2;
      }
    }
    again(new Doubled({ scale: 7 }), Doubled);
    again(new Doubled({ scale: 7 }), Doubled);
    expect(said).toHaveBeenCalledTimes(1);
    expect(said.mock.calls[0]![0]).toMatch(
      /Doubled takes scale in its constructor and has no getConfig.*Add getConfig\(\) \{ return \{ \.\.\.super\.getConfig\(\), scale: this\.scale \}/,
    );
  });
  it('of classes with a getConfig are theirs', () => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    class Own extends layers.Layer {
      readonly half: number;
      constructor({ scale = 2, ...rest }: { scale?: number; name?: string } = {}) {
        super(rest);
        this.half = scale / 2;
      }
      override getConfig() {
        return { ...super.getConfig(), scale: this.half * 2 };
      }
    }
    class Plain extends layers.Layer {
      constructor(options = {}) {
        super(options);
      }
    }
    class Forwarding extends layers.Layer {
      constructor(...args: ConstructorParameters<typeof layers.Layer>) {
        super(...args);
      }
    }
    expect(again(new Own({ scale: 7 }), Own).half).toBe(3.5);
    expect(again(new Plain({ name: 'plain' }), Plain).name).toBe('plain');
    expect(again(new Forwarding({ name: 'forward' }), Forwarding).name).toBe('forward');
    expect(said).not.toHaveBeenCalled();
  });
});
