import Estimators
import Foundation
import TestSupport
import Testing

/// Which files the command writes, and what becomes of those it reads.
extension CommandTests {
  /// Names that are one file: itself, another spelling, a link and a second name of it.
  private func names(of name: String) throws -> [String] {
    let (link, second) = ("link-\(name)", "second-\(name)")
    let url = folder.url.appending(path: name)
    try FileManager.default.createSymbolicLink(
      at: folder.url.appending(path: link), withDestinationURL: url)
    try FileManager.default.linkItem(at: url, to: folder.url.appending(path: second))
    return [name, "./../\(folder.url.lastPathComponent)/\(name)", url.path, link, second]
  }

  @Test func anOutputThatIsAnInputIsRefusedAndTheInputStays() throws {
    try folder.write("1,2\n2,4\n3,7\n", to: "d.csv")
    try folder.write("1\n2\n3\n", to: "x.csv")
    try folder.write("2\n4\n7\n", to: "y.txt")
    try folder.write("1\n1\n2\n", to: "w.txt")
    let own = "--target 1 --estimator sgd-regressor"
    try estimate("fit d.csv \(own) -o m.safetensors")
    try estimate("fit d.csv \(own) -o p.safetensors")
    let beside = "x.csv --target-file y.txt --weights-file w.txt --estimator sgd-regressor"
    for (line, input, option) in [
      ("fit d.csv \(own)", "d.csv", "DATA"), ("partial-fit d.csv \(own)", "d.csv", "DATA"),
      ("fit d.csv --target 1 -i m.safetensors", "d.csv", "DATA"),
      ("fit \(beside)", "y.txt", "--target-file"), ("fit \(beside)", "w.txt", "--weights-file"),
      ("partial-fit \(beside)", "w.txt", "--weights-file"),
      (
        "fit d.csv \(own) --initial-parameters p.safetensors", "p.safetensors",
        "--initial-parameters"
      ),
      ("predict x.csv -i m.safetensors", "m.safetensors", "-i"),
      ("predict x.csv -i m.safetensors", "x.csv", "DATA"),
    ] {
      let before = try folder.bytes(input)
      let names = try names(of: input)
      for name in names {
        let run = try estimate("\(line) -o \(name)", code: 64)
        #expect(
          run.error == "error: -o \(name) is the file that is read as \(option), which would be "
            + "lost: write to another.\n")
      }
      #expect(try folder.bytes(input) == before)
      for name in names.suffix(2) {
        try FileManager.default.removeItem(at: folder.url.appending(path: name))
      }
    }
    // Through standard input too.
    let streamed = try BuiltProduct("estimate").run(
      "fit - --format csv \(own) -o d.csv".split(separator: " ").map(String.init),
      inputFile: "d.csv", in: folder.url)
    #expect(streamed.code == 64)
    #expect(try folder.bytes("d.csv") == Array("1,2\n2,4\n3,7\n".utf8))
  }

  @Test func aModelMayBeWrittenOverItself() throws {
    try folder.write("1,2\n2,4\n3,7\n", to: "d.csv")
    try estimate("fit d.csv --target 1 --estimator sgd-regressor -o m.safetensors")
    for line in [
      "fit d.csv --target 1 --warm-start", "partial-fit d.csv --target 1", "reset --history",
    ] {
      let before = try folder.bytes("m.safetensors")
      try estimate("\(line) -i m.safetensors -o ./m.safetensors")
      #expect(try folder.bytes("m.safetensors") != before)
    }
  }

  @Test func anEmptyPathAndTwoReadersOfStandardInputAreRefused() throws {
    try folder.write("1,2\n2,4\n3,7\n", to: "d.csv")
    for (arguments, reason) in [
      (["fit", "d.csv", "--target", "1", "--estimator", "ridge", "-o", ""], "-o is empty"),
      (["fit", "", "--target", "1", "--estimator", "ridge"], "DATA is empty"),
      (["fit", "d.csv", "--target-file", "", "--estimator", "ridge"], "--target-file is empty"),
      (["predict", "d.csv", "-i", ""], "-i is empty"), (["inspect", ""], "MODEL is empty"),
      (
        ["fit", "-", "--format", "csv", "--target-file", "-", "--estimator", "ridge"],
        "Standard input can be read once: DATA and --target-file ask for it."
      ),
    ] {
      let run = try BuiltProduct("estimate").run(arguments, in: folder.url)
      #expect(run.code == 64)
      #expect(run.error.hasPrefix("error: \(reason)"), "\(run.error)")
    }
  }
}
