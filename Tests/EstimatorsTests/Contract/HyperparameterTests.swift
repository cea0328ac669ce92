import Estimators
import LinearAlgebra
import Testing

@Suite struct HyperparameterTests {
  @Test(arguments: ["0x10", "1\01", "1_0", "inf", "nan", ""])
  func numbersInSettingsAreDecimal(text: String) {
    var settings = SGDClassifier<String>.Hyperparameters()
    #expect(throws: EstimatorError.self) { try settings.set("alpha", to: text, of: "x") }
    #expect(throws: EstimatorError.self) {
      try settings.set("classWeight", to: "a:1,b:\(text)", of: "x")
    }
  }

  @Test func everySettingHasATextThatReadsBack() throws {
    try check(SGDClassifier<String>.Hyperparameters.self)
    try check(SGDClassifier<Int>.Hyperparameters.self)
    try check(MLPClassifier<String>.Hyperparameters.self)
    try check(MLPRegressor.Hyperparameters.self)
    try check(MLPMultilabelClassifier<String>.Hyperparameters.self)
    try check(LinearRegression.Hyperparameters.self)
    try check(StandardScaler.Hyperparameters.self)
    try check(PipelineHyperparameters<StandardScaler, SGDClassifier<Int>>.self)
  }

  private func check<Settings: HyperparameterSet>(_ type: Settings.Type) throws {
    let settings = Settings()
    try settings.check()
    var names: Set<String> = []
    for declaration in Settings.declarations {
      var copy = settings
      try declaration.set(declaration.text(in: settings), in: &copy)
      #expect(copy == settings, "\(declaration.name)")
      names.insert(declaration.name)
      for text in declaration.alternatives(in: settings) {
        var changed = settings
        guard (try? declaration.set(text, in: &changed)) != nil else { continue }
        #expect(declaration.text(in: changed) == text)
      }
    }
    #expect(names.count == Settings.declarations.count)
  }

  @Test(arguments: [
    ("alpha", "-1", "alpha is -1 but must be at least 0."),
    ("alpha", "nan", "alpha is nan but must be at least 0."),
    ("alpha", "much", "alpha is much but must be at least 0."),
    (
      "loss", "hinges",
      "loss is hinges but must be one of hinge, squaredHinge, perceptron, logistic, modifiedHuber, "
        + "squaredError, huber, epsilonInsensitive, squaredEpsilonInsensitive."
    ),
    ("maxEpochs", "0", "maxEpochs is 0 but must be at least 1."),
    ("maxEpochs", "1.5", "maxEpochs is 1.5 but must be at least 1."),
    ("tolerance", "-1", "tolerance is -1 but must be at least 0, or none."),
    ("initialLearningRate", "0", "initialLearningRate is 0 but must be greater than 0."),
    (
      "averaging", "0",
      "averaging is 0 but must be false, true, or the step it starts at, at least 1."
    ),
    ("classes", "a", "classes is a but must be at least two different labels, or none."),
    ("seed", "-1", "seed is -1 but must be a whole number that is not negative."),
  ])
  func badValuesAreRefusedWithTheRange(name: String, text: String, message: String) {
    var classifier = SGDClassifier<String>()
    let before = classifier.hyperparameters
    let error = #expect(throws: EstimatorError.self) {
      try classifier.hyperparameters.set(name, to: text, of: "SGDClassifier")
    }
    #expect(error?.description == message)
    #expect(classifier.hyperparameters == before)
  }

  @Test func anUnknownNameListsThePossibleOnes() {
    var classifier = SGDClassifier<Int>()
    let error = #expect(throws: EstimatorError.self) {
      try classifier.hyperparameters.set("alfa", to: "1", of: "SGDClassifier")
    }
    #expect(
      error?.description.hasPrefix(
        "SGDClassifier has no hyperparameter alfa. It has loss, penalty, alpha,") == true)
  }

  @Test func aNameThatSeveralStepsHaveMustSayWhich() throws {
    var pipeline = StandardScaler().appending(StandardScaler()).appending(SGDClassifier<Int>())
    let before = pipeline.hyperparameters
    let error = #expect(throws: EstimatorError.self) {
      try pipeline.hyperparameters.set("withMean", to: "false", of: "Pipeline")
    }
    #expect(
      error?.description == "withMean is a setting of several steps of Pipeline. Say which: "
        + "0.withMean, 1.withMean.")
    #expect(pipeline.hyperparameters == before)
    try pipeline.hyperparameters.set("1.withMean", to: "false", of: "Pipeline")
    #expect(pipeline.hyperparameters != before)
  }

  @Test(arguments: ["3,,4", ",3", "3,", ",", "3, 4", "0", "9223372036854775808"])
  func aListWithAGapIsRefused(text: String) {
    var classifier = MLPClassifier<Int>()
    #expect(throws: EstimatorError.self) {
      try classifier.hyperparameters.set("hiddenLayerSizes", to: text, of: "MLPClassifier")
    }
    #expect(classifier.hiddenLayerSizes == [100])
  }

  @Test func aListMayBeEmpty() throws {
    var classifier = MLPClassifier<Int>()
    try classifier.hyperparameters.set("hiddenLayerSizes", to: "", of: "MLPClassifier")
    #expect(classifier.hiddenLayerSizes.isEmpty)
  }

  @Test(arguments: [[9_999_999_999], [.max, .max], [1 << 14, 1 << 14]])
  func aNetworkThatIsTooLargeIsRefused(sizes: [Int]) throws {
    var classifier = MLPClassifier<Int>(hiddenLayerSizes: sizes)
    let error = #expect(throws: EstimatorError.self) {
      try classifier.fit(Matrix(rows: [[0], [1]]), to: [0, 1])
    }
    let text = sizes.map(String.init).joined(separator: ",")
    #expect(
      error?.description == "hiddenLayerSizes is \(text) but must be small enough for at most "
        + "268435456 parameters in all.")
  }

  @Test func classesAreReadAsListsOfTheirType() throws {
    var texts = SGDClassifier<String>()
    try texts.hyperparameters.set("classes", to: "no,yes", of: "")
    #expect(texts.classes == ["no", "yes"])
    try texts.hyperparameters.set("classes", to: "1,2", of: "")
    #expect(texts.classes == ["1", "2"])
    try texts.hyperparameters.set("classes", to: #"["a,b","c"]"#, of: "")
    #expect(texts.classes == ["a,b", "c"])
    var numbers = SGDClassifier<Int>()
    try numbers.hyperparameters.set("classes", to: "3,-1", of: "")
    #expect(numbers.classes == [3, -1])
  }

  @Test func theOptimalRateNeedsAPenalty() {
    let error = #expect(throws: EstimatorError.self) {
      try SGDClassifier<Int>(alpha: 0).hyperparameters.check()
    }
    #expect(
      error?.description == "alpha is 0 but must be greater than 0 with learningRate optimal.")
  }
}
