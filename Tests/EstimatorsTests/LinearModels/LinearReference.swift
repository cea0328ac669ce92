import Foundation
import LinearAlgebra
import Testing

/// A linear model by stochastic gradient descent as scikit-learn has trained it.
struct LinearReference: Decodable {
  var data: String
  var storage: String
  var weights: Bool
  var epochs: Int
  var settings: [String: String]
  var coefficients: [Double]
  var intercepts: [Double]

  /// The samples as they were trained on: sparse ones without what is small, and a quarter as large
  /// unless steps are passive-aggressive.
  func stored(_ features: Matrix<Double>) -> any FeatureMatrix {
    let isPassiveAggressive = settings["learningRate"]?.hasPrefix("passive") == true
    var features = features
    features.withUnsafeMutableElements { elements in
      for index in elements.indices {
        if storage == "sparse", elements[index] < 0.3 { elements[index] = 0 }
        if !isPassiveAggressive { elements[index] /= 4 }
      }
    }
    return storage == "sparse" ? CSRMatrix(features) : features
  }

  /// What the samples count: 0.25, 0.5, 0.75 and 1 in turn, or nothing said.
  func weights(_ count: Int) -> [Double]? {
    weights ? (0..<count).map { 0.25 + Double($0 % 4) / 4 } : nil
  }

  /// Expects what scikit-learn has found.
  func compare(_ coefficients: Matrix<Double>, _ intercepts: [Double], _ epochCount: Int) {
    let distance = max(
      relativeDistance(coefficients.elements, self.coefficients),
      relativeDistance(intercepts, self.intercepts))
    #expect(
      distance < 1e-10 && epochCount == epochs,
      "\(distance) \(epochCount) \(epochs) \(data) \(storage) \(weights) \(settings)")
  }
}
