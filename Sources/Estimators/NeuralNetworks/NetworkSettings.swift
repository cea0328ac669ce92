/// The settings that all networks share.
///
/// Each is also a property of the estimators themselves.
public struct NetworkSettings: Equatable, Sendable, StoppingSettings {
  /// The number of units in each hidden layer; each at least 1, any number of layers, and at most
  /// 2²⁸ parameters in all; a change needs a fresh fit.
  public var hiddenLayerSizes = [100]

  /// What hidden units make of what arrives; a change needs a fresh fit.
  public var activation: Activation = .relu

  /// How parameters move against the gradient; a change needs `reset(.optimizer)`.
  public var solver: NetworkSolver = .adam

  /// The strength of the penalty on the weights; at least 0; takes effect at the next call.
  public var alpha = 1e-4

  /// The number of samples in a batch; at least 1, or none for 200, or all samples if they are
  /// fewer; takes effect at the next call.
  public var batchSize: Int?

  /// How the learning rate depends on the samples trained on; takes effect at the next call.
  public var learningRate: NetworkLearningRate = .constant

  /// The learning rate at the start; greater than 0; takes effect at the next call.
  ///
  /// A rate that the stopping rule has lowered stays so until `reset(.schedule)`.
  public var initialLearningRate = 0.001

  /// The power of the inverse scaling rate; a finite number; takes effect at the next call.
  public var powerT = 0.5

  /// What the rates step, exponential and plateau are multiplied by; greater than 0 and below 1;
  /// takes effect at the next call.
  public var decayFactor = 0.1

  /// The number of samples after which the rates step and exponential have been multiplied once,
  /// and in which the cosine falls; at least 1; takes effect at the next call.
  public var decaySamples = 100_000

  /// The number of samples in which the cosine rises first; at least 0; takes effect at the next
  /// call.
  public var warmUpSamples = 0

  /// Where the cosine ends, and the plateau stays; at least 0; takes effect at the next call.
  public var minimumLearningRate = 1e-6

  /// The share of the units of each hidden layer that is left out at random in each step of
  /// training; at least 0 and below 1, one number for all hidden layers, one for each, or none at
  /// all; takes effect at the next call.
  ///
  /// The units that stay count 1 / (1 − share) as much, so that predictions need all of them and
  /// nothing else.
  ///
  /// **Source:** N. Srivastava and others: *Dropout: a simple way to prevent neural networks from
  /// overfitting*, 2014.
  public var dropout: [Double] = []

  /// The layers that training leaves as they are, by their numbers from 0, the output layer last;
  /// at least one layer is left to train; takes effect at the next call.
  ///
  /// Neither their parameters nor what the optimizer remembers of them changes, and no gradient of
  /// theirs is computed.
  public var frozenLayers: [Int] = []

  /// What the learning rate of each layer is multiplied by; at least 0, one number for each layer,
  /// the output layer last, or none for 1 each; takes effect at the next call.
  public var rateMultipliers: [Double] = []

  /// The number of epochs that one call of `fit` may take; at least 1; takes effect at the next
  /// call.
  public var maxEpochs = 200

  /// By how much the loss must fall, or the held-out score rise, in an epoch to count as better; at
  /// least 0, or none to use all epochs; takes effect at the next call.
  ///
  /// With solver `lbfgs`, training ends when no slope of the loss is steeper, or the loss falls by
  /// no more than rounding.
  public var tolerance: Double? = 1e-4

  /// How many epochs in a row may be no better; `fit` stops at the next.
  ///
  /// At least 1. Takes effect at the next call.
  public var patience = 10

  /// Whether `fit` holds samples out, scores them after every epoch, and leaves the best
  /// parameters; a change needs `reset(.trainingState)`.
  public var earlyStopping = false

  /// The share of the samples that early stopping holds out; greater than 0 and below 1; a change
  /// needs `reset(.trainingState)`.
  public var validationFraction = 0.1

  /// What the velocity keeps in each step, with solver `sgd`; at least 0 and below 1; takes effect
  /// at the next call.
  public var momentum = 0.9

  /// Whether the velocity looks ahead, with solver `sgd`; takes effect at the next call.
  public var nesterov = true

  /// What Adam's mean of the gradient keeps in each step; at least 0 and below 1; takes effect at
  /// the next call.
  public var beta1 = 0.9

