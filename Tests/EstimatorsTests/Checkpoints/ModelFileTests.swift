import Estimators
import Foundation
import LinearAlgebra
import Testing

@Suite struct ModelFileTests {
  private func trained() throws -> SGDClassifier<String> {
    let data = SmallData.clouds(classCount: 3)
    return try SGDClassifier<String>(loss: .logistic, averaging: true, maxEpochs: 3)
      .fitted(
        data.features.named(["a", "b", "ü \"quoted\"", "d\n", "e"]),
        to: data.labels.map { "class, \($0)" })
  }

  @Test func whatIsReadIsWhatWasWritten() throws {
    let classifier = try trained()
    let read = try SGDClassifier<String>(ModelFile.decode(ModelFile.encode(classifier)))
    #expect(read.model == classifier.model)
    #expect(read.trainingState == classifier.trainingState)
    #expect(read.hyperparameters == classifier.hyperparameters)
    #expect(try ModelFile.encode(read) == ModelFile.encode(classifier))
  }

  @Test func theSameTrainingGivesTheSameBytes() throws {
    #expect(try ModelFile.encode(trained()) == ModelFile.encode(trained()))
  }

  @Test func anEstimatorThatHasLearnedNothingIsItsSettings() throws {
    let bytes = try ModelFile.encode(SGDClassifier<Int>(alpha: 0.25, classes: [1, 2]))
    let read = try SGDClassifier<Int>(ModelFile.decode(bytes))
    #expect(read.model == nil)
    #expect(read.alpha == 0.25)
    #expect(read.classes == [1, 2])
  }

