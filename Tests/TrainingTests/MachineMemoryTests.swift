import TemporaryFolders
import Testing

@testable import Training

@Suite struct MachineMemoryTests {
    private let groups: TemporaryFolder

    init() throws {
        groups = try TemporaryFolder()
        try groups.write("max\n".utf8, to: "system.slice/some.service/memory.max")
        try groups.write("4294967296\n".utf8, to: "system.slice/memory.max")
        try groups.write("8589934592\n".utf8, to: "memory.max")
        try groups.write("1048576\n".utf8, to: "system.slice/other.service/memory.max")
    }

    @Test(arguments: [
        ("0::/system.slice/some.service\n", 4 << 30),
        ("1:name=systemd:/x\n0::/system.slice/other.service\n", 1 << 20),
        ("0::/\n", 8 << 30), ("0::/elsewhere\n", 8 << 30), ("", .max), ("4:memory:/docker/1\n", .max),
    ])
    func theLowestLimitOnTheWayUpHolds(_ membership: String, _ limit: Int) {
        #expect(MachineMemory.controlGroupLimit(groups: groups.path, membership: membership) == limit)
    }

    @Test func thisMachineHasSome() {
        #expect(MachineMemory.limit > 1 << 20)
        #expect(MachineMemory.limit < 1 << 50)
    }
}
