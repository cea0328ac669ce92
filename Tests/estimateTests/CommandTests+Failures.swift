import Estimators
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// How the command ends when something outside of it goes wrong.
extension CommandTests {
  @Test(arguments: [
    "fit sample:iris --estimator linear-regression --target-file y.txt", "inspect m.safetensors",
    "score sample:iris -i m.safetensors --json", "predict sample:iris -i m.safetensors",
  ])
  func outputThatNobodyReadsExitsWith73(line: String) throws {
    try estimate("fit sample:iris --estimator sgd-classifier --set maxEpochs=1 -o m.safetensors")
    try folder.write(String(repeating: "1\n2\n3\n", count: 50), to: "y.txt")
    let run = try BuiltProduct("estimate").run(
      line.split(separator: " ").map(String.init), in: folder.url, hasReader: false)
    #expect(run.code == 73)
    #expect(run.error == "error: standard output: Broken pipe\n")
  }

  @Test(
    arguments: [
      "partial-fit - --estimator sgd-regressor -o m.safetensors",
      "fit - --estimator linear-regression --preprocess standard-scaler -o m.safetensors",
      "compare - --estimator sgd-regressor",
    ], [SIGINT, SIGTERM, SIGHUP])
  func interruptionExitsWith130AndWritesNothing(line: String, signal: Int32) throws {
    // More than a pipe holds, and still not all.
    let rows = (0..<50_000).map { "\($0),\($0 % 7)\n" }.joined()
    let run = try BuiltProduct("estimate").interrupted(
      by: signal, (line + " --format csv --target 1").split(separator: " ").map(String.init),
      afterReading: rows, in: folder.url)
    #expect(run.code == 130)
    #expect(run.error == "error: interrupted; nothing was written\n")
    #expect(run.output.isEmpty)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(files.allSatisfy { $0.hasPrefix(".") }, "\(files)")
  }

