// The attention layers.
export { AdditiveAttention, type AdditiveAttentionOptions } from './additive-attention.ts';
export { Attention, type AttentionOptions } from './attention.ts';
export type { AttentionCallOptions } from './base-attention.ts';
export { GroupQueryAttention, type GroupQueryAttentionOptions } from './group-query-attention.ts';
export { MultiHeadAttention, type MultiHeadAttentionOptions } from './multi-head-attention.ts';
export type { QueryKeyValueOptions } from './query-key-value.ts';