  /// What Adam's mean of the squared gradient keeps in each step; at least 0 and below 1; takes
  /// effect at the next call.
  public var beta2 = 0.999

  /// What keeps Adam from dividing by zero; greater than 0; takes effect at the next call.
  public var epsilon = 1e-8

  /// In which order an epoch visits the samples; takes effect at the next call.
  public var visitingOrder: VisitingOrder = .shuffled

  /// The precision of parameters and arithmetic; a change needs a fresh fit.
  public var precision: Precision = .double

  /// What all random choices follow from; a change needs `reset(.trainingState)`.
  public var seed: UInt64 = 0

  /// The laws that do not apply with these settings.
  var exemptions: Set<LawExemption> {
    solver == .lbfgs
      ? [.limitedMemoryQuasiNewton]
      : learningRate == .inverseScaling ? [.rateChangesBetweenPasses] : []
  }

  /// The share of units left out of a hidden layer, from 0.
  func dropoutRate(ofLayer layer: Int) -> Double {
    dropout.count == 1 ? dropout[0] : dropout.isEmpty ? 0 : dropout[layer]
  }

  /// Whether training takes batches, with a learning rate.
  private var takesBatches: Bool { solver != .lbfgs }

  private static let batches = "solver adam or sgd"

  /// Whether training follows one of some learning rates.
  private func follows(_ rates: NetworkLearningRate...) -> Bool {
    takesBatches && rates.contains(learningRate)
  }

  /// The declarations of all shared settings.
  static var declarations: [Hyperparameter<Self>] {
    [
      Hyperparameter(
        "hiddenLayerSizes", \.hiddenLayerSizes,
        AllowedRange("whole numbers of at least 1") { $0.allSatisfy { $0 >= 1 } },
        whenChanged: .needsFreshFit),
      Hyperparameter("activation", \.activation, whenChanged: .needsFreshFit),
      Hyperparameter("solver", \.solver, whenChanged: .needsReset(of: .optimizer)),
      Hyperparameter("alpha", \.alpha, .atLeast(0)),
      Hyperparameter(
        "batchSize", \.batchSize, AllowedRange("at least 1, or none") { $0 ?? 1 >= 1 }
      ).used(with: Self.batches) { $0.takesBatches },
      Hyperparameter("learningRate", \.learningRate).used(with: Self.batches) { $0.takesBatches },
      Hyperparameter("initialLearningRate", \.initialLearningRate, .above(0))
        .used(with: Self.batches) { $0.takesBatches },
      Hyperparameter("powerT", \.powerT, .finite)
        .used(with: "learningRate inverseScaling") { $0.follows(.inverseScaling) },
      Hyperparameter(
        "decayFactor", \.decayFactor,
        AllowedRange("greater than 0 and below 1") { $0 > 0 && $0 < 1 }
      ).used(with: "learningRate step, exponential or plateau") {
        $0.follows(.step, .exponential, .plateau)
      },
      Hyperparameter("decaySamples", \.decaySamples, .atLeast(1))
        .used(with: "learningRate step, exponential or cosine") {
          $0.follows(.step, .exponential, .cosine)
        },
      Hyperparameter("warmUpSamples", \.warmUpSamples, .atLeast(0))
        .used(with: "learningRate cosine") { $0.follows(.cosine) },
      Hyperparameter("minimumLearningRate", \.minimumLearningRate, .atLeast(0))
        .used(with: "learningRate cosine or plateau") { $0.follows(.cosine, .plateau) },
      Hyperparameter(
        "dropout", \.dropout,
        AllowedRange("numbers of at least 0 and below 1") { $0.allSatisfy { $0 >= 0 && $0 < 1 } }
      ).used(with: Self.batches) { $0.takesBatches },
      Hyperparameter(
        "frozenLayers", \.frozenLayers,
        AllowedRange("different numbers of layers, from 0") {
          Set($0).count == $0.count && $0.allSatisfy { $0 >= 0 }
        }
      ).used(with: Self.batches) { $0.takesBatches },
      Hyperparameter(
        "rateMultipliers", \.rateMultipliers,
        AllowedRange("numbers of at least 0") { $0.allSatisfy { $0 >= 0 && $0.isFinite } }
      ).used(with: Self.batches) { $0.takesBatches },
      Hyperparameter("maxEpochs", \.maxEpochs, .atLeast(1)),
      Hyperparameter("tolerance", \.tolerance, .noneOrAtLeast(0)),
      Hyperparameter("patience", \.patience, .atLeast(1))
        .used(with: "a tolerance, and with solver lbfgs earlyStopping") {
          $0.tolerance != nil && ($0.takesBatches || $0.earlyStopping)
        },
      Hyperparameter("earlyStopping", \.earlyStopping, whenChanged: .needsTrainingStateReset),
      Hyperparameter(
        "validationFraction", \.validationFraction,
        AllowedRange("greater than 0 and below 1") { $0 > 0 && $0 < 1 },
        whenChanged: .needsTrainingStateReset
      ).used(with: "earlyStopping") { $0.earlyStopping },
      Hyperparameter("momentum", \.momentum, .within(0..<1))
        .used(with: "solver sgd") { $0.solver == .sgd },
      Hyperparameter("nesterov", \.nesterov)
        .used(with: "solver sgd and a momentum") { $0.solver == .sgd && $0.momentum > 0 },
      Hyperparameter("beta1", \.beta1, .within(0..<1))
        .used(with: "solver adam") { $0.solver == .adam },
      Hyperparameter("beta2", \.beta2, .within(0..<1))
        .used(with: "solver adam") { $0.solver == .adam },
      Hyperparameter("epsilon", \.epsilon, .above(0))
        .used(with: "solver adam") { $0.solver == .adam },
      Hyperparameter("visitingOrder", \.visitingOrder).used(with: Self.batches) { $0.takesBatches },
      Hyperparameter("precision", \.precision, whenChanged: .needsFreshFit),
      Hyperparameter("seed", \.seed, whenChanged: .needsTrainingStateReset),
    ]
  }

