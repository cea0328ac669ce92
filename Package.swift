// swift-tools-version: 6.2

import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "swift-estimators",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "EstimatorChecks", targets: ["EstimatorChecks"]),
    .library(name: "Estimators", targets: ["Estimators"]),
    .library(name: "LinearAlgebra", targets: ["LinearAlgebra"]),
  ],
  targets: [
    .target(name: "_CLinearAlgebra", exclude: ["README.md"]),
    .target(
      name: "LinearAlgebra", dependencies: ["_CLinearAlgebra"], swiftSettings: swiftSettings),
    .target(name: "Estimators", dependencies: ["LinearAlgebra"], swiftSettings: swiftSettings),
    .target(
      name: "EstimatorChecks", dependencies: ["Estimators", "LinearAlgebra"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "EstimatorsTests",
      dependencies: ["EstimatorChecks", "Estimators", "LinearAlgebra"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra"], swiftSettings: swiftSettings),
  ]
)
