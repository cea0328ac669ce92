// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that nobody who uses or tests the other one builds it.
let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-estimators", path: "..")],
  targets: [
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        .product(name: "DataReaders", package: "swift-estimators"),
        .product(name: "Estimators", package: "swift-estimators"),
        .product(name: "LinearAlgebra", package: "swift-estimators"),
      ])
  ]
)