  /// What can be done where training diverges.
  var divergenceRemedy: String {
    if !takesBatches { return "Scale the features and targets, or lower alpha." }
    // A step that takes more than twice a weight off it makes it larger.
    if alpha > 1, alpha * initialLearningRate > 1 { return "Lower alpha, or initialLearningRate." }
    if rateMultipliers.contains(where: { $0 > 1 }) {
      return "Lower rateMultipliers or initialLearningRate, or scale the features."
    }
    return "Lower initialLearningRate, or scale the features and targets."
  }

  /// Checks what concerns several settings together.
  ///
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  func checkCombinations() throws(EstimatorError) {
    if solver == .lbfgs {
      try checkNone("batchSize", batchSize.hyperparameterText, batchSize == nil, "none")
      try checkNone(
        "learningRate", learningRate.rawValue, learningRate == .constant, "constant")
      try checkNone("dropout", dropout.hyperparameterText, dropout.isEmpty, "empty")
      try checkNone(
        "frozenLayers", frozenLayers.hyperparameterText, frozenLayers.isEmpty, "empty")
      try checkNone(
        "rateMultipliers", rateMultipliers.hyperparameterText, rateMultipliers.isEmpty, "empty")
    }
    let layerCount = hiddenLayerSizes.count + 1
    guard frozenLayers.allSatisfy({ $0 < layerCount }), frozenLayers.count < layerCount else {
      throw .invalidHyperparameter(
        name: "frozenLayers", value: frozenLayers.hyperparameterText,
        requirement: "some of the layers 0 to \(layerCount - 1), and not all")
    }
    guard rateMultipliers.isEmpty || rateMultipliers.count == layerCount else {
      throw .invalidHyperparameter(
        name: "rateMultipliers", value: rateMultipliers.hyperparameterText,
        requirement: "one number for each of the \(layerCount) layers, or empty")
    }
    guard dropout.count <= 1 || dropout.count == hiddenLayerSizes.count else {
      throw .invalidHyperparameter(
        name: "dropout", value: dropout.hyperparameterText,
        requirement: "one number for all hidden layers, or one for each of the "
          + "\(hiddenLayerSizes.count)")
    }
  }
  /// Checks a setting that L-BFGS has no use for.
  private func checkNone(
    _ name: String, _ value: String, _ isNone: Bool, _ none: String
  ) throws(EstimatorError) {
    guard !isNone else { return }
    throw .invalidHyperparameter(
      name: name, value: value, requirement: "\(none) with solver lbfgs")
  }
}
