/// How a network's parameters move against the gradient.
public enum NetworkSolver: String, NamedHyperparameterValue {
  /// Batch by batch, with running means of the gradient and of its square.
  ///
  /// **Source:** D. Kingma, J. Ba: *Adam: a method for stochastic optimization*, 2014, with ε added
  /// to the uncorrected root as in scikit-learn.
  case adam

  /// Batch by batch with a velocity, Nesterov's or the classical.
  case sgd

  /// With the gradient of all samples, and a few past steps for the curvature: an epoch is a step.
  ///
  /// It chooses the length of its steps by itself, so it takes no batch size, learning rate or
  /// dropout, and has no `partialFit`.
  ///
  /// **Source:** D. Liu, J. Nocedal: *On the limited memory BFGS method for large scale
  /// optimization*, 1989.
  case lbfgs
}
