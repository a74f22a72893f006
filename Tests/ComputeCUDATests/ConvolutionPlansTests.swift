// cuDNN's real engines for every convolution of the two AlexNets, found and built for an H200 that is not there.
//
// Needs NVIDIA's wheels: ALEXNETD_NVIDIA_WHEELS=…/site-packages/nvidia. `Golden/h200_properties.json` is what
// CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION takes: clocks, memory and cache of an H200 (NVIDIA's data sheet), the rest the
// limits of compute capability 9.0 (CUDA C++ Programming Guide). cuDNN 9.8 and later read it.

import CCUDA
import Foundation
import Glibc
import Testing

@testable import ComputeCUDA

private let wheels = ProcessInfo.processInfo.environment["ALEXNETD_NVIDIA_WHEELS"]

@Suite(.enabled(if: wheels != nil, "ALEXNETD_NVIDIA_WHEELS names no folder of NVIDIA's wheels"))
struct ConvolutionPlansTests {
    let library: CudnnLibrary

    init() throws {
        let folder = try #require(wheels)
        // cuDNN ends the process where it cannot find cuBLASLt by itself.
        _ = try Self.open(["\(folder)/cu13/lib/libcublasLt.so.13", "\(folder)/cublas/lib/libcublasLt.so.12"])
        var table = cudnn()
        #expect(cudnn_bind(try Self.open(["\(folder)/cudnn/lib/libcudnn.so.9"]), &table) == nil)
        let json = try #require(
            Bundle.module.url(forResource: "h200_properties", withExtension: "json", subdirectory: "Golden"))
        library = try CudnnLibrary(table, describedBy: String(contentsOf: json, encoding: .utf8))
    }

    private static func open(_ paths: [String]) throws -> UnsafeMutableRawPointer {
        try #require(paths.lazy.compactMap { dlopen($0, RTLD_NOW) }.first, "none of \(paths) loads")
    }

    // MARK: - Every layer

    /// Towers apart; the first layer as space to depth by its stride of 4: 3 channels become 48, 11 × 11 becomes 3 × 3.
    static let layers: [(name: String, side: Int, inputs: Int, outputs: Int, kernel: Int, padding: Int)] = [
        ("paper conv1", 57, 48, 48, 3, 0), ("paper conv1, towers at once", 57, 48, 96, 3, 0),
        ("paper conv2", 27, 48, 128, 5, 2), ("paper conv3", 13, 256, 192, 3, 1),
        ("paper conv3, towers at once", 13, 256, 384, 3, 1), ("paper conv4", 13, 192, 192, 3, 1),
        ("paper conv5", 13, 192, 128, 3, 1), ("torchvision conv1", 57, 48, 64, 3, 0),
        ("torchvision conv2", 27, 64, 192, 5, 2), ("torchvision conv3", 13, 192, 384, 3, 1),
        ("torchvision conv4", 13, 384, 256, 3, 1), ("torchvision conv5", 13, 256, 256, 3, 1),
    ]

    static let passes: [Pass] = [
        .forward(relu: true), .forward(relu: false), .inputGradient(adding: false),
        .inputGradient(adding: true), .weightGradient,
    ]

    @Test(arguments: [
        (Precision.bf16, 128), (.bf16, 512), (.bf16, 1024), (.tf32, 128), (.fp32, 128),
    ])
    func everyLayerHasAPlan(_ precision: Precision, _ images: Int) throws {
        for layer in Self.layers {
            let shape = ConvolutionShape(
                images: images, inputHeight: layer.side, inputWidth: layer.side, inputs: layer.inputs,
                outputs: layer.outputs, kernelHeight: layer.kernel, kernelWidth: layer.kernel, stride: 1,
                padding: layer.padding)
            for pass in Self.passes {
                let convolution = ConvolutionProduct(shape: shape, pass: pass, precision: precision)
                let plans = try ConvolutionPlans(library, convolution, workspaceLimit: 64 << 20)
                let first = try #require(try plans.candidates(atMost: 1).first)
                #expect(first.workspace < 64 << 20, "\(layer.name): \(convolution)")
                switch precision {
                case .bf16: #expect(first.usesMatrixUnits, "\(layer.name): \(convolution)")
                case .fp32: #expect(!first.usesMatrixUnits, "\(layer.name): \(convolution)")
                case .tf32: break
                }
                // What is pinned gives the same plan again.
                let choice = try #require(CudnnChoice(first.choice.description))
                let again = try plans.plan(choice)
                #expect(again.choice == first.choice && again.workspace == first.workspace)
            }
        }
    }

    // MARK: - What is refused

    private func small(_ pass: Pass, _ precision: Precision, channels: Int = 64) -> ConvolutionProduct {
        ConvolutionProduct(
            shape: ConvolutionShape(
                images: 128, inputHeight: 13, inputWidth: 13, inputs: channels, outputs: 64, kernelHeight: 3,
                kernelWidth: 3, stride: 1, padding: 1),
            pass: pass, precision: precision)
    }

    @Test func enginesThatDifferFromRunToRunAreNotTaken() throws {
        for precision in Precision.allCases {
            for pass in Self.passes {
                let engines = try CudnnEngine.all(ConvolutionGraph(library, small(pass, precision)))
                #expect(!engines.isEmpty)
                #expect(!engines.contains { !$0.isDeterministic })
                // What must be compiled comes last.
                #expect(engines.map(\.isCompiled) == engines.map(\.isCompiled).sorted { !$0 && $1 })
            }
        }
    }

    @Test func aPinnedEngineThatIsTooCoarseIsRefused() throws {
        let bf16 = try ConvolutionPlans(library, small(.forward(relu: true), .tf32)).candidates(atMost: 1)
        let choice = try #require(bf16.first).choice
        #expect(throws: CUDAError.self) {
            try ConvolutionPlans(library, small(.forward(relu: true), .fp32)).plan(choice)
        }
    }

    @Test func anEngineThatIsNotThereIsRefusedWithTheLibrarysReason() throws {
        let plans = try ConvolutionPlans(library, small(.weightGradient, .bf16))
        let error = #expect(throws: CUDAError.self) {
            try plans.plan(CudnnChoice(engine: 9999, knobs: [:]))
        }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("cuDNN 9.") == true)
    }

    @Test func noWorkspaceLeavesNothing() throws {
        let plans = try ConvolutionPlans(library, small(.weightGradient, .bf16), workspaceLimit: -1)
        let error = #expect(throws: CUDAError.self) { try plans.candidates(atMost: 8) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("64 → 64, kernel 3×3") == true)
    }

    @Test func channelsThatAreNotPaddedAreRefused() throws {
        #expect(throws: CUDAError.self) {
            try ConvolutionPlans(library, small(.weightGradient, .bf16, channels: 3))
        }
    }
}
