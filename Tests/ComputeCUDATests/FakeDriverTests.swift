// The fake GPU must catch what a real one would compute wrongly: each mistake that it is there for is made here.

import CCUDA
import FakeCUDA
import Foundation
import Testing

@Suite(.enabled(if: FakeCUDA.isPossible, "no clang++"))
struct FakeDriverTests {
    private let add = """
        extern "C" __global__ void __launch_bounds__(256) add(const float *a, const float *b, float *sum, int count) {
            const int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < count) sum[i] = a[i] + b[i];
        }
        """

    @Test func everyFunctionThatTheProgramBindsIsThere() throws {
        var (driver, compiler, blas, networks) = (cuda_driver(), nvrtc(), cublaslt(), cudnn())
        #expect(cuda_driver_bind(try FakeCUDA.library("libcuda.so.1"), &driver) == nil)
        #expect(nvrtc_bind(try FakeCUDA.library("libnvrtc.so.13"), &compiler) == nil)
        #expect(cublaslt_bind(try FakeCUDA.library("libcublasLt.so.13"), &blas) == nil)
        #expect(cudnn_bind(try FakeCUDA.library("libcudnn.so.9"), &networks) == nil)
    }

    @Test func aKernelRunsWhenSomebodyWaits() throws {
        let device = try FakeDevice()
        let (a, b) = (
            try device.upload((0..<1000).map(Float.init)),
            try device.upload([Float](repeating: 2, count: 1000))
        )
        let sum = try device.allocate(bytes: 4000)
        var pinned: UnsafeMutableRawPointer?
        try #require(device.driver.host_allocate(&pinned, 4000, UInt32(CUDA_HOST_PORTABLE)) == 0)
        defer { _ = device.driver.host_free(pinned) }
        let numbers = try #require(pinned).bindMemory(to: Float.self, capacity: 1000)
        numbers[999] = -1
        #expect(device.launch(try device.kernel("add", add), 4, 256, a, b, sum, Int32(1000)) == 0)
        #expect(device.driver.copy_to_host(pinned, sum, 4000, device.stream) == 0)
        #expect(numbers[999] == -1)
        #expect(device.driver.stream_synchronize(device.stream) == 0)
        #expect(numbers[999] == 1001)
    }

    @Test func aBufferThatIsFilledAgainTooEarlyIsCopiedWithWhatIsInItThen() throws {
        let device = try FakeDevice()
        let target = try device.allocate(bytes: 4)
        var pinned: UnsafeMutableRawPointer?
        try #require(device.driver.host_allocate(&pinned, 4, UInt32(CUDA_HOST_PORTABLE)) == 0)
        defer { _ = device.driver.host_free(pinned) }
        pinned?.storeBytes(of: 1, as: Float.self)
        #expect(device.driver.copy_to_device(target, pinned, 4, device.stream) == 0)
        pinned?.storeBytes(of: 2, as: Float.self)
        #expect(try device.read(target, as: Float(0), count: 1) == [2])
    }

