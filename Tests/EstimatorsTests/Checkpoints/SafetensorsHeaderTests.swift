import Estimators
import Foundation
import LinearAlgebra
import Testing

/// What is read in the header of a model file, however it is written.
@Suite struct SafetensorsHeaderTests {
  private func file(_ header: String, _ numbers: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
      + numbers
  }

  private let eight = [UInt8](repeating: 0, count: 8)

  /// Python's `safetensors` refuses the second and the third; of the others it takes one value.
  @Test(arguments: [
    (
      #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#,
      "a"
    ),
    (#"{"__metadata__":{"k":"v"},"__metadata__":{"k":"v"}}"#, "__metadata__"),
    (#"{"a":{"dtype":"F64","dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#, "dtype"),
    (#"{"__metadata__":{"k":"1","k":"2"}}"#, "k"),
    (#"{"__metadata__":{"k":"1","\u006b":"2"}}"#, "k"),
    ("{\"__metadata__\":{\"\u{E9}\":\"1\",\"e\u{301}\":\"2\"}}", "e\u{301}"),
  ])
  func aNameThatStandsTwiceIsRefused(header: String, name: String) {
    let error = #expect(throws: EstimatorError.self) {
      try Safetensors.decode(file(header, header.contains("F64") ? eight : []))
    }
    #expect(
      error == .unreadableModel(reason: "the header has two values under the name \(name)"))
  }

  @Test func aSettingThatStandsTwiceIsRefused() throws {
    let bytes = try ModelFile.encode(SGDClassifier<Int>(alpha: 0.25))
    let archive = try ModelFile.decode(bytes).archive
    let settings = try #require(archive[text: "hyperparameters"])
    var twice = archive
    twice[text: "hyperparameters"] =
      settings.replacing(#""alpha":"0.25""#, with: #""alpha":"0.25","alpha":"0.5""#)
    #expect(throws: EstimatorError.self) {
      try ModelFile.decode(checked(Safetensors.encode(twice)))
    }
    #expect(try ModelFile.decode(checked(Safetensors.encode(archive))).estimator == "SGDClassifier")
  }

  /// Escapes, surrogates and white space wherever JSON has them.
  @Test func textsAreReadAsJSONWritesThem() throws {
    let header = """
      { "__metadata__" :\t{ "k\\u00e9" : "\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\ud83d\\ude42🙂" }\r\n,
      "a" : { "shape" : [ 1 ] , "more" : [ null , true , -0.5e+10 , { } , [ ] ] ,
      "data_offsets" : [ 0 , 8 ] , "dtype" : "F64" } }
      """
    let archive = try Safetensors.decode(file(header, eight))
    #expect(archive[text: "ké"] == "\"\\/\u{8}\u{C}\n\r\t\0🙂🙂")
    #expect(archive["a"]?.numbers == [0])
  }

  @Test(arguments: [
    #"{"__metadata__":{"k":"v"}"#, #"{"__metadata__":{"k":"v"}}}"#, #"{"__metadata__":{"k":"v",}}"#,
    #"{"__metadata__":{"k":1}}"#, #"{"__metadata__":{"k":"\x"}}"#,
    #"{"__metadata__":{"k":"\ud83d"}}"#,
    #"{"__metadata__":{"k":"\ud83d \ude42"}}"#, #"{"__metadata__":{"k":"\ude42"}}"#,
    #"{"__metadata__":{"k":"\u12"}}"#, #"{"__metadata__":{"k":"\u+123"}}"#,
    #"{"__metadata__":{"k:"v"}}"#,
    "{\"__metadata__\":{\"k\":\"\n\"}}", #"{"a":[01]}"#, #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":1e}"#,
    #"{"a":tru}"#, #"{'a':1}"#, "[]", "{} x", "", " ",
  ])
  func whatIsNoJSONIsRefused(header: String) {
    #expect(throws: EstimatorError.self) { try Safetensors.decode(file(header)) }
  }

  @Test func bracketsWithoutEndAreRefused() {
    let header = #"{"a":"# + String(repeating: "[", count: 1_000_000)
    #expect(throws: EstimatorError.self) { try Safetensors.decode(file(header)) }
  }

  /// CRC-32C of RFC 3720, bit by bit.
  private func checksum(_ bytes: [UInt8]) -> String {
    var remainder = UInt32.max
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0x82F6_3B78 : 0)
      }
    }
    let digits = String(~remainder, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// The bytes with the checksum that is right for them, wherever it stands.
  private func checked(_ bytes: [UInt8]) throws -> [UInt8] {
    let pattern = #/"checksum"\s*:\s*"([0-9a-f]{8})"/#
    let length = Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let match = try #require(header.firstMatch(of: pattern))
    let start = 8 + header.utf8.distance(from: header.startIndex, to: match.1.startIndex)
    var result = bytes
    result.replaceSubrange(start..<start + 8, with: Array("00000000".utf8))
    result.replaceSubrange(start..<start + 8, with: Array(checksum(result).utf8))
    return result
  }

  @Test func aRightChecksumIsFoundInJSONWrittenByOthers() throws {
    #expect(checksum(Array("123456789".utf8)) == "e3069283")
    let data = SmallData.clouds(classCount: 3)
    let classifier = try SGDClassifier<String>(maxEpochs: 2)
      .fitted(data.features, to: data.labels.map { "\"checksum\":\"00000000\" \($0)" })
    let bytes = try ModelFile.encode(classifier)
    #expect(try checked(bytes) == bytes)
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    let json = try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length]))
    for options in [JSONSerialization.WritingOptions.prettyPrinted, [], .sortedKeys] {
      let header = String(
        decoding: try JSONSerialization.data(withJSONObject: json, options: options), as: UTF8.self)
      let other = try checked(file(header, Array(bytes[(8 + length)...])))
      let read = try SGDClassifier<String>(ModelFile.decode(other))
      #expect(read.model == classifier.model && read.trainingState == classifier.trainingState)
      // And a wrong one is noticed.
      var damaged = other
      damaged[damaged.count - 1] ^= 1
      #expect(
        throws: EstimatorError.unreadableModel(
          reason: "its checksum is wrong, so the file is damaged")
      ) { try ModelFile.decode(damaged) }
    }
  }

  /// Labels, class weights and names of any text, through settings, model and training state.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func anyLabelIsReadBackAsItWasWritten(seed: UInt64) throws {
    let alphabet: [UnicodeScalar] = [
      "\"", "\\", "/", "\0", "\n", "\r", "\t", "\u{1F}", "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}",
      ":",
      ",", "[", "]", "{", "}", " ", "a", "N", "A", "0", "é", "雪", "🙂", "\u{10FFFF}", "u", "n",
    ]
    var stream = RandomStream(seed: seed, purpose: .visitingOrder)
    var labels: Set<String> = ["", "NA"]
    while labels.count < 12 {
      var text = "".unicodeScalars
      for _ in 0..<Int(stream.next() % 8) {
        text.append(alphabet[Int(stream.next() % UInt64(alphabet.count))])
      }
      labels.insert(String(text))
    }
    let classes = labels.sorted()
    let features = try Matrix(rows: classes.indices.map { [Double($0), 1] })
    let names = Array(classes.suffix(2))
    for isDeclared in [false, true] {
      var classifier = SGDClassifier<String>(maxEpochs: 1)
      if isDeclared { classifier.classes = classes }
      classifier.classWeight = .given(
        Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Double($0 + 1)) }))
      try classifier.fit(features.named(names), to: classes)
      let read = try SGDClassifier<String>(ModelFile.decode(ModelFile.encode(classifier)))
      #expect(read.model == classifier.model && read.trainingState == classifier.trainingState)
      #expect(read.hyperparameters == classifier.hyperparameters)
      let bytes = { (texts: [String]) in texts.map { Array($0.utf8) } }
      #expect(bytes(read.model?.classes ?? []) == bytes(classes))
      #expect(try ModelFile.encode(read) == ModelFile.encode(classifier))
    }
  }
}
