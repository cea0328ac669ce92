import DataReaders
import Estimators
import LinearAlgebra
import Testing

@Suite struct NetworkDescentTests {
  private struct Reference: Decodable {
    var data: String
    var hidden: [Int]
    var activation: String
    var weighted: Bool
    var loss: Double
  }

  /// The loss at the minimum: 1e-6.
  @Test func theLossReachedIsThatOfScikitLearn() throws {
    for reference in try References.cases("mlp-lbfgs", of: Reference.self) {
      let sample = try Samples.labelled(SampleData(named: reference.data))
      let features = try Samples.scaled(sample.features)
      var settings = MLPRegressor().hyperparameters.shared
      settings.hiddenLayerSizes = reference.hidden
      settings.activation = try #require(Activation(rawValue: reference.activation))
      settings.solver = .lbfgs
      settings.alpha = 1
      settings.tolerance = 1e-9
      settings.maxEpochs = 2000
      let weights = reference.weighted ? Samples.evenWeights(features.rowCount) : nil
      let progress: TrainingProgress?
      if reference.data == "diabetes" {
        var regressor = MLPRegressor()
        regressor.hyperparameters.shared = settings
        let target = sample.labels.compactMap { Double($0).map { $0 / 100 } }
        let summary = try regressor.fit(features, to: target, weights: weights)
        #expect(summary.stopReason == .stoppingRule)
        progress = regressor.trainingState?.progress
      } else {
        var classifier = MLPClassifier<String>()
        classifier.hyperparameters.shared = settings
        try classifier.fit(
          features, to: sample.labels, weights: weights, context: TrainingContext())
        progress = classifier.trainingState?.progress
      }
      let losses = try #require(progress).history.losses
      #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 >= $1 })
      let last = try #require(losses.last)
      #expect(abs(last - reference.loss) < 1e-6 * reference.loss, "\(reference) \(losses.count)")
    }
  }

  @Test(arguments: [
    ("batchSize", "10", "batchSize is 10 but must be none with solver lbfgs."),
    ("learningRate", "step", "learningRate is step but must be constant with solver lbfgs."),
    ("dropout", "0.5", "dropout is 0.5 but must be empty with solver lbfgs."),
  ])
  func whatItHasNoUseForIsRefusedByName(name: String, value: String, message: String) throws {
    let data = SmallData.clouds(classCount: 2)
    var classifier = MLPClassifier<Int>(hiddenLayerSizes: [3], solver: .lbfgs)
    try classifier.hyperparameters.set(name, to: value, of: "MLPClassifier")
    let error = #expect(throws: EstimatorError.self) {
      try classifier.fit(data.features, to: data.labels)
    }
    #expect(error?.description == message)
    #expect(classifier.model == nil)
  }

  @Test func partialFitIsRefused() throws {
    let data = SmallData.clouds(classCount: 2)
    var classifier = MLPClassifier<Int>(hiddenLayerSizes: [3], solver: .lbfgs, maxEpochs: 3)
    try classifier.fit(data.features, to: data.labels)
    let before = classifier
    let error = #expect(throws: EstimatorError.self) {
      try classifier.partialFit(data.features, to: data.labels)
    }
    #expect(
      error?.description == "partialFit is not possible with solver lbfgs. Choose solver adam or "
        + "sgd, or fit with warmStart.")
    #expect(classifier.trainingState == before.trainingState)
  }
}