    @Test(arguments: [true, false]) func anotherStreamSeesWhatItWaitsFor(waits: Bool) throws {
        let device = try FakeDevice()
        let (from, to) = (try device.allocate(bytes: 4), try device.allocate(bytes: 4))
        var other: cuda_stream?
        var event: cuda_event?
        try #require(device.driver.stream_create(&other, 1) == 0)
        try #require(device.driver.event_create(&event, UInt32(CUDA_EVENT_DISABLE_TIMING)) == 0)
        defer {
            _ = device.driver.stream_destroy(other)
            _ = device.driver.event_destroy(event)
        }
        #expect(device.driver.fill_bytes(from, 0, 4, other) == 0)
        #expect(device.driver.event_record(event, other) == 0)
        if waits { #expect(device.driver.stream_wait(device.stream, event, 0) == 0) }
        #expect(device.driver.copy_on_device(to, from, 4, device.stream) == 0)
        let seen = try device.read(to, as: Float(0), count: 1)[0]
        #expect(waits ? seen == 0 : seen.isNaN)
    }

    // MARK: - Graphs

    /// A fork that copies what the origin fills: `waits` for it or not.
    private func forked(_ device: FakeDevice, waits: Bool, joins: Bool) throws -> (cuda_result, [UInt8]) {
        let (from, to) = (try device.upload([UInt8(7)]), try device.upload([UInt8(0)]))
        let driver = device.driver
        var other: cuda_stream?
        var (begun, filled, done): (cuda_event?, cuda_event?, cuda_event?)
        try #require(driver.stream_create(&other, 1) == 0)
        for event in [
            driver.event_create(&begun, 2), driver.event_create(&filled, 2), driver.event_create(&done, 2),
        ] {
            #expect(event == 0)
        }
        defer {
            for event in [begun, filled, done] { _ = driver.event_destroy(event) }
            _ = driver.stream_destroy(other)
        }
        try #require(driver.capture_begin(device.stream, Int32(CUDA_CAPTURE_THREAD_LOCAL)) == 0)
        #expect(driver.event_record(begun, device.stream) == 0)
        #expect(driver.stream_wait(other, begun, 0) == 0)
        #expect(driver.fill_bytes(from, 9, 1, device.stream) == 0)
        #expect(driver.event_record(filled, device.stream) == 0)
        if waits { #expect(driver.stream_wait(other, filled, 0) == 0) }
        #expect(driver.copy_on_device(to, from, 1, other) == 0)
        #expect(driver.event_record(done, other) == 0)
        if joins { #expect(driver.stream_wait(device.stream, done, 0) == 0) }
        var graph: cuda_graph?
        let ended = driver.capture_end(device.stream, &graph)
        guard ended == 0 else { return (ended, []) }
        var exec: cuda_graph_exec?
        #expect(driver.graph_instantiate(&exec, graph, 0) == 0)
        #expect(driver.graph_destroy(graph) == 0)
        defer { _ = driver.graph_exec_destroy(exec) }
        #expect(try device.read(to, as: UInt8(0), count: 1) == [0])
        #expect(driver.graph_launch(exec, device.stream) == 0)
        return (0, try device.read(to, as: UInt8(0), count: 1))
    }

    @Test func aGraphRunsWhatWasCapturedInTheOrderOfItsWaits() throws {
        let result = try forked(FakeDevice(), waits: true, joins: true)
        #expect(result == (0, [9]))
    }

    @Test func aWaitThatIsMissingInAGraphShows() throws {
        let result = try forked(FakeDevice(), waits: false, joins: true)
        #expect(result == (0, [7]))
    }

    @Test func aForkThatNobodyJoinsIsAnError() throws {
        #expect(try forked(FakeDevice(), waits: true, joins: false).0 == 904)
    }

    @Test func whatCannotBeCapturedEndsTheCapture() throws {
        let device = try FakeDevice()
        var address: cuda_address = 0
        var graph: cuda_graph?
        try #require(device.driver.capture_begin(device.stream, Int32(CUDA_CAPTURE_THREAD_LOCAL)) == 0)
        #expect(device.driver.memory_allocate(&address, 4) == 900)
        #expect(device.driver.capture_end(device.stream, &graph) == 901)
        #expect(graph == nil)
    }

    // MARK: - Memory and mistakes

    @Test func aWriteBesideAnAllocationEndsTheProcess() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            let device = try FakeDevice()
            let store = "extern \"C\" __global__ void store(float *to, int at) { to[at] = 1; }"
            device.launch(
                try device.kernel("store", store), 1, 1, try device.allocate(bytes: 400), Int32(100))
            _ = device.driver.stream_synchronize(device.stream)
        }
    }

    @Test func mistakesAreCounted() async {
        await #expect(processExitsWith: .success) {
            var device: FakeDevice? = try FakeDevice()
            let driver = try #require(device).driver
            var address: cuda_address = 0
            try #require(driver.memory_allocate(&address, 5000) == 0)
            try #require(driver.memory_free(address) == 0)
            try #require(try FakeCUDA.mistakes() == 0)
            // A double free, a copy beside an allocation, an allocation that outlives its context.
            try #require(driver.memory_free(address) == 1)
            try #require(driver.fill_bytes(address, 0, 4, device?.stream) == 1)
            try #require(driver.memory_allocate(&address, 5000) == 0)
            device = nil
            try #require(try FakeCUDA.mistakes() == 3)
        }
    }

    @Test func memoryEndsAndDevicesAreChosen() async {
        await #expect(processExitsWith: .success) {
            setenv("FAKE_CUDA_MEMORY", "1000000", 1)
            setenv("FAKE_CUDA_DEVICES", "3", 1)
            setenv("CUDA_VISIBLE_DEVICES", "GPU-a2,0,7,1", 1)
            let device = try FakeDevice()
            var address: cuda_address = 0
            var count: Int32 = 0
            var uuid = cuda_uuid()
            try #require(device.driver.memory_allocate(&address, 1_000_001) == CUDA_OUT_OF_MEMORY)
            try #require(device.driver.device_count(&count) == 0 && count == 2)
            try #require(device.driver.device_uuid(&uuid, 0) == 0 && uuid.bytes.0 == 0xa2)
            try #require(device.driver.device_uuid(&uuid, 1) == 0 && uuid.bytes.0 == 0xa0)
        }
    }

    @Test func aCallFailsWhenItsTurnHasCome() throws {
        let device = try FakeDevice()
        defer { try? FakeCUDA.recover() }
        var free = 0, total = 0
        try FakeCUDA.fail("cuMemGetInfo_v2:2:2,cuMemsetD8Async:1:700")
        #expect(device.driver.memory_info(&free, &total) == 0)
        #expect(device.driver.memory_info(&free, &total) == 2)
        #expect(device.driver.memory_info(&free, &total) == 0)
        let address = try device.allocate(bytes: 4)
        #expect(device.driver.fill_bytes(address, 0, 4, device.stream) == 700)
        // Such an error stays.
        #expect(device.driver.memory_info(&free, &total) == 700)
        #expect(device.driver.stream_synchronize(device.stream) == 700)
        try FakeCUDA.recover()
        #expect(device.driver.stream_synchronize(device.stream) == 0)
    }
}
