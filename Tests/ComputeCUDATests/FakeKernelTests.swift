// The emulator runs our kernels' kind of CUDA, and stops at what a device would not forgive.

import CCUDA
import FakeCUDA
import Foundation
import Testing

@Suite(.enabled(if: FakeCUDA.isPossible, "no clang++"))
struct FakeKernelTests {
    @Test func threadsMeetAtBarriersAndInWarps() throws {
        let device = try FakeDevice()
        let sum = """
            __device__ __forceinline__ float warp_sum(float v) {
                for (int by = 16; by; by >>= 1) v += __shfl_down_sync(0xffffffffu, v, by);
                return v;
            }
            extern "C" __global__ void sum(const float *values, float *sums, int count) {
                __shared__ float part[8];
                float v = 0;
                for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += gridDim.x * blockDim.x) v += values[i];
                v = warp_sum(v);
                if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = v;
                __syncthreads();
                if (threadIdx.x < 32) {
                    v = warp_sum(threadIdx.x < 8 ? part[threadIdx.x] : 0.0f);
                    if (threadIdx.x == 0) sums[blockIdx.x] = v;
                }
            }
            """
        let values = try device.upload((0..<10_000).map { Float($0 % 10) })
        let sums = try device.allocate(bytes: 12)
        #expect(device.launch(try device.kernel("sum", sum), 3, 256, values, sums, Int32(10_000)) == 0)
        #expect(try device.read(sums, as: Float(0), count: 3).reduce(0, +) == 45_000)
    }

    @Test func aBarrierThatIsMissingShows() throws {
        let device = try FakeDevice()
        let turn = """
            extern "C" __global__ void turn(float *values) {
                __shared__ float kept[64];
                kept[threadIdx.x] = values[threadIdx.x];
                values[threadIdx.x] = kept[63 - threadIdx.x];
            }
            """
        let values = try device.upload((0..<64).map(Float.init))
        #expect(device.launch(try device.kernel("turn", turn), 1, 64, values) == 0)
        #expect(try device.read(values, as: Float(0), count: 64).contains(where: \.isNaN))
    }

    @Test func aBarrierThatSomeThreadsNeverReachEndsTheProcess() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            let device = try FakeDevice()
            let wait = """
                extern "C" __global__ void wait(int *to) {
                    if (threadIdx.x < 5) __syncthreads();
                    *to = 1;
                }
                """
            device.launch(try device.kernel("wait", wait), 1, 32, try device.allocate(bytes: 4))
            _ = device.driver.stream_synchronize(device.stream)
        }
    }

    @Test func structsMacrosAndDynamicSharedMemoryPass() throws {
        let device = try FakeDevice()
        let source = """
            struct shape { int a; double b; };
            #define KERNEL(name) extern "C" __global__ void name
            KERNEL(one)(uint4 *to, shape s, unsigned char c) {
                extern __shared__ float kept[];
                kept[threadIdx.x] = static_cast<float>(s.b);
                __syncthreads();
                *to = make_uint4(s.a, __float_as_uint(kept[0]), c, __umulhi(0x80000000u, 6u));
            }
            """
        struct Shape { var a: Int32 = 5, b = 1.0 }
        let to = try device.allocate(bytes: 16)
        let kernel = try device.kernel("one", source)
        var (target, shape, byte) = (to, Shape(), UInt8(200))
        let result = withUnsafeMutablePointer(to: &target) { target in
            withUnsafeMutablePointer(to: &shape) { shape in
                withUnsafeMutablePointer(to: &byte) { byte in
                    var arguments: [UnsafeMutableRawPointer?] = [.init(target), .init(shape), .init(byte)]
                    return device.driver.launch(kernel, 1, 1, 1, 1, 1, 1, 64, device.stream, &arguments, nil)
                }
            }
        }
        #expect(result == 0)
        #expect(try device.read(to, as: UInt32(0), count: 4) == [5, Float(1).bitPattern, 200, 3])
    }

    @Test func whatDoesNotCompileIsInTheLog() throws {
        let (result, log) = try FakeDevice().compile("extern \"C\" __global__ void f() { undeclared(); }")
        #expect(result == 6)
        #expect(String(decoding: log.map(UInt8.init(bitPattern:)), as: UTF8.self).contains("undeclared"))
    }

    @Test func aCubinThatIsDamagedOrForAnotherDeviceIsRefused() throws {
        let device = try FakeDevice()
        let source = "extern \"C\" __global__ void f(int *to) { *to = 1; }"
        var module: cuda_module?
        var (_, binary) = device.compile(source)
        binary[binary.count / 2] ^= 1
        #expect(device.driver.module_load(&module, binary) == CUDA_INVALID_IMAGE)
        #expect(device.driver.module_load(&module, [CChar](repeating: 7, count: 100)) == CUDA_INVALID_IMAGE)
        let (_, newer) = device.compile(source, ["--gpu-architecture=sm_100"])
        #expect(device.driver.module_load(&module, newer) == CUDA_NO_BINARY_FOR_GPU)
        // PTX only.
        #expect(device.compile(source, ["--gpu-architecture=compute_90"]) == (0, []))
    }
}
