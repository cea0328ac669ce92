import Estimators
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// The command's contract, tried on the built program.
@Suite struct CommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  func estimate(
    _ line: String, input: String? = nil, code: Int32 = 0, environment: [String: String] = [:],
    location: SourceLocation = #_sourceLocation
  ) throws -> BuiltProduct.Run {
    let run = try BuiltProduct("estimate").run(
      line.split(separator: " ").map(String.init), input: input, in: folder.url,
      environment: environment)
    #expect(run.code == code, "\(run.error)", sourceLocation: location)
    return run
  }

  private func tensors(_ name: String) throws -> [Tensor] {
    try ModelFile.decode(folder.bytes(name)).archive.tensors
  }

  // MARK: Twenty epochs are ten and ten

  @Test func aNetworkInTwoHalvesEqualsOneInOneGo() throws {
    try estimate("fit sample:digits --estimator mlp-classifier --set maxEpochs=20 -o a.safetensors")
    try estimate("fit sample:digits --estimator mlp-classifier --set maxEpochs=10 -o b.safetensors")
    try estimate("fit sample:digits -i b.safetensors --warm-start -o c.safetensors")
    #expect(try tensors("a.safetensors") == tensors("c.safetensors"))
    #expect(try tensors("a.safetensors") != tensors("b.safetensors"))
    // Without --warm-start the second call gives what the first gave.
    try estimate("fit sample:digits -i b.safetensors -o d.safetensors")
    #expect(try folder.bytes("d.safetensors") == folder.bytes("b.safetensors"))
  }

  @Test(arguments: ["constant", "optimal", "inverseScaling"], ["false", "true", "500"])
  func linearModelsInTwoHalvesEqualOneInOneGo(rate: String, averaging: String) throws {
    let settings =
      "--set learningRate=\(rate) --set averaging=\(averaging) --set tolerance=none"
    let fit = "fit sample:digits --estimator sgd-classifier \(settings)"
    try estimate("\(fit) --set maxEpochs=20 -o a.safetensors")
    try estimate("\(fit) --set maxEpochs=10 -o b.safetensors")
    try estimate("fit sample:digits -i b.safetensors --warm-start -o c.safetensors")
    #expect(try tensors("a.safetensors") == tensors("c.safetensors"))
    try estimate("fit sample:digits -i b.safetensors -o d.safetensors")
    #expect(try folder.bytes("d.safetensors") == folder.bytes("b.safetensors"))
  }

  // MARK: Verbs

  @Test func whatWasFittedPredictsAndScores() throws {
    let fitted = try estimate(
      "fit sample:iris --estimator sgd-classifier --preprocess standard-scaler "
        + "--set loss=logistic -o m.safetensors --json"
    ).json()
    #expect(fitted["estimator"] as? String == "StandardScaler+SGDClassifier")
    #expect(fitted["classes"] as? [String] == ["setosa", "versicolor", "virginica"])
    let score = try #require(fitted["score"] as? Double)
    #expect(score > 0.9)
    let scored = try estimate("score sample:iris -i m.safetensors --json").json()
    #expect(scored["score"] as? Double == score)
    #expect(scored["measure"] as? String == "accuracy")

    let predictions = try estimate("predict sample:iris -i m.safetensors").output
      .split(separator: "\n")
    #expect(predictions.count == 150)
    #expect(predictions[0] == "setosa")
    let table = try estimate("predict sample:iris -i m.safetensors --probabilities").output
      .split(separator: "\n")
    #expect(table[0] == "setosa,versicolor,virginica")
    let share = table[1].split(separator: ",").compactMap { Double($0) }
    #expect(abs(share.reduce(0, +) - 1) < 1e-12)
    try estimate("predict sample:iris -i m.safetensors --decision-function -o p.csv")
    #expect(
      String(decoding: try folder.bytes("p.csv"), as: UTF8.self).split(separator: "\n").count == 151
    )
  }

  @Test func aStreamIsLearnedInChunks() throws {
    try folder.write("1,2,no\n2,1,no\n8,9,yes\n", to: "a.csv")
    try estimate(
      "partial-fit a.csv --estimator sgd-classifier --target -1 --classes maybe,no,yes "
        + "--chunk-size 2 -o m.safetensors")
    let report = try estimate(
      "partial-fit - --format csv --target 2 -i m.safetensors -o m.safetensors --json",
      input: "9,8,yes\n7,7,maybe\n"
    ).json()
    #expect(report["isContinuation"] as? Bool == true)
    let seen = try estimate("inspect m.safetensors --json").json()
    #expect(seen["counters"] as? [String: Int] == ["epochCount": 3, "sampleCount": 5])
    #expect(seen["classes"] as? [String] == ["maybe", "no", "yes"])
    #expect(seen["continuesExactly"] as? Bool == true)
  }

  @Test func targetsAndWeightsMayLieInFilesOfTheirOwn() throws {
    try folder.write("1\n2\n3\n4\n", to: "x.csv")
    try folder.write("2\n4\n6\n100\n", to: "y.txt")
    try folder.write("1\n1\n1\n0\n", to: "w.txt")
    try estimate(
      "fit x.csv --estimator linear-regression --target-file y.txt --weights-file w.txt "
        + "-o m.safetensors")
    let prediction = try estimate("predict x.csv -i m.safetensors --json").json()
    let numbers = try #require(prediction["numbers"] as? [Double])
    #expect(abs(numbers[3] - 8) < 1e-12)
  }

  @Test func inspectJudgesALinearRegression() throws {
    try folder.write("a,y\n1,2\n2,4\n3,5\n4,8\n", to: "line.csv")
    try estimate("fit line.csv --estimator linear-regression --target y -o m.safetensors")
    let text = try estimate("inspect m.safetensors").output
    #expect(text.contains("rank 1, condition 1, 2 degrees of freedom\n"))
    #expect(text.contains("residual sum of squares 0.7, R2 0.962667\n"))
    #expect(text.contains("  a  1.9  0.264575  7.18132  0.0188442  0.761625 … 3.03837\n"))
    let report = try estimate("inspect m.safetensors --json").json()
    let statistics = try #require(report["statistics"] as? [String: Any])
    #expect(statistics["degreesOfFreedom"] as? Int == 2)
    try folder.write("a,y\n1,2\n2,4\n", to: "two.csv")
    try estimate("fit two.csv --estimator linear-regression --target y -o m.safetensors")
    #expect(
      try estimate("inspect m.safetensors").output.contains(
        "Standard errors are not defined: 2 samples that count leave 2 coefficients no residual"))
  }

  @Test func featuresThatDependOnEachOtherAreWarnedOf() throws {
    try folder.write("a,b,y\n1,2,2\n2,4,4\n3,6,5\n4,8,8\n", to: "line.csv")
    let options = "line.csv --estimator linear-regression --target y -o m.safetensors"
    #expect(try estimate("fit \(options)").output.contains("warning: the 2 features depend on"))
    let report = try estimate("partial-fit \(options) --chunk-size 2 --json").json()
    #expect((report["warning"] as? String)?.contains("rank 1") == true)
  }

  /// A setting that was changed after the fit says nothing of the coefficients there are.
  @Test(arguments: [true, false])
  func inspectNamesTheCoefficientsThatWereFitted(fitsIntercept: Bool) throws {
    var regression = LinearRegression(fitsIntercept: fitsIntercept)
    try regression.fit(Matrix(rows: [[1.0], [2], [3], [4]]), to: [2, 4, 5, 8])
    regression.fitsIntercept.toggle()
    try regression.write(toFile: folder.url.appendingPathComponent("m.safetensors").path)
    let text = try estimate("inspect m.safetensors").output
    #expect(text.contains("\n  intercept  ") == fitsIntercept)
    #expect(text.contains("\n  feature 0  1.9"))
  }

  @Test func ridgeLearnsWithAPenaltyForEachTarget() throws {
    try estimate("fit sample:diabetes --estimator ridge --set alpha=0.5 -o m.safetensors")
    let score = try estimate("score sample:diabetes -i m.safetensors").output
    #expect(score == "R2 0.4875, loss 3039 on 442 samples\n")
    let refused = try estimate(
      "fit sample:diabetes --estimator ridge --set alpha=1,2 -o m.safetensors", code: 64)
    #expect(
      refused.error
        == "error: alpha is 1,2 but must be one number, or one for each of the 1 targets.\n")
  }

  @Test func resetForgetsWhatItIsTold() throws {
    try estimate(
      "fit sample:iris --estimator sgd-classifier --set maxEpochs=5 --set averaging=true "
        + "-o m.safetensors")
    try estimate("reset -i m.safetensors -o s.safetensors --training-state")
    let inspected = try estimate("inspect s.safetensors --json").json()
    #expect(inspected["continuesExactly"] as? Bool == false)
    #expect(inspected["isFitted"] as? Bool == true)
    try estimate("reset -i m.safetensors -o o.safetensors --optimizer")
    #expect(!(try tensors("o.safetensors")).contains { $0.name.contains("average") })
    try estimate("reset -i m.safetensors -o e.safetensors")
    #expect(try estimate("inspect e.safetensors").output.contains("has learned nothing"))
    try estimate("predict sample:iris -i e.safetensors", code: 65)
    try estimate("fit sample:iris -i e.safetensors -o f.safetensors")
    #expect(try folder.bytes("f.safetensors") == folder.bytes("m.safetensors"))
    try estimate(
      "fit sample:diabetes --estimator mlp-regressor --preprocess standard-scaler "
        + "--set hiddenLayerSizes=3 --set precision=single --set maxEpochs=2 -o n.safetensors")
    #expect(try estimate("inspect n.safetensors").output.contains("MLPRegressor"))
    try estimate("fit sample:diabetes --estimator linear-regression -o l.safetensors")
    let missing = try estimate("reset -i l.safetensors -o l.safetensors --history", code: 64)
    #expect(missing.error == "error: LinearRegression has no history to reset.\n")
  }

  @Test func initialParametersAreWhereAFitStarts() throws {
    let fit =
      "fit sample:iris --estimator mlp-classifier --set hiddenLayerSizes=3 --set maxEpochs=1"
    try estimate("\(fit) -o m.safetensors")
    var layers = TensorArchive()
    var turned = TensorArchive()
    let archive = try ModelFile.decode(folder.bytes("m.safetensors")).archive
    for tensor in archive.tensors where tensor.name.hasPrefix("layers.") {
      layers.append(tensor)
      if tensor.name.hasSuffix("weights") {
        turned.append(tensor.name, try archive.matrix(tensor.name).transposed())
      } else {
        turned.append(tensor)
      }
    }
    try Data(Safetensors.encode(layers)).write(to: folder.url.appending(path: "in-out.safetensors"))
    try Data(Safetensors.encode(turned)).write(to: folder.url.appending(path: "out-in.safetensors"))
    try estimate("\(fit) --initial-parameters in-out.safetensors -o a.safetensors")
    try estimate("\(fit) --initial-parameters out-in.safetensors --layout out-in -o b.safetensors")
    #expect(try tensors("a.safetensors") == tensors("b.safetensors"))
    try estimate("reset -i m.safetensors -o c.safetensors --training-state")
    try estimate("fit sample:iris -i c.safetensors --warm-start -o c.safetensors")
    #expect(try tensors("a.safetensors") == tensors("c.safetensors"))
    let wrong = try estimate("\(fit) --initial-parameters out-in.safetensors", code: 65)
    #expect(
      wrong.error.hasPrefix("error: out-in.safetensors: The initial parameters do not fit: layers.")
    )
  }

  @Test func compareShowsEveryPolicy() throws {
    let run = try estimate("compare sample:iris --calls 3 --set maxEpochs=20")
    for word in ["overwrite", "continue", "parameters", "partial-fit", "call 3", "held out: 39"] {
      #expect(run.output.contains(word))
    }
    let json = try JSONSerialization.jsonObject(
      with: Data(estimate("compare --estimator linear-regression --json").output.utf8))
    let report = try #require((json as? [[String: Any]])?.first)
    let runs = try #require(report["runs"] as? [[String: Any]])
    #expect(
      runs.compactMap { $0["policy"] as? String } == [
        "overwrite", "continue", "parameters", "partial-fit",
      ])
    let scores = runs.map {
      ($0["calls"] as? [[String: Any]] ?? []).compactMap { $0["score"] as? Double }
    }
    #expect(scores[0] == scores[2])
    #expect(scores[1] == scores[3])
    #expect(scores[0] != scores[1])
    #expect(scores[0].count == 5)
  }

  @Test func doctorNamesLibraryAndSpeed() throws {
    let report = try estimate("doctor --json").json()
    #expect((report["library"] as? String)?.hasPrefix("/") == true)
    #expect(report["threads"] as? Int == 1)
    #expect(try #require(report["dgemm"] as? Double) > 0)
    #expect(try #require(report["sgemm"] as? Double) > 0)
    let missing = try estimate(
      "doctor", code: 70, environment: ["ESTIMATORS_BLAS": "/nowhere/libblas.so"])
    #expect(missing.error.contains("apt-get install"))
    #expect(missing.error.contains("ESTIMATORS_BLAS is \"/nowhere/libblas.so\": "))
  }

  // MARK: Bad input

  @Test func usageErrorsExitWith64() throws {
    let setting = try estimate(
      "fit sample:iris --estimator sgd-classifier --set alfa=1", code: 64)
    #expect(
      setting.error.contains("SGDClassifier has no hyperparameter alfa. It has loss, penalty"))
    let value = try estimate(
      "fit sample:iris --estimator sgd-classifier --set alpha=-1", code: 64)
    #expect(value.error == "error: alpha is -1 but must be at least 0.\n")
    #expect(
      try estimate("fit sample:iris --estimator magic", code: 64).error.contains("sgd-classifier"))
    try estimate("fit sample:iris", code: 64)
    try estimate("fit sample:irises --estimator sgd-classifier", code: 64)
    try estimate("fit sample:iris --estimator sgd-classifier --warm-start", code: 64)
    try estimate("nonsense", code: 64)
    let gap = "partial-fit sample:iris --estimator sgd-classifier --classes a,,b -o m.safetensors"
    #expect(try estimate(gap, code: 64).error.contains("--classes takes labels"))
    try estimate("fit - --estimator sgd-classifier", code: 64)
    try estimate("--help")
  }

  @Test func badDataExitsWith65AndNamesTheLine() throws {
    try folder.write("a,b,y\n1,2,p\n3,4\n", to: "ragged.csv")
    let ragged = try estimate(
      "fit ragged.csv --target y --estimator sgd-classifier -o m.safetensors", code: 65)
    #expect(ragged.error == "error: ragged.csv:3: 2 columns, but the lines before have 3\n")
    try folder.write("a,b,y\n1,2,p\n3,,q\n", to: "missing.csv")
    let missing = try estimate(
      "fit missing.csv --target y --estimator sgd-classifier -o m.safetensors", code: 65)
    #expect(
      missing.error == "error: missing.csv:3: column b is nan; every feature must be finite\n")
    try folder.write("a,b,y\n", to: "empty.csv")
    try estimate("fit empty.csv --target y --estimator sgd-classifier -o m.safetensors", code: 65)
    try folder.write("a,y\n1,2\n2,x\n", to: "text.csv")
    let text = try estimate(
      "fit text.csv --target y --estimator linear-regression -o m.safetensors", code: 65)
    #expect(text.error == "error: text.csv:3: the target \"x\" is no number\n")
    #expect(!folder.exists("m.safetensors"))
  }

  @Test func aStreamThatContradictsTheModelIsRefusedAndChangesNothing() throws {
    try folder.write("1,2,0\n2,1,1\n", to: "a.csv")
    try estimate("partial-fit a.csv --estimator sgd-classifier --target 2 -o m.safetensors")
    let before = try folder.bytes("m.safetensors")
    func refuse(_ rows: String, _ reason: String) throws {
      let run = try estimate(
        "partial-fit - --format csv --target -1 -i m.safetensors -o m.safetensors", input: rows,
        code: 65)
      #expect(run.error == "error: \(reason)\n")
      #expect(try folder.bytes("m.safetensors") == before)
    }
    try refuse("1,2,0\n3,4,7\n", "<stdin>:2: the label 7 is none of the classes (0, 1)")
    try refuse(
      "1,2,0\n3,4,maybe\n",
      "<stdin>:2: the label \"maybe\" is not a whole number, as the classes are")
    try refuse(
      "1,2,0\n3,x,1\n", "<stdin>:2: column 1 holds the text \"x\"; features are numbers")
    try refuse("1,2,3,0\n", "<stdin>: The input has 3 features; the estimator was fitted to 2.")
  }

  @Test func damagedModelsExitWith65AndMissingOnesWith66() throws {
    try estimate("fit sample:iris --estimator sgd-classifier --set maxEpochs=2 -o m.safetensors")
    var bytes = try folder.bytes("m.safetensors")
    bytes[bytes.count - 20] ^= 4
    try Data(bytes).write(to: folder.url.appending(path: "flipped.safetensors"))
    let flipped = try estimate("predict sample:iris -i flipped.safetensors", code: 65)
    #expect(
      flipped.error == "error: flipped.safetensors: This is no readable model: its checksum is "
        + "wrong, so the file is damaged.\n")
    try Data(bytes.prefix(300)).write(to: folder.url.appending(path: "cut.safetensors"))
    try estimate("inspect cut.safetensors", code: 65)
    try estimate("predict sample:iris -i none.safetensors", code: 66)
    try estimate("fit none.csv --target y --estimator sgd-classifier", code: 66)
    try folder.write("1\n2\n", to: "x.csv")
    let target = try estimate(
      "fit x.csv --target-file none.txt --estimator sgd-classifier", code: 66)
    #expect(target.error == "error: none.txt: No such file or directory\n")
    try estimate(
      "fit sample:iris --estimator sgd-classifier --set maxEpochs=2 -o nowhere/m.safetensors",
      code: 73)
  }

  @Test func aChangeThatContinuingCannotHonourIsNamed() throws {
    try estimate("fit sample:iris --estimator sgd-classifier --set maxEpochs=2 -o m.safetensors")
    let run = try estimate(
      "fit sample:iris -i m.safetensors --warm-start --set seed=5 -o m.safetensors", code: 64)
    #expect(run.error.contains("seed was 0 and is now 5, which cannot change while continuing."))
  }

  @Test func nothingButResultsGoesToStandardOutput() throws {
    let run = try estimate("fit sample:iris --estimator sgd-classifier --set maxEpochs=2")
    #expect(run.error.isEmpty)
    #expect(run.output.hasPrefix("SGDClassifier fitted: 2 epochs on 150 samples of 4 features"))
  }
}
