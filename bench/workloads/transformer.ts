// Embedding(10000, 128), 2 × [MultiHeadAttention 4×32, add & LayerNorm, Dense 512 gelu, Dense 128, add & LayerNorm], mean,
// Dense 2 softmax; 64 tokens, batch 32.
import * as tf from 'cornu';
import { classes, integers, timeFit } from './common.ts';

const { layers } = tf.keras;
const tokens = tf.keras.Input({ shape: [64] });
let hidden: tf.Tensor = layers.Embedding(10000, 128)(tokens);
for (let block = 0; block < 2; block++) {
  const attended = layers.MultiHeadAttention(4, 32)(hidden, hidden);
  hidden = layers.LayerNormalization()(tf.add(hidden, attended));
  const wide = layers.Dense(512, { activation: 'gelu' })(hidden);
  hidden = layers.LayerNormalization()(tf.add(hidden, layers.Dense(128)(wide)));
}
const answer = layers.Dense(2, { activation: 'softmax' })(layers.GlobalAveragePooling1D()(hidden));
const model = tf.keras.Model({ inputs: tokens, outputs: answer });
model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
await timeFit('transformer', model, integers(10000, 640, 64), classes(640, 2), 32);
