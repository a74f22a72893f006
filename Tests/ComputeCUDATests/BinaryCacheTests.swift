// A cache only saves time: it never gives what was not kept, and never fails.

import SystemPackage
import TemporaryFolders
import Testing

@testable import ComputeCUDA

@Suite struct BinaryCacheTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func whatIsKeptIsThereUnderItsKeyAloneUntilItIsRemoved() {
        let place = folder.path.appending("kernels")
        let cache = BinaryCache(folder: place)
        #expect(cache.binary("a") == nil)
        cache.keep([1, 2, 3], "a")
        #expect(cache.binary("a") == [1, 2, 3])
        #expect(cache.binary("b") == nil)
        #expect(BinaryCache(folder: place).binary("a") == [1, 2, 3])
        cache.remove("a")
        #expect(cache.binary("a") == nil)
    }

    @Test func aFolderThatCannotBeMadeHoldsNothing() throws {
        let cache = BinaryCache(folder: try folder.write([]).appending("kernels"))
        cache.keep([1], "a")
        #expect(cache.binary("a") == nil)
        cache.remove("a")
    }
}
