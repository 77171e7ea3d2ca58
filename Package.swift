// swift-tools-version: 6.1
import PackageDescription

/// What C targets of vector loops share.
let severalProcessors = CSetting.headerSearchPath("../CSeveralProcessors")

let package = Package(
  name: "egostream",
  products: [
    .library(name: "EgoStream", targets: ["EgoStream"]),
    .executable(name: "egostream", targets: ["egostream"]),
    .library(name: "gstexo2ego", type: .dynamic, targets: ["Exo2Ego"]),
    .library(name: "egoprior", type: .dynamic, targets: ["EgoPrior"]),
    .executable(name: "egobench", targets: ["egobench"]),
    .executable(name: "egokernels", targets: ["egokernels"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "CVulkan", providers: [.apt(["libvulkan-dev"])]),
    // Empty, but SwiftPM watches the folders of targets alone: a new shader has to be seen.
    .systemLibrary(name: "ShaderSources", path: "Shaders"),
    .target(name: "SPIRVRewriting"),
    .executableTarget(name: "EmbedShaders", dependencies: ["SPIRVRewriting"]),
    .plugin(name: "CompileShaders", capability: .buildTool(), dependencies: ["EmbedShaders"]),
    .target(name: "CKernels"),
    .target(name: "Compute", dependencies: ["CKernels", "CVulkan"], plugins: ["CompileShaders"]),
    // The table of cases, for the tests and for egobench.
    .target(name: "ComputeCases", dependencies: ["Compute"]),
    .target(name: "CGeometryKernels", cSettings: [severalProcessors]),
    .target(name: "Geometry", dependencies: ["CGeometryKernels", "Compute"], plugins: ["CompileShaders"]),
    .target(name: "Networks", dependencies: ["Compute", "Geometry"]),
    .target(name: "CCompositionKernels", cSettings: [severalProcessors]),
    .target(name: "EgoStream", dependencies: ["CCompositionKernels", "Compute", "Geometry", "Networks"]),
    .systemLibrary(name: "CGStreamer", pkgConfig: "gstreamer-video-1.0"),
    .target(name: "CExo2Ego", dependencies: ["CGStreamer"]),
    .target(
      name: "Exo2Ego", dependencies: ["CExo2Ego", "CGStreamer", "Compute", "EgoStream", "Geometry"],
      // The plugin's own symbols win over those of a host program that has the same modules in it.
      linkerSettings: [.unsafeFlags(["-Xlinker", "-Bsymbolic"])]),
    // The engine's prior and composition behind C functions: training draws and judges with the code that streams.
    .systemLibrary(name: "CEgoPrior"),
    .target(name: "EgoPrior", dependencies: ["CEgoPrior", "Compute", "EgoStream", "Geometry"]),
    .systemLibrary(
      name: "CGStreamerCheck", path: "Tests/CGStreamerCheck", pkgConfig: "gstreamer-check-1.0 gstreamer-video-1.0"),
    .testTarget(name: "Exo2EgoTests", dependencies: ["CGStreamerCheck", "TestSupport"]),
    .systemLibrary(
      name: "CGStreamerApp", pkgConfig: "gstreamer-app-1.0 gstreamer-video-1.0",
      providers: [.apt(["libgstreamer1.0-dev", "libgstreamer-plugins-base1.0-dev"])]),
    .target(name: "ClipIO", dependencies: ["CGStreamerApp", "Compute", "Geometry", "EgoStream"]),
    .systemLibrary(
      name: "CGstRTSPServer", pkgConfig: "gstreamer-rtsp-server-1.0", providers: [.apt(["libgstrtspserver-1.0-dev"])]),
    .systemLibrary(name: "CVideo4Linux"),
    .executableTarget(
      name: "egostream",
      dependencies: [
        "ClipIO", "Compute", "Geometry", "Networks", "EgoStream", "CGStreamerApp", "CGstRTSPServer", "CVideo4Linux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "egobench",
      dependencies: [
        "ClipIO", "Compute", "ComputeCases", "Geometry", "Networks", "EgoStream", "CGStreamerApp",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "bench/egobench"),
    // Nothing but the standard library, so that it runs on a bare machine: see bench/make-gpu-bundle.
    .executableTarget(name: "egokernels", dependencies: ["Compute", "ComputeCases"], path: "bench/egokernels"),
    .testTarget(name: "CommandLineTests", dependencies: ["ClipIO", "egostream", "egobench"]),
    // Counts every allocation of the process that it is linked into.
    .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    .testTarget(
      name: "ComputeTests",
      dependencies: ["CAllocationCount", "Compute", "ComputeCases", "SPIRVRewriting", "TestSupport"],
      plugins: ["CompileShaders"]),
    .target(name: "TestSupport", dependencies: ["Compute", "Geometry"], path: "Tests/TestSupport"),
    .testTarget(name: "GeometryTests", dependencies: ["CAllocationCount", "Compute", "Geometry", "TestSupport"]),
    .testTarget(
      name: "NetworksTests", dependencies: ["CAllocationCount", "Compute", "Networks", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "EgoStreamTests",
      dependencies: ["CEgoPrior", "EgoPrior", "EgoStream", "Geometry", "Compute", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
