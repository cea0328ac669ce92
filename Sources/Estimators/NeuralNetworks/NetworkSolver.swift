/// How a network's parameters move against the gradient.
public enum NetworkSolver: String, NamedHyperparameterValue {
  /// Batch by batch, with running means of the gradient and of its square.
  ///
  /// **Source:** D. Kingma, J. Ba: *Adam: a method for stochastic optimization*, 2014, with ε added
  /// to the uncorrected root as in scikit-learn.
  case adam

  /// Batch by batch with a velocity, Nesterov's or the classical.
  case sgd
}
