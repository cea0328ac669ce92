import Estimators
import Foundation
import TestSupport
import Testing

/// What the command makes of data that are not as they should be.
extension CommandTests {
  /// A `.npy` file of one column of whole numbers.
  private func array(_ numbers: [Int]) -> Data {
    let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (\(numbers.count),), }\n"
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0])
      + Data(header.utf8) + numbers.withUnsafeBytes { Data($0) }
  }

  // MARK: Targets and weights

  @Test(arguments: [
    ("--target-file long.txt", "long.txt: there are 5 targets for 4 rows"),
    ("--target-file short.txt", "short.txt: there are 2 targets for at least 4 rows"),
    ("--target-file y.txt --weights-file long.txt", "long.txt: there are 5 weights for 4 rows"),
    (
      "--target-file gap.txt",
      "gap.txt:2: the target is missing; fill it in or leave the row out"
    ),
    (
      "--target-file y.txt --weights-file gap.txt",
      "gap.txt:2: the weight is missing; fill it in or leave the row out"
    ),
    ("--target-file text.txt", "text.txt:3: the target \"x\" is no number"),
    ("--target-file huge.txt", "huge.txt:4: the target is inf; it must be finite"),
    (
      "--target-file y.txt --weights-file minus.txt",
      "minus.txt:1: the weight is -1.0; it must be at least 0 and finite"
    ),
  ])
  func filesBesideTheDataMustFitRowForRow(options: String, reason: String) throws {
    try folder.write("1\n2\n3\n4\n", to: "x.csv")
    for (name, text) in [
      ("y", "2\n4\n6\n8\n"), ("long", "2\n4\n6\n8\n10\n"), ("short", "2\n4\n"),
      ("gap", "2\n\n6\n8\n"), ("text", "2\n4\nx\n8\n"), ("huge", "2\n4\n6\ninf\n"),
      ("minus", "-1\n1\n1\n1\n"),
    ] { try folder.write(text, to: "\(name).txt") }
    let fit = "--estimator linear-regression \(options) -o m.safetensors"
    let run = try estimate("fit x.csv \(fit)", code: 65)
    #expect(run.error == "error: \(reason)\n")
    // In chunks too, where the end comes last.
    try estimate("partial-fit x.csv --chunk-size 3 \(fit)", code: 65)
    #expect(!folder.exists("m.safetensors"))
  }

  /// What `predict` writes is what `--target-file` and a column of labels read.
  @Test func aModelIsRightAboutItsOwnPredictionsWhateverLabelsAre() throws {
    let labels = [
      " a", "a", "a ", "NA", "", "a,b", "\"a\"", "a\nb", "a\rb", "\t", "e\u{301}", "7", "-",
    ]
    func quoted(_ label: String) -> String { "\"" + label.replacing("\"", with: "\"\"") + "\"" }
    let rows = labels.enumerated().map { "\($0), \(quoted($1))" }
    try folder.write(rows.joined(separator: "\n"), to: "a.csv")
    try estimate(
      "fit a.csv --target 1 --estimator mlp-classifier --set solver=lbfgs --set maxEpochs=200 "
        + "--preprocess standard-scaler -o m.safetensors")
    let fitted = try estimate("score a.csv --target 1 -i m.safetensors --json").json()
    #expect(fitted["score"] as? Double == 1)
    try estimate("predict a.csv --target 1 -i m.safetensors -o p.csv")
    let lines = labels.indices.map { "\($0)\n" }.joined()
    try folder.write(lines, to: "x.csv")
    let own = try estimate("score x.csv --target-file p.csv -i m.safetensors --json").json()
    #expect(own["score"] as? Double == 1)
  }

  @Test(arguments: ["7\0garbage", "0x1e2"])
  func aTextThatBeginsLikeANumberIsNoTargetAndNoWeight(text: String) throws {
    try folder.write("1,1\n2,\(text)\n3,3\n", to: "xy.csv")
    try folder.write("1\n2\n3\n", to: "x.csv")
    try folder.write("1\n\(text)\n3\n", to: "v.txt")
    try folder.write("1\n2\n3\n", to: "y.txt")
    for options in [
      "xy.csv --target 1", "xy.csv --target 0", "xy.csv --target 0 --weights 1",
      "x.csv --target-file v.txt", "x.csv --target-file y.txt --weights-file v.txt",
    ] {
      let run = try estimate("fit \(options) --estimator linear-regression", code: 65)
      #expect(run.error.contains(":2: "), "\(run.error)")
    }
  }

  @Test func filesBesideTheDataMayEndLinesAsTheyLike() throws {
    try folder.write("1\n2\n3\n4\n", to: "x.csv")
    try folder.write("\u{FEFF}2\r\n 4 \r\n6\r\n8\r\n", to: "y.txt")
    try folder.write("1\r\n1\r\n1\r\n1", to: "w.txt")
    let report = try estimate(
      "fit x.csv --estimator linear-regression --target-file y.txt --weights-file w.txt --json"
    ).json()
    #expect(report["sampleCount"] as? Int == 4)
    #expect(try #require(report["loss"] as? Double) < 1e-20)
  }

  @Test(arguments: ["NA", "nan", "NaN", "", " "])
  func aMissingLabelIsNoClass(text: String) throws {
    try folder.write("a,y\n1,p\n2,q\n3,\(text)\n", to: "a.csv")
    let run = try estimate("fit a.csv --target y --estimator sgd-classifier", code: 65)
    #expect(run.error == "error: a.csv:4: the label is missing; fill it in or leave the row out\n")
  }

  @Test(arguments: [
    (["7", "8", "-9"], ["-9", "7", "8"]), (["007", "7", "7.0"], ["007", "7", "7.0"]),
    (["10", "9", "+9"], ["+9", "10", "9"]),
    (["99999999999999999999", "99999999999999999998", "1"], nil),
  ])
  func labelsThatAreWrittenDifferentlyAreDifferentClasses(
    labels: [String], classes: [String]?
  ) throws {
    let rows = labels.enumerated().map { "\($0),\($1)\n" }.joined()
    try folder.write("a,y\n" + rows, to: "a.csv")
    let report = try estimate("fit a.csv --target y --estimator sgd-classifier --json").json()
    #expect(report["classes"] as? [String] == classes ?? labels.sorted())
  }

  @Test func largeWholeNumbersInAnArrayAreDifferentClasses() throws {
    let labels = [1 << 53, 1 << 53 + 1, 1 << 53 + 2]
    try folder.write("1\n2\n3\n", to: "x.csv")
    try array(labels).write(to: folder.url.appending(path: "y.npy"))
    let report = try estimate(
      "fit x.csv --target-file y.npy --estimator sgd-classifier --json"
    ).json()
    #expect(report["classes"] as? [String] == labels.map(\.description))
  }

  // MARK: Standard input

  @Test func comparingReadsStandardInputOnce() throws {
    let rows = (0..<32).map { "\($0),\($0 * 7 % 5),\($0 % 2)\n" }.joined()
    let run = try estimate(
      "compare - --format csv --target 2 --estimator sgd-classifier --estimator mlp-classifier "
        + "--calls 2 --set maxEpochs=1", input: rows)
    #expect(run.output.contains("SGDClassifier on -"))
    #expect(run.output.contains("MLPClassifier on -"))
  }

  @Test(arguments: [
    ("nan", "0", "column a is nan; every feature must be finite"),
    ("30", "inf", "the target is inf; it must be finite"),
  ])
  func comparingNamesTheLineInTheFile(feature: String, target: String, reason: String) throws {
    var rows = (0..<40).map { "\($0),\($0 * 3)" }
    rows[30] = "\(feature),\(target)"
    try folder.write("a,y\n" + rows.joined(separator: "\n"), to: "a.csv")
    let run = try estimate("compare a.csv --target y --estimator sgd-regressor", code: 65)
    #expect(run.error == "error: a.csv:32: \(reason)\n")
  }

  // MARK: Weights of scores

  /// By hand: the line through (0, 0) and (2, 2) is wrong by 3 at (1, 4); with weights 1, 2 and 3 for
  /// the rows in order, the loss is 2 · 9 / 6 and the mean target (0 + 8 + 6) / 6 = 7/3.
  @Test func scoresCountRowsByTheirWeights() throws {
    try folder.write("x,y\n0,0\n2,2\n", to: "line.csv")
    try estimate("fit line.csv --target y --estimator linear-regression -o m.safetensors")
    try folder.write("x,y,w\n0,0,1\n1,4,2\n2,2,3\n", to: "a.csv")
    try folder.write("x,y\n0,0\n1,4\n2,2\n", to: "b.csv")
    try folder.write("1\n2\n3\n", to: "w.txt")
    // 1 · 49/9 + 2 · 25/9 + 3 · 1/9.
    let variation = 102.0 / 9
    for line in ["score a.csv --weights w", "score b.csv --weights-file w.txt"] {
      let report = try estimate("\(line) --target y -i m.safetensors --json").json()
      #expect(abs(try #require(report["loss"] as? Double) - 3) < 1e-12)
      #expect(abs(try #require(report["score"] as? Double) - (1 - 18 / variation)) < 1e-12)
      #expect(report["isWeighted"] as? Bool == true)
      #expect(
        try estimate("\(line) --target y -i m.safetensors").output
          == "R2 -0.5882, loss 3.000 on 3 weighted samples\n")
    }
    try folder.write("1\n-2\n3\n", to: "w.txt")
    let negative = try estimate(
      "score b.csv --weights-file w.txt --target y -i m.safetensors", code: 65)
    #expect(
      negative.error == "error: w.txt:2: the weight is -2.0; it must be at least 0 and finite\n")
    // A fit scores as it has counted: the third row lies on no line with the others, and counts 0.
    try folder.write("1\n0\n1\n", to: "w.txt")
    let fitted = try estimate(
      "fit b.csv --weights-file w.txt --target y --estimator linear-regression --json"
    ).json()
    #expect(abs(try #require(fitted["loss"] as? Double)) < 1e-20)
  }

  @Test func dataWithoutFeaturesAndDataWithoutRowsAreToldApart() throws {
    try folder.write("y\n1\n2\n", to: "y.csv")
    try folder.write("x,y\n", to: "none.csv")
    for verb in ["fit", "partial-fit"] {
      let options = "--target y --estimator ridge -o m.safetensors"
      #expect(
        try estimate("\(verb) y.csv \(options)", code: 65).error
          == "error: y.csv: there are no features, in no column beside target and weights\n")
      #expect(
        try estimate("\(verb) none.csv \(options)", code: 65).error
          == "error: none.csv: there are no rows\n")
    }
  }

  @Test func figuresOfAnySizeHaveFourDigits() throws {
    try folder.write("0,1e150\n1,-1e150\n2,1e150\n", to: "a.csv")
    let run = try estimate("fit a.csv --target 1 --estimator linear-regression")
    #expect(run.output.hasSuffix(", loss 8.889E299\n"), "\(run.output)")
  }

  // MARK: Options without effect

  @Test(arguments: [
    ("fit sample:iris --header", "leave out --header"),
    ("fit sample:iris --target 1", "leave out --target"),
    ("fit sample:iris --format csv", "leave out --format"),
    ("fit x.npy --target-file y.txt --no-header", "leave out --no-header"),
    ("compare sample:iris --weights 1", "leave out --weights"),
    ("compare sample:iris --set classes=a,b", "leave out --set classes"),
    ("compare sample:iris --preprocess standard-scaler --set 1.classes=a,b", "--set classes"),
    ("fit sample:iris --layout out-in", "give --initial-parameters"),
    ("compare sample:iris --calls 99999999999", "enough for at most 18"),
    ("compare sample:iris --calls 9223372036854775807", "enough for at most 18"),
    ("compare -", "Standard input needs --format"),
  ])
  func whatWouldDoNothingIsRefusedByName(line: String, reason: String) throws {
    let run = try estimate("\(line) --estimator sgd-classifier", code: 64)
    #expect(run.error.contains(reason), "\(run.error)")
  }
}
