/// How a network's parameters move against the gradient of a batch.
public enum NetworkSolver: String, NamedHyperparameterValue {
  /// With running means of the gradient and of its square.
  ///
  /// **Source:** D. Kingma, J. Ba: *Adam: a method for stochastic optimization*, 2014, with ε added
  /// to the uncorrected root as in scikit-learn.
  case adam

  /// With a velocity, Nesterov's or the classical.
  case sgd
}
