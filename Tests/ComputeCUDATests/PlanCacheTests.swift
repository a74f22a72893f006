// Which plan is taken, and that it is the same one the next time: with plans that only pass time, on a driver that only
// says yes.

import CCUDA
import Foundation
import Glibc
import SystemPackage
import TemporaryFolders
import Testing

@testable import ComputeCUDA

@Suite struct PlanCacheTests {
    let folder: TemporaryFolder
    let scratch: PlanScratch
    static let description = DeviceDescription(
        index: 0, name: "NVIDIA H200", uuid: "GPU-0", memory: 1 << 30, capability: [9, 0],
        multiprocessors: 132)

    init() throws {
        folder = try TemporaryFolder()
        scratch = try Self.scratch(.willing())
    }

    private static func scratch(_ driver: cuda_driver) throws -> PlanScratch {
        let device = try Device(driver, description)
        return PlanScratch(
            stream: try Stream(device), operands: Operands(input: 256, weights: 512, output: 768)
        ) { _ in 1024 }
    }

    private func cache(_ description: DeviceDescription = description) throws -> PlanCache {
        try PlanCache(folder: folder.path.appending("plans"), device: description)
    }

    private var file: FilePath { folder.path.appending("plans/plans-NVIDIA-H200-9.0-132.json") }

    // MARK: - Choosing

