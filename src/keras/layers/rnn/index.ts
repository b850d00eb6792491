// Recurrent layers and their cells.
export { AbstractRNNCell } from './abstract-rnn-cell.ts';
export { Bidirectional, type BidirectionalOptions } from './bidirectional.ts';
export { ConvLSTM1D, type ConvLSTM1DOptions } from './conv-lstm1d.ts';
export { ConvLSTM2D, type ConvLSTM2DOptions } from './conv-lstm2d.ts';
export { ConvLSTM3D, type ConvLSTM3DOptions } from './conv-lstm3d.ts';
export { GRU, type GRUOptions } from './gru.ts';
export { GRUCell, type GRUCellOptions } from './gru-cell.ts';
export { LSTM, type LSTMOptions } from './lstm.ts';
export { LSTMCell, type LSTMCellOptions } from './lstm-cell.ts';
export type { RecurrentCallOptions } from './recurrent-layer.ts';
export { RNN, type RNNOptions } from './rnn.ts';
export { SimpleRNN, type SimpleRNNOptions } from './simple-rnn.ts';
export { SimpleRNNCell, type SimpleRNNCellOptions } from './simple-rnn-cell.ts';
export { StackedRNNCells, type StackedRNNCellsOptions } from './stacked-rnn-cells.ts';
export { TimeDistributed, type TimeDistributedOptions } from './time-distributed.ts';
