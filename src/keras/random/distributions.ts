// keras.random.gamma, beta and binomial.
export {};
