import Estimators
import LinearAlgebra
import Testing

/// The training of a network by scikit-learn, from a start that is written down.
struct NetworkReference: Decodable {
  struct Layer: Decodable {
    var weights: [Double]
    var biases: [Double]
  }

  var data: String
  var weighted: Bool
  var targets: Int
  var settings: [String: String]
  var start: [Layer]
  var end: [Layer]
  var losses: [Double]

  /// The weights of so many samples, or `nil`; scikit-learn divides by their sum where we divide by
  /// their number.
  func weights(_ count: Int) -> [Double]? { weighted ? Samples.evenWeights(count) : nil }

  /// A call that begins at the same start.
  func context() throws -> TrainingContext {
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      layers: try start.map { layer in
        let columns = layer.biases.count
        let weights = try Matrix(
          rowCount: layer.weights.count / columns, columnCount: columns, elements: layer.weights)
        return (weights, layer.biases)
      })
    return context
  }

  /// Compares parameters and losses.
  func check(_ layers: [NetworkLayer], _ progress: TrainingProgress?) throws {
    for (layer, expected) in zip(layers, end) {
      #expect(
        relativeDistance(layer.weights.elements, expected.weights) < 1e-9, "\(data) \(settings)")
      #expect(relativeDistance(layer.biases, expected.biases) < 1e-9, "\(data) \(settings)")
    }
    // With several targets scikit-learn reports the mean of their losses.
    let expected = losses.map { $0 * Double(targets) }
    #expect(
      relativeDistance(try #require(progress).history.losses, expected) < 1e-10,
      "\(data) \(settings)")
  }
}
