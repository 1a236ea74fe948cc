"""One module an analysis: pure functions from what the store holds to the contract's tables."""