  /// Whenever it comes: before, while or after the model is written.
  @Test func terminationLeavesTheOldModelOrTheNewOneAndNothingElse() throws {
    let count = 300_000
    var classifier = SGDClassifier<Int>(averaging: true, maxEpochs: 1)
    try classifier.fit(
      Matrix(rows: [[Double](repeating: 1, count: count), [Double](repeating: -1, count: count)]),
      to: [0, 1])
    let old = try ModelFile.encode(classifier)
    classifier.reset(.trainingState)
    let new = try ModelFile.encode(classifier)
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "models"), withIntermediateDirectories: true)
    let path = folder.url.appending(path: "models/m").path
    var outcomes: [Int32] = []
    var delay = Duration.milliseconds(5)
    // Later and later, until it comes too late.
    while outcomes.suffix(3) != [0, 0, 0] {
      try WholeFile.write(old, to: path)
      let run = try BuiltProduct("estimate").terminated(
        "reset -i models/m -o models/m --training-state".split(separator: " ").map(String.init),
        after: delay, in: folder.url)
      outcomes.append(run.code)
      delay = delay * 1.15
      try #require(delay < .seconds(60))
      let written = try folder.bytes("models/m")
      // Before the command has begun, the signal ends the process by itself.
      #expect([0, 130, SIGTERM].contains(run.code), "\(run)")
      #expect(written == (run.code == 0 ? new : old), "\(run)")
      #expect(
        try FileManager.default.contentsOfDirectory(
          atPath: folder.url.appending(path: "models").path) == ["m"])
    }
    #expect(outcomes.contains(130))
  }

  @Test func aChainWithoutEndIsRefused() throws {
    let chain = [String](repeating: "--preprocess standard-scaler", count: 17)
    let run = try estimate(
      "fit sample:iris --estimator sgd-classifier \(chain.joined(separator: " ")) -o m.safetensors",
      code: 64)
    #expect(run.error.contains("17 transformers, but the command chains at most 16"))
  }

  @Test func figuresThatAreNotFiniteAreTextsInJSON() throws {
    try folder.write("1,1e200\n2,-1e200\n3,1e200\n", to: "a.csv")
    let fitted = try estimate(
      "fit a.csv --target 1 --estimator linear-regression -o m.safetensors --json"
    ).json()
    #expect(fitted["loss"] as? String == "inf")
    let scored = try estimate("score a.csv --target 1 -i m.safetensors --json").json()
    // The line is level, and explains nothing.
    #expect(abs(try #require(scored["score"] as? Double)) < 1e-12)
    #expect(scored["sampleCount"] as? Int == 3)
  }

  @Test func aTruthThatIsNoNumberIsNotScored() throws {
    try folder.write("a,y\n1,2\n2,4\n3,7\n", to: "a.csv")
    try folder.write("a,y\n1,2\n2,nan\n3,7\n", to: "b.csv")
    try estimate("fit a.csv --target y --estimator linear-regression -o m.safetensors")
    let run = try estimate("score b.csv --target y -i m.safetensors", code: 65)
    #expect(run.error.hasPrefix("error: b.csv:3: the target is"), "\(run.error)")
    #expect(run.output.isEmpty)
  }

  @Test func jsonIsTheSameInAFile() throws {
    try folder.write("1,a/b\n2,c\n", to: "a.csv")
    try estimate("fit a.csv --target 1 --estimator sgd-classifier -o m.safetensors")
    let predict = "predict a.csv --target 1 -i m.safetensors --json"
    try estimate("\(predict) -o p.json")
    let printed = try estimate(predict).output
    #expect(String(decoding: try folder.bytes("p.json"), as: UTF8.self) == printed)
    #expect(printed.contains("a/b"))
  }

  @Test func labelsWithLineEndsStandInQuotes() throws {
    try folder.write("1,\"a\nb\"\n1,\"a\nb\"\n9,c\n9,\"d\"\"e\"\n", to: "a.csv")
    try estimate("fit a.csv --target 1 --estimator mlp-classifier -o m.safetensors")
    let table = try estimate("predict a.csv --target 1 -i m.safetensors --probabilities").output
    #expect(table.hasPrefix("\"a\nb\",c,\"d\"\"e\"\n"))
    let labels = try estimate("predict a.csv --target 1 -i m.safetensors").output
    #expect(labels.hasPrefix("\"a\nb\"\n\"a\nb\"\n"))
  }

  @Test(arguments: ["", "--preprocess standard-scaler"])
  func aModelThatHasLearnedNothingSaysSo(options: String) throws {
    for setting in ["classes=setosa,versicolor,virginica", "classWeight=setosa:2"] {
      try estimate(
        "fit sample:iris --estimator sgd-classifier \(options) --set \(setting) -o m.safetensors")
      try estimate("reset -i m.safetensors -o e.safetensors")
      #expect(try estimate("inspect e.safetensors").output.contains("has learned nothing"))
      for verb in ["predict", "score"] {
        let run = try estimate("\(verb) sample:iris -i e.safetensors", code: 65)
        #expect(run.error.hasPrefix("error: e.safetensors: the "))
        #expect(
          run.error.hasSuffix(
            "SGDClassifier in it has learned nothing; let it learn first, with estimate fit.\n"))
      }
      try estimate("fit sample:iris -i e.safetensors -o f.safetensors")
      #expect(try folder.bytes("f.safetensors") == folder.bytes("m.safetensors"))
    }
  }

  @Test func whatIsWrongWithAllOfTheDataNamesTheFile() throws {
    try folder.write("1,a\n2,a\n", to: "one.csv")
    try folder.write("1,2,a\n2,3,b\n", to: "wide.csv")
    try folder.write("1,a\n2,b\n", to: "narrow.csv")
    try folder.write("0\n0\n", to: "w.txt")
    try estimate("fit narrow.csv --target -1 --estimator sgd-classifier -o m.safetensors")
    for (line, reason) in [
      (
        "fit one.csv --target -1 --estimator sgd-classifier",
        "one.csv: Every label is a, but a classifier needs two classes. Declare them if others "
          + "follow."
      ),
      (
        "score wide.csv --target -1 -i m.safetensors",
        "wide.csv: The input has 2 features; the estimator was fitted to 1."
      ),
      (
        "fit narrow.csv --target -1 --weights-file w.txt --estimator sgd-classifier",
        "w.txt: Every sample has weight 0; at least one must count."
      ),
    ] { #expect(try estimate(line, code: 65).error == "error: \(reason)\n") }
  }
}
