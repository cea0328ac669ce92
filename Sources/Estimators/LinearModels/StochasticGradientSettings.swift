/// The settings that ``SGDClassifier`` and ``SGDRegressor`` share.
///
/// Each is also a property of the estimators themselves.
public struct StochasticGradientSettings: Equatable, Sendable, StoppingSettings {
  /// What is made small; takes effect at the next call.
  public var loss: LinearLoss

  /// What keeps the coefficients small; takes effect at the next call.
  public var penalty: LinearPenalty = .l2

  /// The strength of the penalty; at least 0, and above 0 with the optimal rate; takes effect at
  /// the next call.
  public var alpha = 1e-4

  /// The share of the absolute penalty in the elastic net; at least 0 and at most 1; takes effect
  /// at the next call.
  public var l1Ratio = 0.15

  /// The width of the huber and the epsilon-insensitive losses; at least 0; takes effect at the
  /// next call.
  public var epsilon = 0.1

  /// How the learning rate depends on the step; takes effect at the next call.
  public var learningRate: LinearLearningRate

  /// The rate at the first step, of all rates but the optimal; greater than 0; takes effect at the
  /// next call.
  ///
  /// The adaptive rate stays divided by what it has been divided by until `reset(.schedule)`.
  public var initialLearningRate = 0.01

  /// The power of the inverse scaling rate; a finite number; takes effect at the next call.
  public var powerT: Double

  /// Whether the model is the mean of the iterates; a change needs `reset(.optimizer)`.
  public var averaging: Averaging = false

  /// The number of samples in a step; at least 1; takes effect at the next call.
  ///
  /// Of more than one, a step takes the mean of their slopes.
  public var batchSize = 1

  /// The number of epochs that one call of `fit` may take; at least 1; takes effect at the next
  /// call.
  public var maxEpochs = 1000

  /// By how much the objective must fall, or the held-out score rise, in an epoch to count as
  /// better; at least 0, or none to use all epochs; takes effect at the next call.
  public var tolerance: Double? = 1e-3

  /// How many epochs in a row may be no better before `fit` stops; at least 1; takes effect at the
  /// next call.
  public var patience = 5

  /// Whether `fit` holds samples out, scores them after every epoch, and leaves the best
  /// parameters; a change needs `reset(.trainingState)`.
  public var earlyStopping = false

  /// The share of the samples that early stopping holds out; greater than 0 and below 1; a change
  /// needs `reset(.trainingState)`.
  public var validationFraction = 0.1

  /// In which order an epoch visits the samples; takes effect at the next call.
  public var visitingOrder: VisitingOrder = .shuffled

  /// Whether the model has intercepts; a change needs a fresh fit.
  public var fitsIntercept = true

  /// The precision of parameters and arithmetic; a change needs a fresh fit.
  public var precision: Precision = .double

  /// What all random choices follow from; a change needs `reset(.trainingState)`.
  public var seed: UInt64 = 0

  /// The declarations of all but the loss, which is not any.
  static var declarations: [Hyperparameter<Self>] {
    [
      Hyperparameter("penalty", \.penalty),
      Hyperparameter("alpha", \.alpha, .atLeast(0))
        .used(with: "a penalty, or learningRate optimal") {
          $0.penalty != .none || $0.learningRate == .optimal
        },
      Hyperparameter("l1Ratio", \.l1Ratio, .inside(0...1))
        .used(with: "penalty elasticNet") { $0.penalty == .elasticNet },
      Hyperparameter("epsilon", \.epsilon, .atLeast(0))
        .used(with: "loss huber, epsilonInsensitive or squaredEpsilonInsensitive") {
          $0.loss.hasWidth
        },
      Hyperparameter("learningRate", \.learningRate),
      Hyperparameter("initialLearningRate", \.initialLearningRate, .above(0))
        .used(with: "any learningRate but optimal") { $0.learningRate != .optimal },
      Hyperparameter("powerT", \.powerT, .finite)
        .used(with: "learningRate inverseScaling") { $0.learningRate == .inverseScaling },
      Hyperparameter(
        "averaging", \.averaging,
        AllowedRange(Averaging.possibleTexts) { $0.firstStep ?? 1 >= 1 },
        whenChanged: .needsReset(of: .optimizer)),
      Hyperparameter("batchSize", \.batchSize, .atLeast(1)),
      Hyperparameter("maxEpochs", \.maxEpochs, .atLeast(1)),
      Hyperparameter("tolerance", \.tolerance, .noneOrAtLeast(0)),
      Hyperparameter("patience", \.patience, .atLeast(1))
        .used(with: "a tolerance") { $0.tolerance != nil },
      Hyperparameter("earlyStopping", \.earlyStopping, whenChanged: .needsTrainingStateReset),
      Hyperparameter(
        "validationFraction", \.validationFraction,
        AllowedRange("greater than 0 and below 1") { $0 > 0 && $0 < 1 },
        whenChanged: .needsTrainingStateReset
      ).used(with: "earlyStopping") { $0.earlyStopping },
      Hyperparameter("visitingOrder", \.visitingOrder),
      Hyperparameter("fitsIntercept", \.fitsIntercept, whenChanged: .needsFreshFit),
      Hyperparameter("precision", \.precision, whenChanged: .needsFreshFit),
      Hyperparameter("seed", \.seed, whenChanged: .needsTrainingStateReset)
        .used(with: "visitingOrder shuffled, or earlyStopping") {
          $0.visitingOrder == .shuffled || $0.earlyStopping
        },
    ]
  }

  /// What can be done where training diverges.
  var divergenceRemedy: String {
    switch learningRate {
    case .optimal:
      return
        "Raise alpha, which the optimal rate follows, choose another learningRate, or scale the "
        + "features."
    case .inverseScaling where powerT < 0:
      return
        "Raise powerT, with which the rate grows, lower initialLearningRate, or scale the features."
    default:
      return "Lower initialLearningRate, or scale the features and targets."
    }
  }

  /// Checks what concerns several settings together.
  ///
  /// - Parameter passiveAggressiveLoss: The loss that the passive-aggressive rules are for.
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  func checkCombinations(passiveAggressiveLoss: LinearLoss) throws(EstimatorError) {
    guard learningRate != .optimal || alpha > 0 else {
      throw .invalidHyperparameter(
        name: "alpha", value: alpha.hyperparameterText,
        requirement: "greater than 0 with learningRate optimal")
    }
    guard !learningRate.isPassiveAggressive || loss == passiveAggressiveLoss else {
      throw .invalidHyperparameter(
        name: "loss", value: loss.rawValue,
        requirement: "\(passiveAggressiveLoss.rawValue) with learningRate \(learningRate.rawValue)")
    }
  }
}
