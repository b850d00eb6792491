// tf.keras.config.
export * from './config.ts';
export { dtypePolicy, setDtypePolicy } from './dtype-policy.ts';
