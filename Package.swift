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
    .library(name: "DataReaders", targets: ["DataReaders"]),
    .library(name: "EstimatorChecks", targets: ["EstimatorChecks"]),
    .library(name: "Estimators", targets: ["Estimators"]),
    .library(name: "LinearAlgebra", targets: ["LinearAlgebra"]),
    .library(name: "TrainingReports", targets: ["TrainingReports"]),
    .executable(name: "estimate", targets: ["estimate"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "_CLinearAlgebra", exclude: ["README.md"]),
    .target(name: "_CSampleData", exclude: ["README.md", "samples"]),
    .target(
      name: "LinearAlgebra", dependencies: ["_CLinearAlgebra"], swiftSettings: swiftSettings),
    .target(name: "Estimators", dependencies: ["LinearAlgebra"], swiftSettings: swiftSettings),
    .target(
      name: "DataReaders", dependencies: ["LinearAlgebra", "_CSampleData"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "DataReadersTests", dependencies: ["DataReaders", "LinearAlgebra"],
      swiftSettings: swiftSettings),
    .target(
      name: "EstimatorChecks", dependencies: ["Estimators", "LinearAlgebra"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "EstimatorsTests",
      dependencies: ["DataReaders", "EstimatorChecks", "Estimators", "LinearAlgebra"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra"], swiftSettings: swiftSettings),
    .testTarget(
      name: "StressTests", dependencies: ["Estimators", "LinearAlgebra"],
      swiftSettings: swiftSettings),
    .target(
      name: "TrainingReports", dependencies: ["Estimators", "LinearAlgebra"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "TrainingReportsTests",
      dependencies: ["Estimators", "LinearAlgebra", "TrainingReports"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "estimate",
      dependencies: [
        "DataReaders", "Estimators", "LinearAlgebra", "TrainingReports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: swiftSettings),
    .testTarget(
      name: "estimateTests",
      dependencies: ["Estimators", "LinearAlgebra", "TestSupport", "estimate"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "what-fit-keeps", dependencies: ["DataReaders", "Estimators", "LinearAlgebra"],
      path: "Examples/what-fit-keeps", swiftSettings: swiftSettings),
    .testTarget(
      name: "ExampleTests", dependencies: ["TestSupport", "what-fit-keeps"],
      swiftSettings: swiftSettings),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swiftSettings),
  ]
)
