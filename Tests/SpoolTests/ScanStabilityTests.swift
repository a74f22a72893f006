import Spool
import Testing

@Suite struct ScanStabilityTests {
    static let file = FileIdentity(inode: 1, size: 10, modified: 5)

    @Test func twoEqualScansTwoSecondsApart() {
        var stability = ScanStability()
        #expect(stability.settled(["a.yml": Self.file], now: 100).isEmpty)
        #expect(stability.settled(["a.yml": Self.file], now: 101.9).isEmpty)
        #expect(stability.settled(["a.yml": Self.file], now: 102) == ["a.yml"])
        #expect(stability.settled(["a.yml": Self.file], now: 103) == ["a.yml"], "and stays so")
    }

    @Test(arguments: [
        FileIdentity(inode: 2, size: 10, modified: 5), FileIdentity(inode: 1, size: 11, modified: 5),
        FileIdentity(inode: 1, size: 10, modified: 6),
    ])
    func anyChangeBeginsAnew(_ changed: FileIdentity) {
        var stability = ScanStability()
        _ = stability.settled(["a.yml": Self.file], now: 0)
        #expect(stability.settled(["a.yml": changed], now: 5).isEmpty)
        #expect(stability.settled(["a.yml": changed], now: 6.9).isEmpty)
        #expect(stability.settled(["a.yml": changed], now: 7) == ["a.yml"])
    }

    @Test func whatGoesAndComesBackIsNew() {
        var stability = ScanStability()
        _ = stability.settled(["a.yml": Self.file], now: 0)
        _ = stability.settled([:], now: 1)
        #expect(stability.settled(["a.yml": Self.file], now: 9).isEmpty)
    }

    @Test func filesSettleByThemselves() {
        var stability = ScanStability()
        let other = FileIdentity(inode: 7, size: 1, modified: 1)
        _ = stability.settled(["a.yml": Self.file], now: 0)
        #expect(stability.settled(["a.yml": Self.file, "b.yml": other], now: 2) == ["a.yml"])
        #expect(stability.settled(["a.yml": Self.file, "b.yml": other], now: 4) == ["a.yml", "b.yml"])
    }
}