  @Test func everyFlippedBitIsNoticed() throws {
    let bytes = try ModelFile.encode(trained())
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << (index % 8)
      #expect(throws: EstimatorError.self, "byte \(index)") { try ModelFile.decode(damaged) }
    }
  }

  @Test func aChecksumInOtherDigitsIsNoticed() throws {
    // Of many files, some have letters in their checksums.
    for seed in 1...8 {
      var classifier = try trained()
      classifier.seed = UInt64(seed)
      let bytes = try ModelFile.encode(classifier)
      let key = Array("\"checksum\":\"".utf8)
      let start =
        try #require(
          bytes.indices.first { bytes[$0...].starts(with: key) }) + key.count
      var other = bytes
      for index in start..<start + 8 where bytes[index] >= UInt8(ascii: "a") { other[index] -= 32 }
      guard other != bytes else { continue }
      #expect(throws: EstimatorError.self) { try ModelFile.decode(other) }
    }
  }

  @Test func everyTruncationIsNoticed() throws {
    let bytes = try ModelFile.encode(trained())
    for count in bytes.indices {
      #expect(throws: EstimatorError.self) { try ModelFile.decode(Array(bytes[0..<count])) }
    }
    #expect(throws: EstimatorError.self) { try ModelFile.decode(bytes + [0]) }
  }

  /// A tensor that says something impossible is refused, or does no harm to what follows.
  @Test func impossibleNumbersAreRefused() throws {
    let data = SmallData.clouds(classCount: 3)
    var linear = SGDClassifier<Int>(
      penalty: .elasticNet, averaging: true, maxEpochs: 2, earlyStopping: true)
    var network = MLPClassifier<Int>(hiddenLayerSizes: [3], maxEpochs: 2)
    try linear.fit(data.features, to: data.labels)
    try network.fit(data.features, to: data.labels)
    try refuseImpossibleNumbers(linear) { try $0.partialFit(data.features, to: data.labels) }
    try refuseImpossibleNumbers(network) { try $0.partialFit(data.features, to: data.labels) }

    let plane = SmallData.plane(targetCount: 2)
    for solver in [LeastSquaresSolver.automatic, .qr, .lsmr] {
      var regression = LinearRegression(solver: solver)
      try regression.fit(plane.features, to: plane.target)
      try refuseImpossibleNumbers(regression) {
        $0.warmStart = true
        try $0.fit(plane.features, to: plane.target)
        _ = try $0.summary()
      }
    }
    var scaler = StandardScaler()
    try scaler.fit(plane.features)
    try refuseImpossibleNumbers(scaler) { try $0.partialFit(plane.features) }
  }

  private func refuseImpossibleNumbers<Tested: Estimator>(
    _ fitted: Tested, goOn: (inout Tested) throws -> Void
  ) throws {
    let model = try #require(fitted.model?.archive)
    let state = try #require(fitted.trainingState?.archive)
    let names = Set((model.tensors + state.tensors).map(\.name))
    for name in names.sorted() {
      for change in Impossible.allCases {
        var copy = Tested(hyperparameters: fitted.hyperparameters)
        do throws(EstimatorError) {
          try copy.restore(
            model: try Tested.Model(from: change.applied(to: name, in: model)),
            trainingState: try Tested.TrainingState(from: change.applied(to: name, in: state)))
        } catch {
          continue
        }
        #expect(change != .notFinite && change != .countless, "\(Tested.name) \(name) \(change)")
        // Fewer numbers can be right; then training must go on with them.
        try? goOn(&copy)
      }
    }
  }

  private enum Impossible: CaseIterable {
    case notFinite, countless, greatest, empty, flat, missing

    func applied(to name: String, in archive: TensorArchive) -> TensorArchive {
      guard let tensor = archive[name] else { return archive }
      var result = archive.removing { $0 == name }
      let count = tensor.integers?.count ?? tensor.numbers.count
      switch (self, tensor.integers) {
      case (.missing, _): break
      case (.empty, _): result.append(name, [Double]())
      // No numbers, in as many columns as can be counted.
      case (.flat, _): result.append(Tensor(name, [Double](), shape: [0, 1 << 62]))
      case (_, nil) where count > 0:
        result.append(Tensor(name, [Double](repeating: .nan, count: count), shape: tensor.shape))
      case (_, _?) where name != "stopping.data":
        // More than can be counted, or just as much.
        let number = self == .greatest ? 1 << 53 : Int.max
        result.append(Tensor(name, [Int](repeating: number, count: count), shape: tensor.shape))
      default: break
      }
      return result
    }
  }

  @Test func aModelOfNoTargetsAndCountlessFeaturesIsRefused() throws {
    let plane = SmallData.plane()
    var regression = LinearRegression()
    try regression.fit(plane.features, to: plane.target)
    var archive = try #require(regression.model?.archive).removing {
      $0 == "coefficients" || $0 == "intercepts"
    }
    archive.append(Tensor("coefficients", [Double](), shape: [0, 1 << 62]))
    archive.append("intercepts", [Double]())
    let error = #expect(throws: EstimatorError.self) {
      try regression.restore(model: LinearRegressionModel(from: archive), trainingState: nil)
    }
    #expect(error?.description.contains("there are no coefficients") == true)
  }

  @Test func anotherEstimatorIsRefusedByName() throws {
    let contents = try ModelFile.decode(ModelFile.encode(trained()))
    let error = #expect(throws: EstimatorError.self) { try MLPClassifier<String>(contents) }
    #expect(
      error?.description
        == "This is no readable model: it holds a SGDClassifier, not a MLPClassifier.")
    #expect(throws: EstimatorError.self) { try SGDClassifier<Int>(contents) }
  }

  @Test func aFileIsWrittenWholeOrNotAtAll() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "model-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let classifier = try trained()
    let path = folder.appending(path: "model.safetensors").path
    try classifier.write(toFile: path)
    #expect(try SGDClassifier<String>(contentsOfFile: path).model == classifier.model)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)

    let nowhere = folder.appending(path: "missing/model.safetensors").path
    #expect(
      throws: EstimatorError.file(path: nowhere, reason: "No such file or directory")
    ) { try classifier.write(toFile: nowhere) }
    #expect(
      throws: EstimatorError.file(path: nowhere, reason: "No such file or directory")
    ) { try SGDClassifier<String>(contentsOfFile: nowhere) }
  }

  @Test func aFileThatIsWrittenAnewKeepsItsPermissions() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "mode-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try WholeFile.write([1], to: path)
    for mode in [0o600, 0o644, 0o755] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      try WholeFile.write([2], to: path)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == mode)
    }
  }

  @Test func labelsThatJSONHasNoWordsForAreSavedToo() throws {
    let classifier = SGDClassifier<Double>(classes: [-.infinity, 0.1, .infinity])
    let read = try SGDClassifier<Double>(ModelFile.decode(ModelFile.encode(classifier)))
    #expect(read.classes == [-.infinity, 0.1, .infinity])
  }

  #if os(Linux)
    @Test func aFullDiskLeavesTheOldFile() throws {
      // A device that is always full stands for the disk.
      #expect(
        throws: EstimatorError.file(path: "/dev/full", reason: "No space left on device")
      ) { try trained().write(toFile: "/dev/full") }
    }
  #endif

  @Test func aLinkStaysALink() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "link-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let target = folder.appending(path: "target")
    let link = folder.appending(path: "link")
    try WholeFile.write([1, 2], to: target.path)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
    try WholeFile.write([3], to: link.path)
    #expect(try WholeFile.read(target.path) == [3])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target.path)
    try FileManager.default.removeItem(at: target)
    #expect(
      throws: EstimatorError.file(
        path: link.path, reason: "it is a link to a file that is not there")
    ) { try WholeFile.write([4], to: link.path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["link"])
  }
}

@Suite struct SafetensorsTests {
  @Test func headerAndBytesAreThoseOfTheFormat() throws {
    var archive = TensorArchive()
    archive.append("a", [Float(1)])
    archive[text: "k"] = "v"
    let bytes = Safetensors.encode(archive)
    let header =
      #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let length = (header.utf8.count + 7) / 8 * 8
    #expect(bytes[0] == UInt8(length))
    #expect(Array(bytes[8..<8 + header.utf8.count]) == Array(header.utf8))
    #expect(Array(bytes[(8 + length)...]) == [0, 0, 0x80, 0x3F])
    #expect(try Safetensors.decode(bytes) == archive)
  }

  /// Headers that contradict the bytes behind them.
  @Test(arguments: [
    "",
    "nonsense",
    #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[8,0]}}"#,
    #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[-8,0]}}"#,
    #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[4,12]}}"#,
    #"{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F64","shape":[9223372036854775807,2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0]}}"#,
    #"{"a":{"k":"v"}}"#,
  ])
  func contradictionsAreRefused(header: String) {
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    bytes += Array(header.utf8) + [UInt8](repeating: 0, count: 8)
    #expect(throws: EstimatorError.self) { try Safetensors.decode(bytes) }
  }

  @Test func aHugeLengthIsRefusedBeforeItIsUsed() {
    for length in [UInt64.max, 1 << 62, 200_000_000] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + [1, 2, 3]
      #expect(throws: EstimatorError.self) { try Safetensors.decode(bytes) }
    }
  }
}