    @Test func theFastestIsMeasuredOnceAndPinned() throws {
        let family = Sleepers(["slow": 30, "fast": 0, "middling": 10])
        let cache = try cache()
        #expect(try cache.plan(family, scratch).choice == "fast")
        #expect(family.asked == 1)
        // Another process, in which another plan would win.
        let later = Sleepers(["slow": 0, "fast": 30, "middling": 10])
        let again = try self.cache()
        #expect(try again.plan(later, scratch).choice == "fast")
        #expect(later.asked == 0)
        #expect(again.choices == cache.choices)
        #expect(
            cache.choices == "NVIDIA H200, capability 9.0, 132 multiprocessors\nsleepers: fast\n")
    }

    @Test(arguments: [Float.nan, 0, -1, .infinity, 1e30])
    func aClockThatTalksNonsenseIsNotBelieved(_ milliseconds: Float) throws {
        let driver: cuda_driver =
            switch milliseconds {
            case 0:
                .willing { time, _, _ in
                    time?.pointee = 0; return 0
                }
            case -1:
                .willing { time, _, _ in
                    time?.pointee = -1; return 0
                }
            case 1e30:
                .willing { time, _, _ in
                    time?.pointee = 1e30; return 0
                }
            case .infinity:
                .willing { time, _, _ in
                    time?.pointee = .infinity; return 0
                }
            default:
                .willing { time, _, _ in
                    time?.pointee = .nan; return 0
                }
            }
        let family = Sleepers(["slow": 30, "fast": 0])
        #expect(try cache().plan(family, Self.scratch(driver)).choice == "fast")
    }

    @Test func aPlanThatIsRefusedWhenItRunsIsPassedOver() throws {
        let family = Sleepers(["fast": 0, "slow": 10], refused: ["fast"])
        #expect(try cache().plan(family, scratch).choice == "slow")
    }

    @Test func whereAllAreRefusedTheReasonIsTold() throws {
        let family = Sleepers(["fast": 0], refused: ["fast"])
        let cache = try cache()
        let error = #expect(throws: CUDAError.self) { try cache.plan(family, scratch) }
        #expect(error?.message == "fast: not today")
        #expect(try folder.names("plans") == [])
    }

    @Test func aFailingDeviceIsNotTakenForAChoice() throws {
        var driver = cuda_driver.willing()
        driver.stream_synchronize = { _ in Int32(CUDA_ILLEGAL_ADDRESS) }
        let family = Sleepers(["fast": 0, "slow": 1], refused: ["fast"])
        let scratch = try Self.scratch(driver)
        let cache = try cache()
        let error = #expect(throws: CUDAError.self) { try cache.plan(family, scratch) }
        #expect(error?.code == .fault)
        #expect(try folder.names("plans") == [])
    }

    // MARK: - What is kept

    @Test func aPlanThatIsGoneIsMeasuredAgain() throws {
        _ = try cache().plan(Sleepers(["fast": 0, "slow": 10]), scratch)
        let family = Sleepers(["slower": 30, "slow": 10])
        #expect(try cache().plan(family, scratch).choice == "slow")
        // And that holds from then on.
        #expect(try cache().plan(Sleepers(["slower": 0, "slow": 10]), scratch).choice == "slow")
    }

    @Test func aPinnedPlanThatIsRefusedWhenItRunsIsMeasuredAgain() throws {
        _ = try cache().plan(Sleepers(["fast": 0, "slow": 10]), scratch)
        let family = Sleepers(["fast": 0, "slow": 10], refused: ["fast"])
        #expect(try cache().plan(family, scratch).choice == "slow")
    }

    @Test(arguments: ["", "{", "[]", "{\"device\": \"another\", \"plans\": {}}", "\u{0}\u{1}"])
    func aFileThatCannotBeReadIsWrittenAnew(_ contents: String) throws {
        try folder.write(contents.utf8, to: "plans/plans-NVIDIA-H200-9.0-132.json")
        #expect(try cache().plan(Sleepers(["fast": 0, "slow": 10]), scratch).choice == "fast")
        let later = Sleepers(["fast": 10, "slow": 0])
        #expect(try cache().plan(later, scratch).choice == "fast")
        #expect(later.asked == 0)
    }

    @Test func anEntryThatCannotBeReadSpoilsNoOther() throws {
        let cache = try cache()
        _ = try cache.plan(Sleepers(["fast": 0, "slow": 10], key: "one"), scratch)
        _ = try cache.plan(Sleepers(["fast": 0, "slow": 10], key: "two"), scratch)
        let text = try String(contentsOfFile: file.string, encoding: .utf8)
        let one = try #require(text.firstRange(of: "\"choice\" : \"fast\""))
        try folder.write(
            text.replacingCharacters(in: one, with: "\"choice\" : 3").utf8,
            to: "plans/plans-NVIDIA-H200-9.0-132.json")
        let (spoiled, whole) = (
            Sleepers(["fast": 10, "slow": 0], key: "one"), Sleepers(["fast": 10], key: "two")
        )
        #expect(try self.cache().plan(spoiled, scratch).choice == "slow")
        #expect(try self.cache().plan(whole, scratch).choice == "fast")
        #expect(whole.asked == 0)
    }

    @Test func ofTwoThatMeasureAtATimeTheFirstHolds() throws {
        let (one, other) = (try cache(), try cache())
        #expect(try one.keep("a", microseconds: 1, for: "key", insteadOf: nil) == "a")
        #expect(try other.keep("b", microseconds: 2, for: "key", insteadOf: nil) == "a")
        // Both have seen that "a" is gone.
        #expect(try other.keep("b", microseconds: 2, for: "key", insteadOf: "a") == "b")
        #expect(try one.keep("c", microseconds: 3, for: "key", insteadOf: "a") == "b")
    }

    @Test func devicesDoNotShareTheirPlans() throws {
        let smaller = DeviceDescription(
            index: 0, name: "NVIDIA H200", uuid: "MIG-1", memory: 1 << 28, capability: [9, 0],
            multiprocessors: 16)
        _ = try cache().plan(Sleepers(["fast": 0, "slow": 10]), scratch)
        #expect(try cache(smaller).choice("sleepers") == nil)
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        try folder.write([], to: "plans")
        let error = #expect(throws: CUDAError.self) { try cache() }
        #expect(error?.message.contains(folder.path.string) == true)
    }

    @Test func theFileCanBeReadByPeople() throws {
        _ = try cache().plan(Sleepers(["fast": 0]), scratch)
        let text = try String(contentsOfFile: file.string, encoding: .utf8)
        #expect(text.contains("\"device\" : \"NVIDIA H200, capability 9.0, 132 multiprocessors\""))
        #expect(text.contains("\"sleepers\" : {\n      \"choice\" : \"fast\",\n      \"microseconds\" : "))
        #expect(try folder.names("plans") == ["plans-NVIDIA-H200-9.0-132.json", "plans.lock"])
    }

    // MARK: - Names of choices

    @Test func choicesAreReadAsTheyAreWritten() throws {
        let engines = [
            CudnnChoice(engine: 41, knobs: [2: 0, 27: 8, 13: 1]), CudnnChoice(engine: 0, knobs: [:]),
        ]
        for engine in engines { #expect(CudnnChoice(engine.description) == engine) }
        #expect(engines[0].description == "engine 41, knobs 2=0 13=1 27=8")
        for text in ["", "engine", "engine x", "engine 1, knobs", "engine 1, knobs 2=1 2=2", "engine 1 "] {
            #expect(CudnnChoice(text) == nil, "\(text)")
        }

        var candidate = cublaslt_candidate()
        candidate.algorithm.data = (1, .max, 3, 4, 5, 6, 7, 0x0123_4567_89ab_cdef)
        candidate.workspace = 4096
        let choice = MatrixChoice(candidate)
        #expect(MatrixChoice(choice.description) == choice)
        #expect(choice.description.hasSuffix("0123456789abcdef, workspace 4096"))
        #expect(choice.algorithm.data.1 == .max && choice.algorithm.data.7 == 0x0123_4567_89ab_cdef)
        for text in ["", "algorithm 01, workspace 0", choice.description + "0 ", "algorithm , workspace 1"] {
            #expect(MatrixChoice(text) == nil, "\(text)")
        }
    }
}

