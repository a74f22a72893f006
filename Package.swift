// swift-tools-version: 6.2
import PackageDescription

// Targets by level; an arrow may only point down (Tests/LayeringTests holds the levels to it).

/// Vector loops stay fast under `swift test` too.
let optimised: [CSetting] = [
    .unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wno-unused-command-line-argument"])
]

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "alexnetd",
    products: [.executable(name: "alexnetd", targets: ["alexnetd"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Level 0: C
        .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CProtobufC", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CKernels", exclude: ["winograd_transforms.py"], cSettings: optimised),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CTensorBoardProto", dependencies: ["CProtobufC"]),
        .target(name: "CExampleProto", dependencies: ["CProtobufC"]),
        .target(name: "CLinux"),
        .target(name: "CCUDA", exclude: ["kernels"]),

        // Level 1: numbers and files
        .target(name: "Randomness", dependencies: ["CKernels"]),
        .target(name: "Records", dependencies: ["CKernels", system]),
        .target(name: "Files", dependencies: ["CLinux", system]),
        .target(name: "JSON"),
        .target(name: "CSV"),
        .target(name: "Tar"),
        .target(name: "Charts"),
        .target(name: "Systemd", dependencies: [log, system]),

        // Level 2
        .target(name: "Checkpoints", dependencies: ["Files", "JSON", crypto, system]),
        .target(name: "Networks", dependencies: ["Randomness"]),
        .target(name: "Images", dependencies: ["CJPEG", "CZlib", "CKernels"]),

        // Level 3
        .target(name: "Jobs", dependencies: ["Files", "JSON", "Networks", "Yams", system]),
        .target(
            name: "TensorBoard",
            dependencies: ["Files", "Records", "Networks", "CTensorBoardProto", "CProtobufC", system]),
        .target(name: "Compute", dependencies: ["Networks", "CKernels"]),
        .target(
            name: "Datasets",
            dependencies: ["Files", "Images", "Records", "CSV", "CKernels", "Randomness", crypto, system]),
        .target(name: "Figures", dependencies: ["Images"]),
        .target(name: "Weights", dependencies: ["Checkpoints", "Files", "Networks", "Tar", "CZlib", system]),

        // Level 4
        .target(
            name: "ComputeCPU", dependencies: ["Compute", "Networks", "Randomness", "CKernels", "COpenBLAS"]),
        .target(
            name: "ComputeCUDA",
            dependencies: ["Compute", "Networks", "Randomness", "Files", "CCUDA", crypto, system]),
        .target(
            name: "InputPipeline",
            dependencies: ["Datasets", "Images", "Compute", "Randomness", "CKernels"]),
        .target(
            name: "Preparation",
            dependencies: [
                "Datasets", "Images", "Records", "Files", "JSON", "CSV", "Tar", "Randomness", "CKernels",
                "CZlib",
                "CExampleProto", "CProtobufC", crypto, system,
            ]),
        .target(name: "Spool", dependencies: ["Files", "Jobs", "CLinux", system]),

        // Level 5
        .target(name: "Daemon", dependencies: ["Files", "Spool", "Jobs", "Systemd", "CLinux", log, system]),
        .target(
            name: "Training",
            dependencies: [
                "Files", "Jobs", "Networks", "Checkpoints", "TensorBoard", "Compute", "ComputeCPU",
                "ComputeCUDA", "Datasets", "Figures", "Images", "InputPipeline", "Randomness", "Weights",
                system,
            ]),

        // Level 6
        .executableTarget(
            name: "alexnetd",
            dependencies: [
                "Files", "Jobs", "Networks", "Checkpoints", "Compute", "ComputeCPU", "ComputeCUDA",
                "Datasets", "Images", "Spool", "InputPipeline", "Preparation", "Daemon", "Training",
                "Randomness",
                "Systemd", "TensorBoard", "Charts", "Weights", log,
                arguments, system,
            ]),

        .target(name: "SeededRandom", path: "Tests/SeededRandom"),
        .target(name: "FakeCUDA", dependencies: [system], path: "Tests/FakeCUDA", exclude: ["device"]),
        .target(name: "TemporaryFolders", dependencies: [system], path: "Tests/TemporaryFolders"),
        .testTarget(name: "FilesTests", dependencies: ["TemporaryFolders", "Files", system]),
        .testTarget(name: "RandomnessTests", dependencies: ["Randomness", "CKernels"]),
        .testTarget(
            name: "JobsTests", dependencies: ["TemporaryFolders", "Files", "Jobs", system]),
        .testTarget(name: "NetworksTests", dependencies: ["Networks"]),
        .testTarget(name: "RecordsTests", dependencies: ["TemporaryFolders", "Records", system]),
        .testTarget(name: "CSVTests", dependencies: ["CSV"]),
        .testTarget(name: "CheckpointsTests", dependencies: ["TemporaryFolders", "Checkpoints", system]),
        .testTarget(
            name: "TensorBoardTests",
            dependencies: ["SeededRandom", "TemporaryFolders", "TensorBoard", "Records", "Networks", system]),
        .testTarget(name: "ChartsTests", dependencies: ["SeededRandom", "Charts"]),
        .testTarget(name: "ImagesTests", dependencies: ["Images", "CZlib"]),
        .testTarget(name: "FiguresTests", dependencies: ["Figures", "Images"]),
        .testTarget(
            name: "WeightsTests",
            dependencies: [
                "SeededRandom",
                "TemporaryFolders", "Weights", "Checkpoints", "Compute", "ComputeCPU", "Networks", system,
            ],
            exclude: ["Golden"]),
        .testTarget(
            name: "DatasetsTests",
            dependencies: ["TemporaryFolders", "Datasets", "CSV", "Images", "Records", system]),
        .testTarget(
            name: "InputPipelineTests",
            dependencies: ["InputPipeline", "Datasets", "Images", "Compute", "Randomness", system],
            exclude: ["torchvision_loader.py"], resources: [.copy("Golden")]),
        .testTarget(
            name: "PreparationTests",
            dependencies: [
                "TemporaryFolders", "Preparation", "Datasets", "Images", "Records", "CSV", "Tar", "CZlib",
                system,
            ],
            exclude: ["read_records.py"]),
        .testTarget(
            name: "ComputeTests",
            dependencies: [
                "Compute", "ComputeCPU", "ComputeCUDA", "FakeCUDA", "Networks", "Randomness",
                "Checkpoints", "CKernels", system,
            ],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "ComputeCUDATests",
            dependencies: [
                "ComputeCUDA", "CCUDA", "Networks", "FakeCUDA", "TemporaryFolders", system,
            ],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "SpoolTests", dependencies: ["TemporaryFolders", "Files", "Spool", "Jobs", system]),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "SeededRandom", "TemporaryFolders", "Files", "Daemon", "Spool", "Jobs", "Systemd", log,
                system,
            ]),
        .testTarget(name: "SystemdTests", dependencies: ["TemporaryFolders", "Systemd", log, system]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "TemporaryFolders", "Training", "Jobs", "Networks", "Checkpoints", "Compute", "Datasets",
                "InputPipeline", system,
            ],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "ProgramTests",
            dependencies: [
                "SeededRandom",
                "TemporaryFolders", "FakeCUDA", "alexnetd", "Daemon", "Datasets", "Files", "Records",
                "TensorBoard",
                "Checkpoints", "Jobs", "Spool", "Training", system,
            ],
            exclude: [
                "faults.c", "tensorboard_check.py", "tensorboard_live.py", "tensorboard_run.py",
                "tensorboard_server.py",
            ]),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "CSV", "Checkpoints", "Datasets", "Images", "JSON", "Jobs", "Networks", "Preparation",
                "Records",
                "Tar", "TensorBoard", "Weights", system,
            ],
            path: "Tests/FuzzTargets"),
        .testTarget(
            name: "FuzzTests", dependencies: ["SeededRandom", "FuzzTargets", "TemporaryFolders", system],
            exclude: ["README.md", "Seeds"]),
        .testTarget(name: "LayeringTests"),
    ],
    swiftLanguageModes: [.v6]
)

// Only a build with `--sanitize fuzzer` can link it.
if Context.environment["ALEXNETD_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzTargets", system], path: "Tests/Fuzz",
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}

// CI: nothing of ours may compile with a warning.
if Context.environment["ALEXNETD_STRICT"] != nil {
    for target in package.targets where target.type != .system {
        target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
        target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
    }
}