// MARK: - Plans that pass time

/// Each plan takes so many milliseconds.
private final class Sleepers: PlanFamily {
    struct Plan: LibraryPlan {
        let choice: String
        let milliseconds: UInt32
        let isRefused: Bool
        var workspace: Int { 0 }

        func run(_: Operands, workspace _: cuda_address, on _: ComputeCUDA.Stream) throws {
            if isRefused { throw CUDAError(.refused, "\(choice): not today") }
            usleep(milliseconds * 1000)
        }
    }

    let key: String
    private let milliseconds: KeyValuePairs<String, UInt32>
    private let refused: Set<String>
    /// How often the candidates were wanted.
    private(set) var asked = 0

    init(_ milliseconds: KeyValuePairs<String, UInt32>, refused: Set<String> = [], key: String = "sleepers") {
        (self.milliseconds, self.refused, self.key) = (milliseconds, refused, key)
    }

    func candidates(atMost count: Int) throws -> [Plan] {
        asked += 1
        return milliseconds.prefix(count).map {
            Plan(choice: $0.key, milliseconds: $0.value, isRefused: refused.contains($0.key))
        }
    }

    func plan(_ choice: String) throws -> Plan {
        guard let plan = milliseconds.first(where: { $0.key == choice }) else {
            throw CUDAError(.refused, "no \(choice)")
        }
        return Plan(choice: choice, milliseconds: plan.value, isRefused: refused.contains(choice))
    }
}

extension cuda_driver {
    /// All that measuring needs of a driver, and nothing behind it.
    fileprivate static func willing(
        _ elapsed:
            @escaping @convention(c) (UnsafeMutablePointer<Float>?, cuda_event?, cuda_event?) -> Int32 = {
                time, _, _ in
                time?.pointee = 0
                return 0
            }
    ) -> cuda_driver {
        var driver = cuda_driver()
        driver.error_name = { _, _ in 0 }
        driver.error_string = { _, _ in 0 }
        driver.device_get = { _, _ in 0 }
        driver.context_retain = { _, _ in 0 }
        driver.context_release = { _ in 0 }
        driver.context_set_current = { _ in 0 }
        driver.stream_create = { _, _ in 0 }
        driver.stream_destroy = { _ in 0 }
        driver.stream_synchronize = { _ in 0 }
        driver.event_create = { _, _ in 0 }
        driver.event_destroy = { _ in 0 }
        driver.event_record = { _, _ in 0 }
        driver.event_synchronize = { _ in 0 }
        driver.event_elapsed = elapsed
        return driver
    }
}
